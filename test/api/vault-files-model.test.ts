import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClientFile, sealClientFile } from '../support/file-client.ts';
import { putPart } from '../support/put-part.ts';
import { type HandlerUser, VaultHandlers } from '../support/vault-handlers.ts';

const people = ['ann', 'ben', 'cat'] as const;
type Person = (typeof people)[number];

type File = { readonly id: string; readonly content: string; readonly shares: Map<Person, string> };
type Upload = { readonly sealed: ClientFile; readonly content: string; put: boolean };

/** The expected state of files: their owners, the recipients of their shares, and open uploads. */
type Model = {
  readonly files: Record<Person, File[]>;
  readonly uploads: Record<Person, Upload[]>;
  readonly ended: [Person, string][];
};

let handlers: VaultHandlers;
const users = new Map<Person, HandlerUser>();
const me = new Map<Person, unknown>();
const userOf = (person: Person) => users.get(person) as HandlerUser;
const b64 = (text: string) => Buffer.from(text).toString('base64');

beforeAll(async () => {
  handlers = new VaultHandlers();
  const org = await handlers.newOrg();
  for (const person of people) {
    users.set(person, await handlers.newUser(org, person));
    await userOf(person).call('keys.generate');
    me.set(person, (await userOf(person).call('users.getMe')).body);
  }
});
afterAll(() => handlers.close());

/** Runs an operation and checks its outcome against the model. `at` picks an existing file or upload, if any. */
type Step = (model: Model) => Promise<void>;
type Command = fc.AsyncCommand<Model, object>;

const command = (name: string, of: readonly unknown[], run: Step): Command => ({
  check: () => true,
  run,
  toString: () => `${name}(${of})`,
});
const pick = <T>(from: readonly T[], at: number): T | undefined => from[at % Math.max(1, from.length)];
const absent = () => randomUUID();

const commands = {
  store: (owner: Person, content: string) =>
    command('store', [owner, content], async ({ files }) => {
      const body = { fileName: content.length > 0 ? `of ${owner}` : 'empty', contentB64: b64(content) };
      const answer = await userOf(owner).call('files.create', { body });
      expect(answer.status).toBe(201);
      files[owner].push({ id: answer.body.id, content, shares: new Map() });
    }),
  get: (owner: Person, by: Person, at: number) =>
    command('get', [owner, by, at], async ({ files }) => {
      const file = pick(files[owner], at);
      const params = { id: file?.id ?? absent() };
      const { status, body } = await userOf(by).call('files.get', { params });
      const found = file && owner === by ? [200, b64(file.content)] : [404, undefined];
      expect([status, body.contentB64]).toEqual(found);
    }),
  remove: (owner: Person, at: number) =>
    command('remove', [owner, at], async ({ files, ended }) => {
      const file = pick(files[owner], at);
      const { status } = await userOf(owner).call('files.delete', { params: { id: file?.id ?? absent() } });
      expect(status).toBe(file ? 200 : 404);
      if (!file) return;
      files[owner].splice(files[owner].indexOf(file), 1);
      ended.push(...file.shares);
    }),
  share: (owner: Person, recipient: Person, at: number) =>
    command('share', [owner, recipient, at], async ({ files }) => {
      const file = pick(files[owner], at);
      const { status, body } = await userOf(owner).call('fileShares.create', {
        params: { id: file?.id ?? absent() },
        body: { recipientUserId: userOf(recipient).id, permission: 'read' },
      });
      if (owner === recipient) expect(status).toBe(400);
      else if (!file) expect(status).toBe(404);
      else if (file.shares.has(recipient)) expect(status).toBe(409);
      else {
        expect(status).toBe(201);
        file.shares.set(recipient, body.shareId);
      }
    }),
  end: (owner: Person, recipient: Person, at: number, byOwner: boolean) =>
    command('end', [owner, recipient, at, byOwner], async ({ files, ended }) => {
      const file = pick(files[owner], at);
      const shareId = file?.shares.get(recipient);
      const params = { id: file?.id ?? absent(), recipientUserId: userOf(recipient).id };
      const { status } = byOwner
        ? await userOf(owner).call('fileShares.revoke', { params })
        : await userOf(recipient).call('fileShares.decline', { params: { shareId: shareId ?? absent() } });
      expect(status).toBe(shareId ? 200 : 404);
      if (!file || !shareId) return;
      file.shares.delete(recipient);
      ended.push([recipient, shareId]);
    }),
  read: (owner: Person, recipient: Person, at: number) =>
    command('read', [owner, recipient, at], async ({ files, ended }) => {
      const file = pick(files[owner], at);
      const shareId = file?.shares.get(recipient);
      const read = async (by: Person, id: string) => {
        const { status, body } = await userOf(by).call('fileShares.get', { params: { shareId: id } });
        return [status, body.contentB64];
      };
      if (file && shareId) expect(await read(recipient, shareId)).toEqual([200, b64(file.content)]);
      if (shareId) expect(await read(owner, shareId)).toEqual([404, undefined]);
      const old = ended.at(-1);
      if (!old) return;
      expect(await read(...old)).toEqual([404, undefined]);
      const again = await userOf(old[0]).call('fileShares.decline', { params: { shareId: old[1] } });
      expect(again.status).toBe(404);
    }),
  begin: (owner: Person, content: string) =>
    command('begin', [owner, content], async ({ uploads }) => {
      const sealed = sealClientFile(me.get(owner), Buffer.from(content));
      const { status } = await userOf(owner).call('uploads.create', { body: sealed.input });
      expect(status).toBe(uploads[owner].length < 20 ? 201 : 409);
      if (status === 201) uploads[owner].push({ sealed, content, put: false });
    }),
  put: (owner: Person, at: number) =>
    command('put', [owner, at], async ({ uploads }) => {
      const upload = pick(uploads[owner], at);
      const { status, body } = await userOf(owner).call('uploads.signParts', {
        params: { id: upload?.sealed.id ?? absent() },
        body: { partNumbers: [1] },
      });
      expect(status).toBe(upload ? 200 : 404);
      if (!upload) return;
      await putPart(handlers.platform.objects, body.parts[0].url, await upload.sealed.part(1));
      upload.put = true;
    }),
  complete: (owner: Person, at: number) =>
    command('complete', [owner, at], async ({ uploads, files }) => {
      const upload = pick(uploads[owner], at);
      const params = { id: upload?.sealed.id ?? absent() };
      const { status } = await userOf(owner).call('uploads.complete', { params });
      expect(status).toBe(upload ? (upload.put ? 200 : 409) : 404);
      if (!upload?.put) return;
      uploads[owner].splice(uploads[owner].indexOf(upload), 1);
      files[owner].push({ id: upload.sealed.id, content: upload.content, shares: new Map() });
    }),
  abort: (owner: Person, at: number) =>
    command('abort', [owner, at], async ({ uploads }) => {
      const upload = pick(uploads[owner], at);
      const params = { id: upload?.sealed.id ?? absent() };
      expect((await userOf(owner).call('uploads.abort', { params })).status).toBe(upload ? 200 : 404);
      if (upload) uploads[owner].splice(uploads[owner].indexOf(upload), 1);
    }),
  list: (person: Person) =>
    command('list', [person], async ({ files, uploads }) => {
      const query = { limit: '100' };
      const list = async (operationId: string, field: string) => {
        const { body } = await userOf(person).call(operationId, { query });
        return body.map((entry: Record<string, string>) => entry[field]).sort();
      };
      expect(await list('files.list', 'id')).toEqual(files[person].map(({ id }) => id).sort());
      const open = uploads[person].map(({ sealed }) => sealed.id);
      expect(await list('uploads.list', 'id')).toEqual(open.sort());
      const all = people.flatMap((owner) => files[owner]);
      const received = all.flatMap(({ shares }) => shares.get(person) ?? []);
      expect(await list('fileShares.listReceived', 'shareId')).toEqual(received.sort());
    }),
};

const person = fc.constantFrom(...people);
const at = fc.nat(9);
const text = fc.string({ maxLength: 20, unit: 'grapheme' });

const sequences = fc.commands<Model, object, false>(
  [
    fc.tuple(person, text).map((of) => commands.store(...of)),
    fc.tuple(person, person, at).map((of) => commands.get(...of)),
    fc.tuple(person, at).map((of) => commands.remove(...of)),
    fc.tuple(person, person, at).map((of) => commands.share(...of)),
    fc.tuple(person, person, at).map((of) => commands.share(...of)),
    fc.tuple(person, person, at, fc.boolean()).map((of) => commands.end(...of)),
    fc.tuple(person, person, at).map((of) => commands.read(...of)),
    fc.tuple(person, text).map((of) => commands.begin(...of)),
    fc.tuple(person, at).map((of) => commands.put(...of)),
    fc.tuple(person, at).map((of) => commands.complete(...of)),
    fc.tuple(person, at).map((of) => commands.abort(...of)),
    person.map((of) => commands.list(of)),
  ],
  { size: 'large', maxCommands: 40 },
);

/** `STRONGROOM_MODEL_RUNS=5000` runs a longer search. */
const numRuns = Number(process.env.STRONGROOM_MODEL_RUNS ?? 100);

test('files behave like a model made of lists', { timeout: 60_000 + numRuns * 500 }, async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (steps) => {
      const model: Model = {
        files: { ann: [], ben: [], cat: [] },
        uploads: { ann: [], ben: [], cat: [] },
        ended: [],
      };
      try {
        await fc.asyncModelRun(() => ({ model, real: {} }), steps);
      } finally {
        // Removes everything that the lists of the next run would otherwise show.
        for (const owner of people) {
          for (const { id } of model.files[owner])
            await userOf(owner).call('files.delete', { params: { id } });
          for (const { sealed } of model.uploads[owner]) {
            await userOf(owner).call('uploads.abort', { params: { id: sealed.id } });
          }
        }
      }
    }),
    { numRuns },
  );
});
