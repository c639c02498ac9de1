import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { receivedVaultFiles, vaultFiles } from '../../client/vault/files.ts';
import { createKeys, rekey } from '../../client/vault/keys.ts';
import {
  getSharedVaultValue,
  receivedVaultValues,
  shareVaultFile,
  shareVaultValue,
} from '../../client/vault/shares.ts';
import { getVaultValue, putVaultValue } from '../../client/vault/values.ts';
import { Vault } from '../../client/vault/vault.ts';
import type { RouteRecord } from '../../contract/define-route.ts';
import { routes } from '../../contract/routes.ts';
import { mintAccessKey } from '../../crypto/server/access-key.ts';
import { restoredKeyVersion } from '../../crypto/vault/restored-keys.ts';
import { sequenceAuditLog } from '../../lambdas/audit/sequencer.ts';
import { addAdministratorKey } from '../../lambdas/stores/credentials.ts';
import { assets } from '../../web/recipient/page.ts';
import { sealClientFile } from './file-client.ts';
import { handlerClient } from './handler-client.ts';
import { type Invocation, invoke } from './invoke.ts';
import type { RecordedPlatform } from './port-calls.ts';
import { putPart } from './put-part.ts';
import { nativeVault } from './vault.ts';

type PackageInfo = { readonly status: string };

type Figures = ReturnType<RecordedPlatform['take']>;

/**
 * Calls every route at least once, as a user of it would, on a platform that is already in use.
 *
 * @param before runs before each request, with what is about to be sent
 * @returns the port calls of each operation
 */
export async function tour(
  recorded: RecordedPlatform,
  before: (route: RouteRecord, invocation: Invocation) => Promise<void> = async () => undefined,
): Promise<ReadonlyMap<string, Figures>> {
  const figures = new Map<string, Figures>();
  const call = async (operationId: string, invocation: Invocation = {}) => {
    const route = routes.find((candidate) => candidate.operationId === operationId);
    if (!route) throw new Error(`there is no operation ${operationId}`);
    await before(route, invocation);
    recorded.take();
    const { status, text } = await invoke(route, invocation);
    if (status >= 400) throw new Error(`${operationId} answered ${status} ${text}`);
    figures.set(operationId, recorded.take());
    return /^[[{]/.test(text) ? JSON.parse(text) : undefined;
  };

  const account = { email: `tour-${randomUUID()}@example.com`, password: 'a password of the tour' };
  for (const operationId of ['getLiveness', 'getHealth', 'getInfo', 'getOpenapi', 'getDocs', 'getJwks']) {
    await call(`system.${operationId}`);
  }
  const { token, apiKey } = await call('auth.register', { body: account });
  const withToken = { headers: { authorization: `Bearer ${token}` } };
  const withKey = { headers: { 'x-api-key': apiKey } };
  await call('auth.login', { body: account });
  await call('auth.verify', withToken);
  // The first request of a credential in a process is admitted before its handler starts; later ones meanwhile.
  await call('secrets.list', withToken);
  await call('auth.refresh', withToken);

  const secret = { ...withKey, params: { name: 'TOUR' } };
  await call('secrets.list', withKey);
  await call('secrets.put', { ...secret, body: { value: 'x' } });
  await call('secrets.list', withKey);
  await call('executions.create', { ...withKey, body: { code: 'while True: pass', wait: false } });
  const { executions } = await call('executions.list', withKey);
  const execution = { ...withKey, params: { id: executions[0].executionId } };
  await call('executions.get', execution);
  await call('executions.stop', execution);
  await call('executions.streamEvents', execution);
  const large = { code: `open('large', 'wb').truncate(${3 << 20})` };
  const kept = await call('executions.create', { ...withKey, body: large });
  await call('executions.create', { ...withKey, body: { code: 'print(1)' } });
  await call('executions.getFile', { ...withKey, params: { id: kept.executionId, number: '0' } });
  await call('programs.generate', { ...withKey, body: { prompt: 'Print one.' } });
  const masterPassword = 'a master password';
  const encrypted = await call('zk.encrypt', { ...withKey, body: { masterPassword, code: 'print(1)' } });
  const program = { ...withKey, params: { name: 'tour' } };
  await call('zk.put', { ...program, body: encrypted });
  await call('zk.list', withKey);
  await call('zk.get', program);
  await call('zk.createSession', withKey);
  await call('zk.execute', { ...program, body: { masterPassword } });
  await call('zk.delete', program);
  const { entries } = await call('audit.list', withKey);
  await sequenceAuditLog(recorded.platform);
  await call('audit.getCheckpoint', { ...withKey, query: { from: '1' } });
  await call('audit.getProof', { ...withKey, params: { id: entries[0].id } });

  await call('packages.replace', { ...withKey, body: { packages: [] } });
  await call('packages.add', { ...withKey, body: { package: 'other' } });
  await call('packages.remove', { ...withKey, params: { name: 'other' } });
  await call('packages.replace', { ...withKey, body: { packages: ['tour'] } });
  // After the build is done and recorded: these figures are those of every later request.
  do await after(100);
  while (!(await call('packages.list', withKey))?.every(({ status }: PackageInfo) => status === 'ready'));
  await call('packages.list', withKey);
  await call('packages.getLock', withKey);
  await call('secrets.delete', secret);

  await vaultTour(recorded, call);
  const { data: made } = await call('tokens.create', { ...withKey, body: { name: 'tour' } });
  const withApiToken = { headers: { authorization: `Bearer ${made.token}` } };
  await call('tokens.list', withKey);
  await call('challenges.create');
  const message = {
    encryptedContent: `${'ab'.repeat(32)}${Buffer.alloc(16).toString('base64')}`,
    maxAccess: 2,
  };
  const { data: stored } = await call('messages.create', { body: message });
  await call('messages.create', { ...withApiToken, body: message });
  await call('messages.list', withApiToken);
  const byId = { params: { id: stored.messageId } };
  await call('messages.getStatus', byId);
  for (const nonce of ['the-first-of-two-nonces', 'the-second-of-two-nonces']) {
    await call('messages.open', { ...byId, body: { nonce } });
  }
  const { data: unread } = await call('messages.create', { body: message });
  const deleteToken = { 'x-delete-token': unread.deleteToken };
  await call('messages.delete', { params: { id: unread.messageId }, headers: deleteToken });
  await call('tokens.delete', { ...withKey, params: { id: made.tokenId } });
  await call('pages.getHome');
  await call('pages.getDashboard');
  await call('pages.getRecipient', byId);
  const [asset] = await assets();
  await call('pages.getAsset', { params: { name: asset?.name ?? '' } });

  const passwords = { currentPassword: account.password, newPassword: account.password };
  await call('auth.changePassword', { ...withKey, body: passwords });
  await call('auth.rotateApiKey', { ...withKey, body: { password: account.password } });
  const { token: last } = await call('auth.login', { body: account });
  await call('auth.logout', { headers: { authorization: `Bearer ${last}` } });
  return figures;
}

// biome-ignore lint/suspicious/noExplicitAny: bodies of every route's responses
type Call = (operationId: string, invocation?: Invocation) => Promise<any>;

/** An administrator creates an organization with three users. Two of them share values and files. */
async function vaultTour(recorded: RecordedPlatform, call: Call): Promise<void> {
  const administratorKey = mintAccessKey('sradm');
  await recorded.platform.table.transact(addAdministratorKey(administratorKey, new Date()));
  const administrator = { headers: { 'x-api-key': administratorKey.text } };
  // The first request of a credential is admitted before its handler starts.
  await call('admin.listOrgs', administrator);
  const { id: orgId = '' } = await call('admin.createOrg', { ...administrator, body: { name: 'Tour' } });
  await call('admin.listOrgs', administrator);
  const org = { ...administrator, params: { orgId } };
  const user = async (name: string) => {
    const { id = '', apiKey = '' } = await call('admin.createUser', { ...org, body: { name } });
    const secret = `a user secret of ${name}`;
    const headers = {
      'x-api-key': apiKey,
      'x-user-secret': secret,
      'x-new-user-secret': `${secret}, renewed`,
    };
    // The first request of a credential is admitted before its handler starts; see above.
    for (let request = 0; request < 2; request++) await call('keys.getStatus', { headers });
    return { id, headers, secret };
  };
  const [owner, recipient, third] = [await user('owner'), await user('recipient'), await user('third')];
  for (const { headers } of [owner, recipient]) await call('keys.generate', { headers });
  for (const operationId of ['listUsers', 'getStorage', 'getPlan']) await call(`admin.${operationId}`, org);
  const sizes = { maxRecords: 9, maxKeyPlusValueBytes: 99, maxFiles: 9, maxFileSizeBytes: 99 };
  await call('admin.putPlan', { ...org, body: { key: 'tour', ...sizes } });
  await call('admin.putStorage', { ...org, body: { provider: 'appliance' } });
  await fileTour(recorded, call, owner, recipient);

  const { headers } = owner;
  const key = { headers, params: { key: 'tour' } };
  await call('kv.put', { ...key, body: { valueB64: 'dG91cg==' } });
  await call('kv.get', key);
  await call('kv.list', { headers });
  for (const operationId of ['getMe', 'listOrg']) await call(`users.${operationId}`, { headers });
  await call('users.get', { headers, params: { userId: recipient.id } });
  const body = { recipientUserId: recipient.id, permission: 'read', alias: 'a value of the tour' };
  const share = async () => (await call('kvShares.create', { ...key, body })).shareId ?? '';

  const received = { headers: recipient.headers, params: { shareId: await share() } };
  await call('kvShares.list', key);
  await call('kvShares.listReceived', { headers: recipient.headers });
  await call('kvShares.get', received);
  await call('kvShares.decline', received);
  await share();
  await call('kvShares.revoke', { headers, params: { key: 'tour', recipientUserId: recipient.id } });
  await sealedTour(call, owner, recipient, third);
  await call('kv.delete', key);
  await recoveryTour(call, owner, recipient);
  await call('keys.rekey', { headers });
  await call('admin.rotateApiKey', { ...administrator, params: { orgId, userId: owner.id } });
}

type TourUser = {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secret: string;
};

/** A user makes another one their trustee. The trustee starts a restore, and the user vetoes it. */
async function recoveryTour(call: Call, owner: TourUser, { id, headers }: TourUser): Promise<void> {
  const share = { encryptedPrivateKeyEccShareB64: 'dG91cg==', encryptedPrivateKeyKyberShareB64: 'dG91cg==' };
  const trustee = { headers: owner.headers, params: { trusteeUserId: id } };
  await call('recovery.putTrustee', { ...trustee, body: { ...share, xorApplied: false } });
  await call('recovery.listTrustees', { headers: owner.headers });
  await call('recovery.listOwners', { headers });
  const ofOwner = { headers, params: { ownerUserId: owner.id } };
  await call('recovery.getShare', ofOwner);
  const me = await call('users.getMe', { headers: owner.headers });
  const keys = nativeVault.generateKeyPairs();
  const restoring = { org: me.orgId, user: owner.id, keyVersion: restoredKeyVersion };
  const sealed = await nativeVault.sealRestoredKeys('a temporary secret', restoring, keys);
  const body = {
    encryptedPrivateKeyEccB64: Buffer.from(sealed.x25519).toString('base64'),
    encryptedPrivateKeyKyberB64: Buffer.from(sealed.mlKem768).toString('base64'),
    usedXor: false,
  };
  await call('recovery.restore', { ...ofOwner, body });
  await call('recovery.getPendingRestore', { headers: owner.headers });
  await call('recovery.vetoRestore', { headers: owner.headers });
  await call('recovery.deleteTrustee', trustee);
}

/** Three users whose clients keep the keys: one stores and shares, another reads, the third creates keys and rekeys. */
async function sealedTour(call: Call, owner: TourUser, recipient: TourUser, third: TourUser): Promise<void> {
  const clientOf = ({ headers }: TourUser) =>
    handlerClient(async (operationId, invocation) => {
      // Without the Idempotency-Key, because its claim would count in the figures.
      const body = await call(operationId, { ...invocation, headers });
      return { status: 200, body };
    });
  const renewed = 'a user secret of the tour, renewed';
  await createKeys(clientOf(third), nativeVault, third.secret);
  await rekey(clientOf(third), nativeVault, third.secret, renewed);

  const unlock = (user: TourUser) => Vault.unlock(clientOf(user), nativeVault, user.secret);
  const [vault, theirs] = [await unlock(owner), await unlock(recipient)];
  await putVaultValue(vault, 'tour', new TextEncoder().encode('tour'));
  await getVaultValue(vault, 'tour');
  const { shareId } = await shareVaultValue(vault, 'tour', { recipientUserId: recipient.id });
  await getSharedVaultValue(theirs, shareId);
  await requireListed(receivedVaultValues(theirs), ({ key }) => key, 'tour');

  const file = { fileName: 'tour.txt', contentType: 'text/plain', contentB64: 'dG91cg==' };
  const { id } = await call('files.create', { headers: owner.headers, body: file });
  await requireListed(vaultFiles(vault), ({ fileName }) => fileName, 'tour.txt');
  await shareVaultFile(vault, id, { recipientUserId: recipient.id });
  await requireListed(receivedVaultFiles(theirs), ({ fileId }) => fileId, id);
  await call('files.delete', { headers: owner.headers, params: { id } });
}

async function requireListed<T>(entries: AsyncIterable<T>, nameOf: (entry: T) => string, name: string) {
  for await (const entry of entries) if (nameOf(entry) === name) return;
  throw new Error(`${name} is not listed`);
}

/** A user stores a file and shares it with another one. */
async function fileTour(
  recorded: RecordedPlatform,
  call: Call,
  { headers }: TourUser,
  recipient: TourUser,
): Promise<void> {
  const content = { fileName: 'tour.txt', contentType: 'text/plain', contentB64: 'dG91cg==' };
  const { id = '' } = await call('files.create', { headers, body: content });
  const file = { headers, params: { id } };
  await call('files.list', { headers });
  await call('files.get', file);
  const body = { recipientUserId: recipient.id, permission: 'read' };
  const share = async () => (await call('fileShares.create', { ...file, body })).shareId ?? '';

  const received = { headers: recipient.headers, params: { shareId: await share() } };
  await call('fileShares.list', file);
  await call('fileShares.listReceived', { headers: recipient.headers });
  await call('fileShares.get', received);
  await call('fileShares.download', received);
  await call('fileShares.decline', received);
  await share();
  await call('fileShares.revoke', { headers, params: { id, recipientUserId: recipient.id } });
  await call('files.download', file);
  await call('files.delete', file);

  const me = await call('users.getMe', { headers });
  for (const end of ['uploads.complete', 'uploads.abort']) {
    const sealed = sealClientFile(me, Buffer.from('tour'));
    const upload = { headers, params: { id: sealed.id } };
    await call('uploads.create', { headers, body: sealed.input });
    const { parts } = await call('uploads.signParts', { ...upload, body: { partNumbers: [1] } });
    await putPart(recorded.platform.objects, parts[0].url, await sealed.part(1));
    await call('uploads.get', upload);
    await call('uploads.list', { headers });
    await call(end, upload);
  }
}
