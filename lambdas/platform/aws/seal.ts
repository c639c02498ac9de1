import { sealAudit } from '../../shared/seal-audit.ts';
import { dynamoTable } from './dynamo-table.ts';
import { kmsKeys } from './kms-keys.ts';
import { s3Objects } from './s3-objects.ts';

/** The function that runs every minute. What one call leaves undone, the next one does. */
export async function handler(): Promise<{ readonly sealed: number }> {
  const { env } = process;
  const sealed = await sealAudit({ table: dynamoTable(env), objects: s3Objects(env), keys: kmsKeys(env) });
  return { sealed };
}
