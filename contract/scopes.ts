/** What an API token may be allowed to do, and what that is. A token can do nothing else. */
export const tokenScopes = {
  'messages:read': 'List the user’s own messages.',
  'messages:write': 'Create messages as the user, and delete the user’s own.',
} as const;

export type TokenScope = keyof typeof tokenScopes;
