/** The secrets whose names a program spells out: all that one is given which a model wrote and nobody has read. */
export function secretsNamedIn<Secret extends { readonly name: string }>(
  code: string,
  secrets: readonly Secret[],
): readonly Secret[] {
  const words = new Set(code.match(/\w+/g));
  return secrets.filter(({ name }) => words.has(name));
}
