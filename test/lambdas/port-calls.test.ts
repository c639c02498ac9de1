import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../contract/routes.ts';
import { usePlatform } from '../../platform/platform.ts';
import { type LocalPlatform, localPlatform } from '../support/local-platform.ts';
import { RecordedPlatform } from '../support/port-calls.ts';
import { tour } from '../support/tour.ts';

/** Routes with a longer row of port calls, each with what it waits for. */
const longer: Readonly<Record<string, number>> = {
  // Admission, then the signature (made while the password is hashed, not before the limit is known), then the commit.
  'auth.register': 3,
  // The login, then the user and the signature of the session, then the commit.
  'auth.login': 3,
  // The share, then the shared value, then the audit entry that it was read.
  'kvShares.get': 3,
  // The org, then the content, then the commit.
  'files.create': 3,
  // The file, then its content, then the audit entry that it was read.
  'files.get': 3,
  // The shares, then the shared files, then the audit entry that they were read.
  'fileShares.listReceived': 3,
  // The share, then the file, then its content, then the audit entry that it was read.
  'fileShares.get': 4,
  // The org, the upload's object, the commit.
  'uploads.create': 3,
  // The upload, its parts, their object, the check that it is the announced one, the commit.
  'uploads.complete': 5,
  // The upload, its parts, the commit.
  'uploads.abort': 3,
  // The share, then the file, then the audit entry that it was requested.
  'fileShares.download': 3,
  // As the routes that take the user secret; the client opens the response.
  'sealed.getSharedValue': 3,
  'sealed.listReceivedFiles': 3,
  // The keys and the restore, the count of the attempt, its removal if the proof is right, the commit.
  'sealed.rekey': 4,
  // Admission, the list and its build, whether building is possible, the commit, the request.
  'packages.replace': 5,
  'packages.remove': 5,
  // The same, and the claim of the Idempotency-Key.
  'packages.add': 5,
  // The secrets, their keys, the lease, the audit entry, the run, its release.
  'executions.create': 7,
  // The execution, its sandbox and its key, its state, the release.
  'executions.get': 4,
  // Admission, the execution, the audit entry, its sandbox and its key, the stop, its end, the release.
  'executions.stop': 7,
  // Admission, the execution, its sandbox and its key, its events, the release.
  'executions.streamEvents': 5,
  // The names of the secrets, the lease, the audit entry, the model, the keys of the secrets, the run, its release.
  'programs.generate': 7,
  // Admission, the lease, the signature, its release, the commit.
  'zk.createSession': 5,
  // As executions.create; the secrets are marked as used once the program is known to have been decrypted.
  'zk.execute': 8,
};

let local: LocalPlatform;
beforeAll(async () => {
  process.env.STRONGROOM_REGISTRATION = 'open';
  process.env.STRONGROOM_CHALLENGE = 'off';
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
  local = await localPlatform();
});
afterAll(() => local.remove());

test('only the listed routes wait for more than two port calls in a row', async () => {
  const recorded = new RecordedPlatform(local.platform);
  usePlatform(recorded.platform);
  const figures = await tour(recorded);
  expect([...figures.keys()].sort(), 'test/support/tour.ts calls every operation once').toEqual(
    routes.map(({ operationId }) => operationId).sort(),
  );
  const tooLong = [...figures].filter(([operationId, { inARow }]) => inARow > (longer[operationId] ?? 2));
  expect(tooLong).toEqual([]);
  expect(figures.get('system.getLiveness')?.calls).toEqual([]);
});
