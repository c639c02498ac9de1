/** The groups of operations and their descriptions, in the order of the documentation. */
export const tags = {
  Auth: 'Accounts, sign-in, tokens and API keys.',
  Execute: 'Programs in the sandbox.',
  Secrets: 'Environment variables of the user’s programs. No operation returns a value.',
  Audit: 'Who did what, from where, and with which outcome.',
  System: 'The installation itself: health, limits, public keys and this documentation.',
  Generate: 'Programs that a language model writes.',
  Packages: 'Libraries that the user’s programs can import.',
  'Zero-Knowledge': 'Programs that are stored encrypted and decrypted only in the sandbox.',
  Messages: 'Encrypted messages behind a link, with an expiry and a limit of accesses.',
  Tokens: 'API tokens with scopes and an expiry.',
  Keys: 'The user’s key pairs and the user secret that protects them.',
  KV: 'Encrypted values by name.',
  Files: 'Encrypted files.',
  Shares: 'Read access of other users of the organization to values and files.',
  Sealed:
    'The vault for clients that encrypt and decrypt themselves: the server sees neither user secret nor private keys nor plaintext.',
  Users: 'The caller and the other users of the organization, with their public keys.',
  Recovery: 'Recovery shares held by trustees, and the keys restored from them.',
  Admin: 'Organizations, their users, storage and plans.',
} as const;

export type Tag = keyof typeof tags;
