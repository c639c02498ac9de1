import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Target } from '../api/target.ts';
import { cannotPass } from './unsupported.ts';

/** The deployment that `run.ts` created. */
export const deployed: Target = {
  url: required('CLOUD_TEST_API_URL'),
  administratorKey: required('CLOUD_TEST_ADMIN_KEY'),
  cannotPass: new Set(Object.keys(cannotPass)),
  sealAudit,
};

/** Outputs of the stack, as an operator sees them. */
export const outputs = JSON.parse(required('CLOUD_TEST_OUTPUTS')) as { readonly [name: string]: string };

/** The emulator runs nothing on a schedule. */
async function sealAudit(): Promise<void> {
  const { FunctionError } = await new LambdaClient().send(
    new InvokeCommand({ FunctionName: 'Strongroom-jobs-sequenceAuditLog' }),
  );
  if (FunctionError) throw new Error(`Strongroom-jobs-sequenceAuditLog: ${FunctionError}`);
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; start these tests with npm run test:cloud`);
  return value;
}
