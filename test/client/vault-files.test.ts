import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StrongroomClient } from '../../client/index.ts';
import { openSharedVaultFile, openVaultFile } from '../../client/vault/download.ts';
import { resumeUpload, uploadFile } from '../../client/vault/upload.ts';
import { Vault } from '../../client/vault/vault.ts';
import { Tampered, WrongUserSecret } from '../../crypto/errors.ts';
import { TestAppliance } from '../api/appliance.ts';
import { newOrg, VaultUser } from '../api/vault/vault-user.ts';
import { nativeVault, portableVault } from '../support/vault.ts';

const MiB = 1024 * 1024;

let appliance: TestAppliance;
let [owner, alice] = [] as unknown as [VaultUser, VaultUser];
let vault: Vault;
/** What left this process. */
const sent: string[] = [];
const recorded: typeof fetch = (input, init) => {
  sent.push(JSON.stringify([...new Headers(init?.headers)]), String(init?.body));
  return fetch(input, init);
};
const clientOf = ({ apiKey }: VaultUser) =>
  new StrongroomClient({ baseUrl: appliance.target.url, credential: { apiKey }, fetch: recorded });

beforeAll(async () => {
  appliance = await TestAppliance.start();
  const org = await newOrg(appliance.target);
  owner = await VaultUser.create(appliance.target, org, { name: 'owner' });
  alice = await VaultUser.create(appliance.target, org, { name: 'alice' });
  vault = await Vault.unlock(clientOf(owner), nativeVault, owner.secret);
});
afterAll(async () => {
  vault.close();
  await appliance.remove();
});

const large = randomBytes(20 * MiB + 12_345);
const contentOf = async (id: string) => buffer((await openVaultFile(vault, id)).read());

describe('files of the vault, with the keys on the client alone', () => {
  test('go in parts and come back, with progress, whatever their size', async () => {
    for (const content of [Buffer.alloc(0), randomBytes(1), large]) {
      const progress: [number, number][] = [];
      const file = new File([content], 'größe.bin', { type: 'application/x-large' });
      const onProgress = (done: number, total: number) => progress.push([done, total]);
      const id = await uploadFile(vault, file, { onProgress });
      expect(progress[0]).toEqual([0, content.length]);
      expect(progress.at(-1)).toEqual([content.length, content.length]);
      const opened = await openVaultFile(vault, id);
      const { fileName, contentType, sizeBytes } = opened;
      expect([fileName, contentType, sizeBytes]).toEqual([
        'größe.bin',
        'application/x-large',
        content.length,
      ]);
      expect((await buffer(opened.stream())).equals(content)).toBe(true);
    }
  });

  test('are read in part, from anywhere', async () => {
    const id = await uploadFile(vault, new Blob([large]));
    const file = await openVaultFile(vault, id);
    for (const [start, end] of [
      [0, 1],
      [large.length - 1, large.length],
      [262_143, 262_145],
      [5 * MiB + 7, 19 * MiB + 3],
      [7, 7],
    ] as const) {
      expect((await buffer(file.read({ start, end }))).equals(large.subarray(start, end))).toBe(true);
    }
    await expect(buffer(file.read({ start: 0, end: large.length + 1 }))).rejects.toThrow(RangeError);
  });

  test('an interrupted upload resumes with its id and the secret alone', async () => {
    const over = new AbortController();
    let begun = '';
    const dying: typeof fetch = async (input, init) => {
      if (new URL(String(input)).searchParams.get('partNumber') === '2') over.abort();
      return fetch(input, init);
    };
    const onBegun = (id: string) => {
      begun = id;
    };
    const cut = uploadFile(vault, new Blob([large]), {
      ...{ onBegun, fetch: dying, signal: over.signal, partsAtOnce: 1 },
    });
    await expect(cut).rejects.toThrow(/abort/);
    await expect(openVaultFile(vault, begun)).rejects.toMatchObject({ code: 'NOT_FOUND' });

    const elsewhere = await Vault.unlock(clientOf(owner), portableVault, owner.secret);
    const shorter = new Blob([large.subarray(1)]);
    await expect(resumeUpload(elsewhere, begun, shorter)).rejects.toThrow(RangeError);
    const progress: number[] = [];
    await resumeUpload(elsewhere, begun, new Blob([large]), { onProgress: (done) => progress.push(done) });
    expect(progress[0]).toBeGreaterThan(8 * MiB - 100);
    expect((await contentOf(begun)).equals(large)).toBe(true);
    // Again, as a client whose last response was lost.
    await expect(resumeUpload(elsewhere, begun, new Blob([large]))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    elsewhere.close();
  });

  test('a network that fails now and then costs time, and no byte', async () => {
    let calls = 0;
    const flaky: typeof fetch = async (input, init) => {
      calls += 1;
      if (calls % 3 === 1) throw new TypeError('connection reset');
      const answer = await fetch(input, init);
      if (!answer.body || init?.method === 'PUT' || calls % 3 !== 2) return answer;
      const some = (await answer.arrayBuffer()).slice(0, 100_000);
      return new Response(some, { status: answer.status });
    };
    const content = randomBytes(9 * MiB);
    const id = await uploadFile(vault, new Blob([content]), { fetch: flaky });
    const file = await openVaultFile(vault, id, { fetch: flaky });
    expect((await buffer(file.read())).equals(content)).toBe(true);
    const dead: typeof fetch = () => Promise.reject(new TypeError('connection refused'));
    const unreachable = await openVaultFile(vault, id, { fetch: dead });
    await expect(buffer(unreachable.read())).rejects.toMatchObject({ code: 'NETWORK' });
  }, 60_000);

  test('a shared one is opened by its recipient, without another upload', async () => {
    const id = await uploadFile(vault, new Blob([large]), { fileName: 'shared.bin' });
    const { body } = await owner.shareFile(id, alice);
    const hers = await Vault.unlock(clientOf(alice), nativeVault, alice.secret);
    const { ownerName, file } = await openSharedVaultFile(hers, body.shareId);
    expect([ownerName, file.fileName]).toEqual(['owner', 'shared.bin']);
    expect((await buffer(file.read())).equals(large)).toBe(true);
    hers.close();
  });

  test('what a store alters gives no byte past the fault', async () => {
    const content = randomBytes(3 * MiB);
    const id = await uploadFile(vault, new Blob([content]));
    const [path = ''] = storedFiles().sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
    const stored = readFileSync(path);
    stored[MiB] = (stored[MiB] as number) ^ 1;
    writeFileSync(path, stored);
    const file = await openVaultFile(vault, id);
    let seen = Buffer.alloc(0);
    const reading = async () => {
      for await (const piece of file.read()) seen = Buffer.concat([seen, piece]);
    };
    await expect(reading()).rejects.toThrow(Tampered);
    expect(seen.length).toBeLessThanOrEqual(MiB);
    expect(content.subarray(0, seen.length).equals(seen)).toBe(true);
  });

  test('a wrong secret opens nothing, and a closed vault neither', async () => {
    await expect(Vault.unlock(clientOf(owner), nativeVault, 'not the secret')).rejects.toThrow(
      WrongUserSecret,
    );
    const closed = await Vault.unlock(clientOf(owner), nativeVault, owner.secret);
    closed.close();
    await expect(uploadFile(closed, new Blob(['x']))).rejects.toThrow('closed');
  });

  test('neither the user secret nor a name or content was sent', () => {
    const all = sent.join('\n');
    expect(all).not.toContain(owner.secret);
    expect(all.toLowerCase()).not.toContain('x-user-secret');
    expect(all).not.toContain('größe.bin');
    expect(all).not.toContain('shared.bin');
  });
});

function storedFiles(): string[] {
  const folder = join(appliance.data, 'objects');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).size > 3 * MiB)
    .map((entry) => join(entry.parentPath, entry.name));
}
