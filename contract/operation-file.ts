/** Returns the path of an operation's handler below `lambdas`: `kvShares.listReceived` is `kv-shares/list-received.ts`. */
export function operationFile(operationId: string): string {
  const kebab = operationId.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `${kebab.replace('.', '/')}.ts`;
}
