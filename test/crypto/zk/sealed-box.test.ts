import { describe, expect, it, test } from 'vitest';
import { fromBase64, toBase64 } from '../../../crypto/encoding/base64.ts';
import { publicKeyDigest } from '../../../crypto/zk/sandbox-proof.ts';
import {
  generatePrivateKey,
  open as openBox,
  repliesOf,
  SealedBoxRejected,
  Sealer,
  seal,
} from '../../../crypto/zk/sealed-box.ts';
import { sealedPasswordAad } from '../../../crypto/zk/sealed-password.ts';
import { fromHex } from '../../support/bytes.ts';
import { providerPairs, providers } from '../../support/providers.ts';
import { text, utf8 } from '../../support/vault.ts';
import vector from '../../vectors/sealed-box.json' with { type: 'json' };

const aad = utf8('run');

describe.each(providerPairs)('sealed box, %s', (_, sealing, opening) => {
  const key = generatePrivateKey(opening);
  const sealed = (plaintext: Uint8Array) => seal(sealing, key.publicKey, plaintext, aad);
  const open = (box: Uint8Array, under = aad, by = key) => openBox(opening, by, box, under);

  /** A request and `count` replies to it: their numbers. */
  function row(count: number) {
    const request = sealed(utf8('job'));
    const opened = open(request.box);
    const replies = Array.from({ length: count }, (_, at) =>
      at < count - 1 ? opened.sealNext(utf8(String(at))) : opened.sealReply(utf8(String(at))),
    );
    return { request, replies };
  }

  it('carries a request and its reply', () => {
    const request = sealed(utf8('job'));
    const opened = open(request.box);
    expect(text(opened.plaintext)).toBe('job');
    expect(text(request.openReply(opened.sealReply(utf8('result'))))).toBe('result');
  });

  it('encapsulates for each request, prepared or not', () => {
    const sealer = new Sealer(sealing, key.publicKey);
    const boxes = Array.from({ length: 3 }, () => {
      sealer.prepare();
      sealer.prepare();
      return sealer.seal(utf8('job'), aad).box;
    });
    expect(new Set(boxes.map((box) => text(box.subarray(2, 1122)))).size).toBe(3);
    for (const box of boxes) expect(text(open(box).plaintext)).toBe('job');
  });

  it('exports the secret that opens its replies, and opens none itself afterwards', () => {
    const request = sealed(utf8('job'));
    const opened = open(request.box);
    const replies = [opened.sealNext(utf8('one')), opened.sealReply(utf8('two'))] as const;
    const secret = request.exportRepliesSecret();
    for (let readers = 0; readers < 2; readers++) {
      const reader = repliesOf(sealing, secret, aad);
      expect(replies.map((reply) => text(reader.openNext(reply).plaintext))).toEqual(['one', 'two']);
    }
    expect(() => request.openNext(replies[0])).toThrow(SealedBoxRejected);
    expect(() => repliesOf(sealing, secret, utf8('other')).openNext(replies[0])).toThrow(SealedBoxRejected);
    expect(() => repliesOf(sealing, secret.subarray(1), aad)).toThrow(SealedBoxRejected);
  });

  it('carries empty messages', () => {
    const request = sealed(new Uint8Array());
    const opened = open(request.box);
    expect(opened.plaintext).toHaveLength(0);
    expect(request.openReply(opened.sealReply(new Uint8Array()))).toHaveLength(0);
  });

  it('shows nothing of the plaintext and repeats nothing', () => {
    const first = Buffer.from(sealed(utf8('planted-marker')).box);
    const second = Buffer.from(sealed(utf8('planted-marker')).box);
    expect(first.includes('planted-marker')).toBe(false);
    expect(first.subarray(2, 100)).not.toEqual(second.subarray(2, 100));
  });

  it('refuses a change of any byte, a cut, an extension, another key and another aad', () => {
    const { box } = sealed(utf8('job'));
    for (let at = 0; at < box.length; at += at < 8 ? 1 : 97) {
      const altered = Uint8Array.from(box);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => open(altered), `byte ${at}`).toThrow(SealedBoxRejected);
    }
    for (let length = 0; length < box.length; length += 113) {
      expect(() => open(box.subarray(0, length))).toThrow(SealedBoxRejected);
    }
    expect(() => open(Buffer.concat([box, Buffer.from([0])]))).toThrow(SealedBoxRejected);
    expect(() => open(box, aad, generatePrivateKey(opening))).toThrow(SealedBoxRejected);
    expect(() => open(box, utf8('other'))).toThrow(SealedBoxRejected);
  });

  it('refuses an X25519 share of low order', () => {
    const box = Uint8Array.from(sealed(utf8('job')).box);
    box.fill(0, 2 + 1088, 2 + 1120);
    expect(() => open(box)).toThrow(SealedBoxRejected);
  });

  it('takes only the reply of its own request', () => {
    const first = sealed(utf8('1'));
    const second = sealed(utf8('2'));
    const reply = open(second.box).sealReply(utf8('for the second'));
    expect(() => first.openReply(reply)).toThrow(SealedBoxRejected);
    expect(() => second.openReply(second.box)).toThrow(SealedBoxRejected);
  });

  it('seals no reply after the last', () => {
    const opened = open(sealed(utf8('job')).box);
    opened.sealReply(utf8('first'));
    expect(() => opened.sealReply(utf8('second'))).toThrow('one last reply');
    expect(() => opened.sealNext(utf8('second'))).toThrow('one last reply');
  });

  it('carries replies in a row, and says which is the last', () => {
    const { request, replies } = row(3);
    expect(replies.map((reply) => request.openNext(reply)).map((r) => [text(r.plaintext), r.last])).toEqual([
      ['0', false],
      ['1', false],
      ['2', true],
    ]);
  });

  it('refuses replies in another order, repeated, left out or taken for the last', () => {
    const swapped = row(3);
    expect(() => swapped.request.openNext(swapped.replies[1] as Uint8Array)).toThrow(SealedBoxRejected);
    const repeated = row(3);
    repeated.request.openNext(repeated.replies[0] as Uint8Array);
    expect(() => repeated.request.openNext(repeated.replies[0] as Uint8Array)).toThrow(SealedBoxRejected);
    const cut = row(3);
    expect(() => cut.request.openReply(cut.replies[0] as Uint8Array)).toThrow(SealedBoxRejected);
    const relabelled = row(3);
    const forged = Uint8Array.from(relabelled.replies[0] as Uint8Array);
    forged[2] = 1;
    expect(() => relabelled.request.openNext(forged)).toThrow(SealedBoxRejected);
    expect(() => row(1).request.openNext(Buffer.of(1, 1, 2, ...new Array(20).fill(0)))).toThrow(
      SealedBoxRejected,
    );
  });
});

/** Made when the format ran on `node:crypto` alone: a sandbox of then and a client of now understand each other. */
test.each(providers)('a box and its replies that were made before are the same, %s', (_, primitives) => {
  const key = primitives.xWing.privateKey(fromHex(vector.privateKeySeedHex));
  expect(publicKeyDigest(primitives, key.publicKey)).toBe(vector.publicKeyDigest);
  const aad = sealedPasswordAad(vector.binding);
  const opened = openBox(primitives, key, fromBase64(vector.boxB64) as Uint8Array, aad);
  expect(text(opened.plaintext)).toBe(vector.plaintext);
  const [first = '', second = '', last = ''] = vector.replies;
  const replies = [opened.sealNext(utf8(first)), opened.sealNext(utf8(second)), opened.sealReply(utf8(last))];
  expect(replies.map(toBase64)).toEqual(vector.repliesB64);
  const reader = repliesOf(primitives, fromBase64(vector.repliesSecretB64) as Uint8Array, aad);
  expect(replies.map((reply) => text(reader.openNext(reply).plaintext))).toEqual(vector.replies);
});

test.each(providers)('what is no public key is refused, %s', (_, primitives) => {
  const { publicKey } = generatePrivateKey(primitives);
  const outOfRange = Uint8Array.from(publicKey).fill(0xff, 0, 3);
  const lowOrder = Uint8Array.from(publicKey).fill(0, 1184);
  for (const bad of [publicKey.subarray(1), outOfRange, lowOrder]) {
    expect(() => seal(primitives, bad, utf8('job'), aad)).toThrow(RangeError);
  }
});
