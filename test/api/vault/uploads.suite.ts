import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { layoutOf } from '../../../crypto/vault/file-format.ts';
import { type ClientFile, openDownload, sealClientFile, twoPartsBytes } from '../../support/file-client.ts';
import type { Target } from '../target.ts';
import { asAdministrator, newOrg, time as timeOf, VaultUser } from './vault-user.ts';

const time = timeOf(expect);

export function uploadsSuite(target: () => Target): void {
  const open = '/v1/files/uploads';

  const meOf = async (user: VaultUser) => (await user.call('GET', '/v1/users/me')).body;
  const begin = (user: VaultUser, file: ClientFile, terms: object = {}) =>
    user.call('POST', open, { body: { ...file.input, ...terms } });
  const sign = (user: VaultUser, id: string, ...partNumbers: number[]) =>
    user.call('POST', `${open}/${id}/parts`, { body: { partNumbers } });
  const complete = (user: VaultUser, id: string) => user.call('POST', `${open}/${id}/complete`);
  const put = async (user: VaultUser, file: ClientFile, number: number, bytes?: Uint8Array) => {
    const { body } = await sign(user, file.id, number);
    const part = bytes ?? (await file.part(number));
    const answer = await fetch(body.parts[0].url, { method: 'PUT', body: new Uint8Array(part) });
    expect(answer.status).toBe(200);
    return answer.headers.get('etag');
  };
  const fetched = async (url: string, range?: string) => {
    const answer = await fetch(url, { headers: range ? { range } : {} });
    expect(answer.status).toBe(range ? 206 : 200);
    return Buffer.from(await answer.arrayBuffer());
  };
  /** Uploads a whole file. */
  const upload = async (user: VaultUser, content: Uint8Array) => {
    const file = sealClientFile(await meOf(user), content);
    expect((await begin(user, file)).status).toBe(201);
    for (let number = 1; number <= file.parts; number++) await put(user, file, number);
    expect((await complete(user, file.id)).status).toBe(200);
    return file.id;
  };

  describe('large files', () => {
    let [owner, alice] = [] as unknown as [VaultUser, VaultUser];
    beforeAll(async () => {
      const org = await newOrg(target());
      owner = await VaultUser.create(target(), org, { name: 'owner' });
      alice = await VaultUser.create(target(), org, { name: 'alice' });
    });

    test('are uploaded in parts, in any order, and only their owner can decrypt them', async () => {
      const content = randomBytes(twoPartsBytes);
      const me = await meOf(owner);
      const file = sealClientFile(me, content);
      expect(file.parts).toBe(2);
      const begun = await begin(owner, file);
      const [first, last] = [await file.part(1), await file.part(2)];
      expect([begun.status, begun.body]).toEqual([
        201,
        {
          id: file.id,
          sealedSizeBytes: first.length + last.length,
          plan: {
            parts: 2,
            firstPartBytes: first.length,
            partBytes: last.length,
            lastPartBytes: last.length,
          },
          createdUtc: time,
          expiresUtc: time,
        },
      ]);
      const lifetime = Date.parse(begun.body.expiresUtc) - Date.parse(begun.body.createdUtc);
      expect(lifetime).toBe(limits.uploadSeconds * 1000);

      await put(owner, file, 2, last);
      await put(owner, file, 1, first);
      expect((await owner.file(file.id)).status).toBe(404);
      const completed = await complete(owner, file.id);
      expect([completed.status, completed.body]).toEqual([
        200,
        { id: file.id, sealedSizeBytes: file.input.sealedSizeBytes, updatedUtc: time },
      ]);
      expect((await complete(owner, file.id)).body).toEqual(completed.body);

      const { status, body: download } = await owner.call('GET', `/v1/files/${file.id}/download`);
      expect([status, download]).toEqual([
        200,
        {
          id: file.id,
          wrappedCekB64: file.input.wrappedCekB64,
          sealedMetadataB64: file.input.sealedMetadataB64,
          sealedSizeBytes: file.input.sealedSizeBytes,
          url: expect.any(String),
          urlExpiresUtc: time,
          updatedUtc: completed.body.updatedUtc,
        },
      ]);
      const sealed = await fetched(download.url);
      expect(await fetched(download.url, 'bytes=100-199')).toEqual(sealed.subarray(100, 200));
      const opened = await openDownload(me, owner.secret, download, sealed);
      expect([opened.fileName, opened.sizeBytes]).toEqual(['large.bin', content.length]);
      expect(opened.content.equals(content)).toBe(true);

      const { body: list } = await owner.open('GET', '/v1/files?limit=100');
      expect(list).toContainEqual({
        id: file.id,
        fileName: 'large.bin',
        contentType: 'application/octet-stream',
        sizeBytes: content.length,
        updatedUtc: completed.body.updatedUtc,
      });
      const inline = await owner.file(file.id);
      expect([inline.status, inline.body.code, inline.body.error]).toEqual([
        400,
        'FILE_TOO_LARGE',
        expect.stringContaining('/v1/files/{id}/download'),
      ]);
    });

    test('and small ones are the same kind of record: either way reads what the other stored', async () => {
      const me = await meOf(owner);
      for (const content of [Buffer.alloc(0), randomBytes(1000)]) {
        const uploaded = await upload(owner, content);
        const { status, body } = await owner.file(uploaded);
        expect([status, body]).toEqual([
          200,
          {
            fileName: 'large.bin',
            contentType: 'application/octet-stream',
            contentB64: content.toString('base64'),
          },
        ]);
        const inline = await owner.upload(content, { fileName: 'inline' });
        const { body: download } = await owner.call('GET', `/v1/files/${inline}/download`);
        const opened = await openDownload(me, owner.secret, download, await fetched(download.url));
        expect([opened.fileName, opened.content.equals(content)]).toEqual(['inline', true]);
      }
    });

    test('are shared by their content key, whatever their size', async () => {
      const content = randomBytes(limits.inlineFileBytes + 1);
      const id = await upload(owner, content);
      const expiresUtc = new Date(Date.now() + 60_000).toISOString();
      const { shareId } = (await owner.shareFile(id, alice, { expiresUtc })).body;
      const inline = await alice.sharedFile(shareId);
      expect([inline.status, inline.body.code, inline.body.error]).toEqual([
        400,
        'FILE_TOO_LARGE',
        expect.stringContaining('/v1/files/shared/{shareId}/download'),
      ]);
      const accesses = async () => {
        const [share] = (await owner.call('GET', `/v1/files/${id}/shares`)).body;
        return [share.firstAccessUtc, share.lastAccessUtc];
      };
      expect(await accesses()).toEqual([null, null]);
      const path = `/v1/files/shared/${shareId}/download`;
      const { status, body: download } = await alice.call('GET', path);
      expect([status, download]).toEqual([
        200,
        {
          shareId,
          fileId: id,
          ownerUserId: owner.id,
          ownerName: 'owner',
          permission: 'read',
          updatedUtc: time,
          expiresUtc,
          wrappedCekB64: expect.any(String),
          sealedTermsB64: expect.any(String),
          sealedMetadataB64: expect.any(String),
          sealedSizeBytes: layoutOf(content.length).sealedSize,
          url: expect.any(String),
          urlExpiresUtc: time,
        },
      ]);
      // The URL must not outlive the share.
      expect(Date.parse(download.urlExpiresUtc)).toBeLessThanOrEqual(Date.parse(expiresUtc));
      expect(await accesses()).toEqual([time, time]);
      const opened = await openDownload(
        await meOf(alice),
        alice.secret,
        download,
        await fetched(download.url),
      );
      expect(opened.content.equals(content)).toBe(true);
      expect((await owner.call('GET', path)).status).toBe(404);
      await owner.revokeFile(id, alice);
      expect((await alice.call('GET', path)).status).toBe(404);
      expect((await owner.call('DELETE', `/v1/files/${id}`)).status).toBe(200);
      expect((await owner.call('GET', `/v1/files/${id}/download`)).status).toBe(404);
    });

    test('can be resumed by a client that has the user secret', async () => {
      const content = randomBytes(twoPartsBytes);
      const file = sealClientFile(await meOf(owner), content);
      await begin(owner, file);
      await put(owner, file, 1);
      const { body: state } = await owner.call('GET', `${open}/${file.id}`);
      const { wrappedCekB64, sealedMetadataB64, fileHeaderB64 } = file.input;
      const known = { id: file.id, wrappedCekB64, sealedMetadataB64, fileHeaderB64 };
      expect(state).toMatchObject({ ...known, assembled: false });
      expect(state.uploaded).toEqual([
        { partNumber: 1, sizeBytes: state.plan.firstPartBytes, etag: expect.any(String) },
      ]);
      expect((await owner.call('GET', open)).body).toContainEqual(expect.objectContaining(known));
      await put(owner, file, 2);
      expect((await complete(owner, file.id)).status).toBe(200);
      expect((await owner.call('GET', `${open}/${file.id}`)).status).toBe(404);
      expect((await owner.call('GET', open)).text).not.toContain(file.id);
    });

    test('cannot be completed before every part has the right size', async () => {
      const file = sealClientFile(await meOf(owner), randomBytes(twoPartsBytes));
      await begin(owner, file);
      const none = await complete(owner, file.id);
      expect([none.status, none.body.code, none.body.details]).toEqual([
        409,
        'UPLOAD_INCOMPLETE',
        [
          { path: 'parts.1', message: 'is missing' },
          { path: 'parts.2', message: 'is missing' },
        ],
      ]);
      await put(owner, file, 1);
      const last = await file.part(2);
      await put(owner, file, 2, last.subarray(0, -1));
      const short = await complete(owner, file.id);
      expect([short.status, short.body.details]).toEqual([
        409,
        [{ path: 'parts.2', message: `has ${last.length - 1} bytes, not ${last.length}` }],
      ]);
      await put(owner, file, 2, last);
      expect((await complete(owner, file.id)).status).toBe(200);
    });

    test('are refused if they are not the announced ones, even with the right size', async () => {
      const file = sealClientFile(await meOf(owner), randomBytes(1000));
      await begin(owner, file);
      await put(owner, file, 1, randomBytes(file.input.sealedSizeBytes));
      const { status, body } = await complete(owner, file.id);
      expect([status, body.code]).toEqual([400, 'TAMPERED']);
      expect((await owner.call('GET', `${open}/${file.id}`)).body.assembled).toBe(true);
      expect((await owner.call('DELETE', `${open}/${file.id}`)).status).toBe(200);
    });

    test('can be aborted', async () => {
      const file = sealClientFile(await meOf(owner), randomBytes(1000));
      await begin(owner, file);
      const { body } = await sign(owner, file.id, 1);
      await put(owner, file, 1);
      const path = `${open}/${file.id}`;
      const aborted = await owner.call('DELETE', path);
      expect([aborted.status, aborted.body]).toEqual([200, { aborted: true, id: file.id }]);
      for (const answer of [
        await owner.call('DELETE', path),
        await owner.call('GET', path),
        await sign(owner, file.id, 1),
        await complete(owner, file.id),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
      }
      const late = await fetch(body.parts[0].url, { method: 'PUT', body: new Uint8Array(1) });
      expect(late.status).toBe(404);
      expect((await begin(owner, file)).status).toBe(201);
      await owner.call('DELETE', path);
    });

    test('of a concurrent complete and abort, one succeeds', async () => {
      for (let round = 0; round < 5; round++) {
        const file = sealClientFile(await meOf(owner), randomBytes(100));
        await begin(owner, file);
        await put(owner, file, 1);
        const [completed, aborted] = await Promise.all([
          complete(owner, file.id),
          owner.call('DELETE', `${open}/${file.id}`),
        ]);
        const there = (await owner.file(file.id)).status === 200;
        expect([completed.status === 200, aborted.status === 200]).toEqual([there, !there]);
        expect([200, 400, 404]).toContain(completed.status);
      }
    });

    test('two concurrent completes create one file', async () => {
      const file = sealClientFile(await meOf(owner), randomBytes(100));
      await begin(owner, file);
      await put(owner, file, 1);
      const answers = await Promise.all([complete(owner, file.id), complete(owner, file.id)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers[0]?.body).toEqual(answers[1]?.body);
    });

    test('belong to their owner alone', async () => {
      const file = sealClientFile(await meOf(owner), randomBytes(100));
      await begin(owner, file);
      for (const answer of [
        await alice.call('GET', `${open}/${file.id}`),
        await alice.call('DELETE', `${open}/${file.id}`),
        await sign(alice, file.id, 1),
        await complete(alice, file.id),
        await alice.call('GET', `/v1/files/${file.id}/download`),
      ]) {
        expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND']);
      }
      expect((await alice.call('GET', open)).body).toEqual([]);
      await owner.call('DELETE', `${open}/${file.id}`);
    });
  });

  describe('creating an upload', () => {
    let [owner, alice] = [] as unknown as [VaultUser, VaultUser];
    beforeAll(async () => {
      const org = await newOrg(target());
      owner = await VaultUser.create(target(), org);
      alice = await VaultUser.create(target(), org);
    });

    test.each([
      ['id', { id: 'no-uuid' }],
      ['id', { id: randomUUID().toUpperCase() }],
      ['wrappedCekB64', { wrappedCekB64: 'AAAA' }],
      ['wrappedCekB64', { wrappedCekB64: 'no base64' }],
      ['sealedMetadataB64', { sealedMetadataB64: 'A'.repeat(8 * limits.sealedFieldBytes) }],
      ['fileHeaderB64', { fileHeaderB64: 'AAAA' }],
      ['sealedSizeBytes', { sealedSizeBytes: 88 }],
      ['sealedSizeBytes', { sealedSizeBytes: 262_144 + 66 + 23 + 23 }],
      ['sealedSizeBytes', { sealedSizeBytes: layoutOf(limits.fileBytes + 1).sealedSize }],
      ['sealedSizeBytes', { sealedSizeBytes: 1.5 }],
      ['unheardOf', { unheardOf: 1 }],
    ])('is 400 for a bad %s, and the error names it', async (path, terms) => {
      const file = sealClientFile(await meOf(owner), randomBytes(100));
      const { status, body } = await begin(owner, file, terms);
      expect([status, body.details?.map((detail: { path: string }) => detail.path)]).toEqual([400, [path]]);
    });

    test('is refused with a key that is wrapped to another user', async () => {
      const { status, body } = await begin(owner, sealClientFile(await meOf(alice), randomBytes(100)));
      expect([status, body.details[0].path]).toEqual([400, 'wrappedCekB64']);
    });

    test('is refused with the ID of an upload or a file', async () => {
      const file = sealClientFile(await meOf(owner), randomBytes(100));
      expect((await begin(owner, file)).status).toBe(201);
      const again = await begin(owner, file);
      expect([again.status, again.body.code]).toEqual([409, 'FILE_EXISTS']);
      await put(owner, file, 1);
      await complete(owner, file.id);
      expect((await begin(owner, file)).body.code).toBe('FILE_EXISTS');
    });

    test('is refused to a user without keys', async () => {
      const keyless = await VaultUser.create(target(), owner.orgId, { keys: false });
      const { status, body } = await begin(keyless, sealClientFile(await meOf(owner), randomBytes(100)));
      expect([status, body.code]).toEqual([400, 'KEYS_REQUIRED']);
    });

    test('is refused beyond the limit of open uploads', async () => {
      const user = await VaultUser.create(target(), owner.orgId);
      const me = await meOf(user);
      const files = Array.from({ length: limits.openUploadsPerUser + 1 }, () =>
        sealClientFile(me, Buffer.alloc(1)),
      );
      for (const file of files.slice(1)) expect((await begin(user, file)).status).toBe(201);
      const [onemore] = files as [ClientFile];
      const refused = await begin(user, onemore);
      expect([refused.status, refused.body.code]).toEqual([409, 'TOO_MANY_UPLOADS']);
      const page = await user.call('GET', `${open}?limit=15`);
      expect([page.body.length, page.headers.get('x-next-cursor')]).toEqual([15, expect.any(String)]);
      await user.call('DELETE', `${open}/${files[1]?.id}`);
      expect((await begin(user, onemore)).status).toBe(201);
    });

    test.each([
      ['no parts', []],
      ['too many parts', Array.from({ length: limits.partUrls + 1 }, (_, at) => at + 1)],
      ['a repeated part', [1, 1]],
      ['a part beyond any upload', [10_001]],
    ])('rejects a request for URLs of %s', async (_, partNumbers) => {
      const { status, body } = await sign(owner, randomUUID(), ...partNumbers);
      expect([status, body.details[0].path]).toEqual([400, expect.stringMatching(/^partNumbers/)]);
    });

    test('returns URLs for the parts of the upload, and for no others', async () => {
      const file = sealClientFile(await meOf(owner), randomBytes(100));
      await begin(owner, file);
      const { status, body } = await sign(owner, file.id, 1, 2);
      expect([status, body.details[0]]).toEqual([
        400,
        { path: 'partNumbers.1', message: 'must be at most 1' },
      ]);
    });
  });

  describe('the plan and the storage of an org, for uploads', () => {
    const setPlan = (org: string, maxFiles: number, maxFileSizeBytes: number) =>
      asAdministrator(target(), 'PUT', `/admin/orgs/${org}/plan`, {
        key: 'small',
        maxRecords: 9,
        maxKeyPlusValueBytes: 999,
        maxFiles,
        maxFileSizeBytes,
      });

    test('are checked when it is created and again when it is completed', async () => {
      const org = await newOrg(target());
      const user = await VaultUser.create(target(), org);
      const me = await meOf(user);
      const file = sealClientFile(me, randomBytes(100));
      await setPlan(org, 9, 99);
      expect((await begin(user, file)).body.code).toBe('PLAN_LIMIT_REACHED');
      await setPlan(org, 0, 100);
      expect((await begin(user, file)).body.code).toBe('PLAN_LIMIT_REACHED');
      await setPlan(org, 1, 100);
      expect((await begin(user, file)).status).toBe(201);
      const other = sealClientFile(me, randomBytes(100));
      expect((await begin(user, other)).status).toBe(201);
      for (const each of [file, other]) await put(user, each, 1);

      await setPlan(org, 1, 99);
      expect((await complete(user, file.id)).body.code).toBe('PLAN_LIMIT_REACHED');
      await setPlan(org, 1, 100);
      await asAdministrator(target(), 'PUT', `/admin/orgs/${org}/storage`, { provider: 'none' });
      expect((await complete(user, file.id)).body.code).toBe('STORAGE_NOT_CONFIGURED');
      expect((await begin(user, sealClientFile(me, randomBytes(1)))).body.code).toBe(
        'STORAGE_NOT_CONFIGURED',
      );
      await asAdministrator(target(), 'PUT', `/admin/orgs/${org}/storage`, { provider: 'appliance' });
      expect((await complete(user, file.id)).status).toBe(200);
      expect((await complete(user, other.id)).body.code).toBe('PLAN_LIMIT_REACHED');
      // The parts are assembled already, so the upload becomes a file as soon as the plan has room.
      await user.call('DELETE', `/v1/files/${file.id}`);
      expect((await complete(user, other.id)).status).toBe(200);
      expect((await user.file(other.id)).status).toBe(200);
    });
  });
}
