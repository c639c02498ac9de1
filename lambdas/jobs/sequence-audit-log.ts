import { dynamoTable } from '../../platform/aws/dynamo-table.ts';
import { kmsKeys } from '../../platform/aws/kms-keys.ts';
import { s3Objects } from '../../platform/aws/s3-objects.ts';
import { sequenceAuditLog } from '../audit/sequencer.ts';

/** The function that runs every minute. What one call leaves undone, the next one does. */
export async function handler(): Promise<{ readonly sealed: number }> {
  const { env } = process;
  const sealed = await sequenceAuditLog({
    table: dynamoTable(env),
    objects: s3Objects(env),
    keys: kmsKeys(env),
  });
  return { sealed };
}
