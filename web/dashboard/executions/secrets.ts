import type { StrongroomClient } from '../../../client/index.ts';
import { secretsNamedIn } from '../../../contract/named-secrets.ts';

/** Which of the user's secrets a program gets as environment variables. */
export type SecretChoice = 'all' | 'named' | 'none';

/** A user's maximum, so that one page holds all. */
const limit = 100;

export async function secretsFor(
  client: StrongroomClient,
  choice: SecretChoice,
  code: string,
): Promise<'all' | 'none' | string[]> {
  if (choice !== 'named') return choice;
  const { body } = await client.call('secrets.list', { query: { limit } });
  return secretsNamedIn(code, body).map(({ name }) => name);
}
