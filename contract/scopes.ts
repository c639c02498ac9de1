/** The scopes of API tokens and what they allow. A token can do nothing else. */
export const tokenScopes = {
  'messages:read': 'List the user’s messages.',
  'messages:write': 'Create messages as the user, and delete the user’s messages.',
} as const;

export type TokenScope = keyof typeof tokenScopes;
