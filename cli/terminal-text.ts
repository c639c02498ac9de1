/**
 * A text as a terminal may show it: control characters (C0, C1, DEL) by their numbers, so that nothing in it moves the
 * cursor, renames the window or types an answer. Ends of lines and tabs stay. What is JSON stays JSON.
 */
export function visible(text: string): string {
  return text.replaceAll(
    /(?![\n\t]|\r\n)\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
