/** Time limits for requests to AWS. API Gateway ends a request after 29 s: a store that hangs must fail before that. */
export const timeouts = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/**
 * Returns the value of an environment variable.
 *
 * @throws Error that names the variable if it is not set: the stack did not grant the function what it needs
 */
export function requireEnv(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
