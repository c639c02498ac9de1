/** Returns the secrets whose names occur in a program. A generated program that no one has read gets no others. */
export function secretsNamedIn<Secret extends { readonly name: string }>(
  code: string,
  secrets: readonly Secret[],
): readonly Secret[] {
  const words = new Set(code.match(/\w+/g));
  return secrets.filter(({ name }) => words.has(name));
}
