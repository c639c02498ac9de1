import type { Target } from '../api/target.ts';
import { cannotPass } from './unsupported.ts';

/** The deployment that `run.ts` made. */
export const deployed: Target = {
  url: required('CLOUD_TEST_API_URL'),
  administratorKey: required('CLOUD_TEST_ADMIN_KEY'),
  cannotPass: new Set(Object.keys(cannotPass)),
};

/** Outputs of the stack, as an operator sees them. */
export const outputs = JSON.parse(required('CLOUD_TEST_OUTPUTS')) as { readonly [name: string]: string };

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start these tests by npm run test:cloud`);
  return value;
}
