import { describe, expect, test } from 'vitest';
import { asksPassword, MessageError, openSealed } from '../../../client/message-crypto/index.ts';
import { openLegacy } from '../../../client/message-crypto/legacy.ts';
import { messages } from '../../../contract/messages.ts';
import { flipBit } from '../../support/bytes.ts';
import { legacyClient, legacyVersions } from '../../support/legacy-client.ts';
import { native } from '../../support/providers.ts';

const content = 'La contraseña es «東京» 🔐, und so weiter.';
const password = 'correct hörse';

async function codeOf(opening: Promise<unknown>): Promise<string> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MessageError)) throw new Error('it opened, or failed otherwise', { cause: error });
  return error.code;
}

describe.each(legacyVersions)('a message of crypto-js %s', (version) => {
  const sealed = legacyClient(version).encryptMessage(content, password);

  test('opens', async () => {
    const opened = await openLegacy(sealed, password);
    expect(opened.content).toBe(content);
    expect(opened.created).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test('opens with the password in the fragment, encoded by a browser or not', async () => {
    for (const fragment of [password, encodeURIComponent(password)]) {
      expect(await openSealed(native, sealed, { fragment })).toBe(content);
    }
    expect(asksPassword(native, 1, password)).toBe(false);
    expect(asksPassword(native, 1, '')).toBe(true);
  });

  test('opens with the password that is typed where the fragment is wrong', async () => {
    expect(await codeOf(openSealed(native, sealed, { fragment: 'wrong' }))).toBe('WRONG_PASSWORD');
    expect(await openSealed(native, sealed, { fragment: 'wrong', password })).toBe(content);
  });

  test('says that the password is wrong or missing', async () => {
    expect(await codeOf(openLegacy(sealed, 'correct horse'))).toBe('WRONG_PASSWORD');
    expect(await codeOf(openSealed(native, sealed, { fragment: '' }))).toBe('PASSWORD_REQUIRED');
  });

  test('is told from a wrong password where it is damaged behind its first block', async () => {
    const head = sealed.slice(0, 64);
    const ciphertext = Buffer.from(sealed.slice(64), 'base64');
    const cut = `${head}${ciphertext.subarray(0, 32).toString('base64')}`;
    expect(await codeOf(openLegacy(cut, password))).toBe('DAMAGED');
    const altered = `${head}${Buffer.from(flipBit(ciphertext, 8 * 40)).toString('base64')}`;
    expect(await codeOf(openLegacy(altered, password))).toBe('DAMAGED');
    const uneven = `${head}${ciphertext.subarray(0, 33).toString('base64')}`;
    expect(await codeOf(openLegacy(uneven, password))).toBe('DAMAGED');
  });
});

test('a message opens however its JSON is spaced, as clients in other languages write it', async () => {
  const { pbkdf2Sync, createCipheriv, randomBytes } = await import('node:crypto');
  for (const hash of ['sha1', 'sha256']) {
    const [salt, iv] = [randomBytes(16), randomBytes(16)];
    const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, 100_000, 32, hash), iv);
    const json = '{"version": "v1", "content": "from Python", "created": "2026-01-01T00:00:00.000Z"}';
    const ciphertext = Buffer.concat([cipher.update(json), cipher.final()]).toString('base64');
    const { content } = await openLegacy(salt.toString('hex') + iv.toString('hex') + ciphertext, password);
    expect(content).toBe('from Python');
  }
});

test('the example of the API’s documentation opens with the password that it names', async () => {
  const example = messages.create.body.shape.encryptedContent.meta()?.example as string;
  expect(await openLegacy(example, 'correct horse')).toMatchObject({ content: expect.any(String) });
});
