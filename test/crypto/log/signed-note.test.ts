import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openNote, parseVerifierKey, signNote, verifierKey } from '../../../crypto/log/signed-note.ts';

const newKey = (name: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const signing = async (data: Uint8Array) =>
    sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return { key: { name, point: Uint8Array.from(spki.subarray(-65)) }, spki, signing };
};
const [own, other] = [newKey('example.com/log'), newKey('example.com/log')];
const text = 'example.com/log\n3\nroot\n';

describe('signed notes', () => {
  it('have the form of C2SP, with a signature that others verify', async () => {
    const note = await signNote(own.key, text, own.signing);
    const [, encoded = ''] = /^example\.com\/log\n3\nroot\n\n— example\.com\/log (\S+)\n$/.exec(note) ?? [];
    const bytes = Buffer.from(encoded, 'base64');
    expect(
      verify(
        'sha256',
        Buffer.from(text),
        createPublicKey({ key: own.spki, format: 'der', type: 'spki' }),
        bytes.subarray(4),
      ),
    ).toBe(true);
    expect(openNote([own.key], note)).toBe(text);
  });

  it('opens a signature of either form that ECDSA has', async () => {
    for (let round = 0; round < 20; round++) {
      expect(openNote([own.key], await signNote(own.key, `${round}\n`, own.signing))).toBe(`${round}\n`);
    }
  });

  it('takes signatures of unknown keys beside a known one, and none without', async () => {
    const note = await signNote(own.key, text, own.signing);
    const line = (await signNote(other.key, text, other.signing)).split('\n\n')[1];
    expect(openNote([own.key], note + line)).toBe(text);
    expect(openNote([other.key], note)).toBeUndefined();
    expect(openNote([{ ...own.key, name: 'example.com/other' }], note)).toBeUndefined();
  });

  it('does not open where anything was altered', async () => {
    const note = await signNote(own.key, text, own.signing);
    for (let at = 0; at < note.length; at++) {
      const altered = `${note.slice(0, at)}${note[at] === '7' ? '8' : '7'}${note.slice(at + 1)}`;
      expect(openNote([own.key], altered)).toBeUndefined();
      expect(openNote([own.key], note.slice(0, at))).toBeUndefined();
    }
  });

  it('keys survive the way through text, and no other text is one', () => {
    const pinned = verifierKey(own.key);
    expect(pinned).toMatch(/^example\.com\/log\+[0-9a-f]{8}\+AjBZ[A-Za-z0-9+/]+=*$/);
    expect(parseVerifierKey(pinned)).toEqual(own.key);
    expect(parseVerifierKey(pinned.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toBeUndefined();
    expect(parseVerifierKey(pinned.slice(0, -4))).toBeUndefined();
    expect(parseVerifierKey('')).toBeUndefined();
  });
});
