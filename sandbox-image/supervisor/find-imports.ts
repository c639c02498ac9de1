/**
 * Returns the `modules` that the text of a program mentions, to import them ahead of the user's next runs. A wrong
 * guess only costs time.
 */
export function findImports(code: string, modules: readonly string[]): string[] {
  return modules.filter((name) => {
    const [top = name] = name.split('.');
    return new RegExp(`\\b${top}\\b`).test(code);
  });
}
