/** A secret that is set once, in a place where an operator can read it. */
export interface SecretStore {
  /** Returns the secret, after setting it to what `create` returns if it is empty. Concurrent callers get the same one. */
  readOrCreate(create: () => string): Promise<string>;
}
