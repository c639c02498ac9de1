import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Operation, oneOf, withEachFault } from '../support/fault-cases.ts';
import { FaultyPlatform } from '../support/faulty-platform.ts';
import { type ClientFile, sealClientFile } from '../support/file-client.ts';
import { putPart } from '../support/put-part.ts';
import { type HandlerUser, VaultHandlers } from '../support/vault-handlers.ts';

let handlers: VaultHandlers;
let faulty: FaultyPlatform;
let org = '';
let [owner, recipient] = [] as unknown as [HandlerUser, HandlerUser];

beforeAll(async () => {
  handlers = new VaultHandlers((platform) => {
    faulty = new FaultyPlatform(platform);
    return faulty.platform;
  });
  org = await handlers.newOrg();
  owner = await handlers.newUser(org, 'owner');
  recipient = await handlers.newUser(org, 'recipient');
  for (const user of [owner, recipient]) expect((await user.call('keys.generate')).status).toBe(201);
});
afterAll(() => handlers.close());

const contentB64 = Buffer.from('the content').toString('base64');
const store = async () =>
  (await owner.call('files.create', { body: { fileName: 'a', contentB64 } })).body.id as string;
const share = async (id: string) => {
  const body = { recipientUserId: recipient.id, permission: 'read' };
  return (await owner.call('fileShares.create', { params: { id }, body })).body.shareId as string;
};
/** Returns the content of a file, or null if it does not exist. */
const contentOf = async (id: string) => {
  const { status, body } = await owner.call('files.get', { params: { id } });
  expect([200, 404]).toContain(status);
  return status === 404 ? null : body.contentB64;
};
const readOf = async (shareId: string) => {
  const { status, body } = await recipient.call('fileShares.get', { params: { shareId } });
  expect([200, 404]).toContain(status);
  return status === 404 ? null : body.contentB64;
};
const grantsOf = async (id: string) => {
  const { body } = await owner.call('fileShares.list', { params: { id } });
  return body.map(({ shareId }: { shareId: string }) => shareId);
};

const sealed = async () => sealClientFile((await owner.call('users.getMe')).body, randomBytes(100));
const begun = async () => {
  const file = await sealed();
  expect((await owner.call('uploads.create', { body: file.input })).status).toBe(201);
  const params = { id: file.id };
  const { body } = await owner.call('uploads.signParts', { params, body: { partNumbers: [1] } });
  await putPart(handlers.platform.objects, body.parts[0].url, await file.part(1));
  return file;
};
const isOpen = async ({ id }: ClientFile) =>
  (await owner.call('uploads.get', { params: { id } })).status === 200;
/** Expects the org's file counter to match the stored files. */
const counted = async () => {
  const { table } = handlers.platform;
  const counter = await table.get('orgs', { pk: `org#${org}`, sk: 'org' });
  const { items } = await table.query({ table: 'files', pk: owner.id, limit: 100_000 });
  expect(counter?.files).toBe(items.length);
};

const operations: Readonly<Record<string, Operation>> = {
  'storing a file': async () => {
    const before = (await owner.call('files.list', { query: { limit: '100' } })).body.length;
    let once = randomUUID();
    const fileName = randomUUID();
    return {
      call: () =>
        owner.call('files.create', {
          headers: { 'idempotency-key': once },
          body: { fileName, contentB64 },
        }),
      dropKey: () => {
        once = randomUUID();
      },
      state: async () => {
        const { body } = await owner.call('files.list', { query: { limit: '100' } });
        const [made] = body.filter((file: { fileName: string }) => file.fileName === fileName);
        if (!made) return oneOf(body.length, before, before + 1);
        expect(await contentOf(made.id)).toBe(contentB64);
        return 'new';
      },
      repeated: [201],
    };
  },
  'deleting a shared file': async () => {
    const id = await store();
    const shareId = await share(id);
    return {
      call: () => owner.call('files.delete', { params: { id } }),
      state: async () => {
        const content = await contentOf(id);
        expect(await readOf(shareId)).toBe(content);
        return oneOf(content, contentB64, null);
      },
      repeated: [404],
    };
  },
  'sharing a file': async () => {
    const id = await store();
    const body = { recipientUserId: recipient.id, permission: 'read' };
    let once = randomUUID();
    return {
      call: () =>
        owner.call('fileShares.create', { params: { id }, headers: { 'idempotency-key': once }, body }),
      dropKey: () => {
        once = randomUUID();
      },
      state: async () => {
        const [shareId] = await grantsOf(id);
        if (!shareId) return 'old';
        expect(await readOf(shareId)).toBe(contentB64);
        return 'new';
      },
      repeated: [201, 409],
    };
  },
  'revoking a share': async () => {
    const id = await store();
    const shareId = await share(id);
    return {
      call: () => owner.call('fileShares.revoke', { params: { id, recipientUserId: recipient.id } }),
      state: async () => {
        const state = oneOf(await grantsOf(id), [shareId], []);
        expect((await readOf(shareId)) === null).toBe(state === 'new');
        return state;
      },
      repeated: [404],
    };
  },
  'downloading a shared file': async () => {
    const id = await store();
    const shareId = await share(id);
    return {
      call: () => recipient.call('fileShares.download', { params: { shareId } }),
      state: async () => {
        const { body } = await owner.call('fileShares.list', { params: { id } });
        return body[0].firstAccessUtc === null ? 'old' : 'new';
      },
      repeated: [200],
    };
  },
  'creating an upload': async () => {
    const file = await sealed();
    return {
      call: () => owner.call('uploads.create', { body: file.input }),
      state: async () => ((await isOpen(file)) ? 'new' : 'old'),
      repeated: [409],
    };
  },
  'completing an upload': async () => {
    const file = await begun();
    return {
      call: () => owner.call('uploads.complete', { params: { id: file.id } }),
      state: async () => {
        const there = (await contentOf(file.id)) !== null;
        expect(await isOpen(file)).toBe(!there);
        return there ? 'new' : 'old';
      },
      repeated: [200],
    };
  },
  'aborting an upload': async () => {
    const file = await begun();
    return {
      call: () => owner.call('uploads.abort', { params: { id: file.id } }),
      state: async () => ((await isOpen(file)) ? 'old' : 'new'),
      repeated: [404],
    };
  },
};

describe('if one port call fails, the state is the old or the new one, and a retry completes it', () => {
  test.each(Object.entries(operations))('%s', { timeout: 120_000 }, async (_, operation) => {
    const cleaned: Operation = async () => {
      // Lists are looked at by the page, and open uploads are limited.
      for (const operationId of ['files', 'uploads']) {
        const { body } = await owner.call(`${operationId}.list`, { query: { limit: '100' } });
        const end = operationId === 'files' ? 'files.delete' : 'uploads.abort';
        for (const { id } of body) await owner.call(end, { params: { id } });
      }
      return operation();
    };
    await withEachFault(faulty, cleaned);
    await counted();
  });
});
