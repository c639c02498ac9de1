/** The groups of operations, in the order in which the documentation has them, and what each is for. */
export const tags = {
  Auth: 'Accounts, sign-in, tokens and the API key.',
  Execute: 'Programs in the sandbox.',
  Secrets: 'Values that the user’s programs find in their environment. No operation gives a value back.',
  Audit: 'What was done, by whom, from where, and how it ended.',
  System: 'The installation itself: its health, its limits, its keys and this documentation.',
  Generate: 'Programs written by a language model, and run.',
  Packages: 'Libraries that the user’s programs can import.',
  'Zero-Knowledge': 'Programs that are stored encrypted, and decrypted in the sandbox only.',
  Messages: 'Encrypted messages behind a link, for so long and so many readers.',
  Tokens: 'API tokens with scopes and an expiry.',
  Keys: 'The user’s key pairs: made, looked up and moved to another user secret.',
  KV: 'Encrypted values by name.',
  Files: 'Encrypted files.',
  Shares: 'Values and files that another user of the same org may read.',
  Sealed:
    'The vault for clients that keep user secret, keys and plaintext to themselves: they seal and open, nothing here can.',
  Users: 'The caller and the other users of the org, with their public keys.',
  Recovery: 'Key shares at trustees, and what is rebuilt from them.',
  Admin: 'Orgs, their users, storage and plans.',
} as const;

export type Tag = keyof typeof tags;
