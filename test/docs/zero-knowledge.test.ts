import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { TestUser } from '../api/target.ts';
import { codeSample } from '../support/code-sample.ts';

type Payload = { readonly v: 1 } & Readonly<Record<'salt' | 'nonce' | 'ciphertext', string>>;
type Sample = {
  encrypt(password: string, code: string): Promise<Payload>;
  digest(payload: Payload): string;
  sealPassword(password: string, name: string, payloadSha256: string, session: object): object;
};

const folder = mkdtempSync(join(tmpdir(), 'strongroom-docs-'));
let appliance: TestAppliance;
let user: TestUser;
let sample: Sample;
beforeAll(async () => {
  symlinkSync(resolve(import.meta.dirname, '..', '..', 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'sample.mjs');
  writeFileSync(file, codeSample('zero-knowledge.md', 'js'));
  sample = await import(/* @vite-ignore */ pathToFileURL(file).href);
  appliance = await TestAppliance.start();
  user = await TestUser.register(appliance.target);
});
afterAll(async () => {
  await appliance.remove();
  rmSync(folder, { recursive: true });
});

test('what the page says in JavaScript, on packages of others, works against the API', async () => {
  const [name, password] = ['sample', 'a master passwörd'];
  const encryptedPayload = await sample.encrypt(password, 'print("from the page")');
  const put = await user.call('PUT', `/api/v1/zk/code/${name}`, { body: { encryptedPayload } });
  expect([put.status, put.body.sha256]).toEqual([201, sample.digest(encryptedPayload)]);

  const execute = (body: object) => user.call('POST', `/api/v1/zk/execute/${name}`, { body });
  expect((await execute({ masterPassword: password })).body.stdout).toBe('from the page\n');
  const { body: session } = await user.call('POST', '/api/v1/zk/sessions');
  const seal = (text: string) => sample.sealPassword(text, name, put.body.sha256, session);
  expect((await execute({ sealedPassword: seal(password) })).body.stdout).toBe('from the page\n');
  expect((await execute({ sealedPassword: seal('another') })).status).toBe(401);
});
