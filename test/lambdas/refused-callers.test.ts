import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RouteRecord } from '../../contract/define-route.ts';
import { routes } from '../../contract/routes.ts';
import { credentialOf, fingerprint } from '../../lambdas/pipeline/authenticate.ts';
import { predictCaller } from '../../lambdas/pipeline/known-callers.ts';
import { usePlatform } from '../../platform/platform.ts';
import { type Invocation, invoke } from '../support/invoke.ts';
import { type LocalPlatform, localPlatform } from '../support/local-platform.ts';
import { RecordedPlatform } from '../support/port-calls.ts';
import { RefusingPlatform } from '../support/refusing-platform.ts';
import { tour } from '../support/tour.ts';

const argon2id = vi.hoisted(() => ({ passes: 0 }));
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>();
  const argon2: typeof original.argon2 = (...values) => {
    argon2id.passes += 1;
    original.argon2(...values);
  };
  return { ...original, argon2 };
});

let local: LocalPlatform;
beforeAll(async () => {
  process.env.STRONGROOM_REGISTRATION = 'open';
  process.env.STRONGROOM_CHALLENGE = 'off';
  // Without the cache every user secret is tried, whatever this process has derived before.
  process.env.STRONGROOM_KEK_CACHE = 'off';
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  local = await localPlatform();
});
afterAll(() => local.remove());

/** Returns whether the pipeline starts the handler of this request before it has admitted the caller. */
function startsEarly({ auth }: RouteRecord, { headers = {} }: Invocation): boolean {
  const credential = credentialOf(new Map(Object.entries(headers)));
  return credential ? predictCaller(fingerprint(credential)) !== undefined : auth !== 'user';
}

test('no handler that runs alongside admission writes, or stretches a secret, for a refused caller', async () => {
  const refusing = new RefusingPlatform(local.platform);
  const recorded = new RecordedPlatform(refusing.platform);
  usePlatform(recorded.platform);
  const refused = new Map<string, { readonly status: number; readonly writes: readonly string[] }>();

  await tour(recorded, async (route, invocation) => {
    const { operationId } = route;
    if (!route.alongsideAdmission || refused.has(operationId) || !startsEarly(route, invocation)) return;
    const passesBefore = argon2id.passes;
    const { result, writes } = await refusing.refuse(() => invoke(route, invocation));
    const stretched = Array<string>(argon2id.passes - passesBefore).fill('argon2id');
    refused.set(operationId, { status: result.status, writes: [...writes, ...stretched] });
  });

  const alongside = routes.filter((route: RouteRecord) => route.alongsideAdmission);
  expect(Object.fromEntries(refused)).toEqual(
    Object.fromEntries(alongside.map(({ operationId }) => [operationId, { status: 429, writes: [] }])),
  );
  expect(argon2id.passes).toBeGreaterThan(0);
}, 240_000);
