/**
 * Those of `modules` that a program's text speaks of: worth importing ahead of the user's next runs. A guess that
 * is wrong costs time, or saves none.
 */
export function mentioned(code: string, modules: readonly string[]): string[] {
  return modules.filter((name) => {
    const [top = name] = name.split('.');
    return new RegExp(`\\b${top}\\b`).test(code);
  });
}
