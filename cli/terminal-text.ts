/**
 * Returns a text that is safe to show at a terminal: control characters (C0, C1, DEL) become `\u001b` and the like, so
 * that the text cannot move the cursor, rename the window or type an answer. Line ends and tabs stay. JSON stays JSON.
 */
export function visible(text: string): string {
  return text.replaceAll(
    /(?![\n\t]|\r\n)\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
