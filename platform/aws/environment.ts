/** How long a call of AWS may take. An API call ends after 29 s; a store that hangs must leave time to say so. */
export const patience = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/** @throws Error that names the variable: the stack did not grant this function what it asks for. */
export function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
