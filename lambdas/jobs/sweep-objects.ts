import { dynamoTable } from '../../platform/aws/dynamo-table.ts';
import { s3Objects } from '../../platform/aws/s3-objects.ts';
import { sweepContents } from '../stores/message-contents.ts';
import { sweepVaultObjects } from '../stores/vault-objects.ts';

/** The function that runs every hour. Where it fails, Lambda calls it again, and the next hour does. */
export async function handler(): Promise<{ readonly removed: number }> {
  const { env } = process;
  const stores = { table: dynamoTable(env), objects: s3Objects(env) };
  const removed = await Promise.all([sweepContents(stores), sweepVaultObjects(stores)]);
  return { removed: removed.reduce((sum, count) => sum + count) };
}
