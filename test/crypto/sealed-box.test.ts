import { describe, expect, it } from 'vitest';
import { open, repliesOf, SealedBoxRejected, Sealer, seal } from '../../lambdas/crypto/sealed-box.ts';
import { generatePrivateKey } from '../../lambdas/crypto/x-wing.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const aad = utf8('run');
const key = generatePrivateKey();

/** A request and `count` replies to it: their numbers. */
function row(count: number) {
  const request = seal(key.publicKey, utf8('job'), aad);
  const opened = open(key, request.box, aad);
  const replies = Array.from({ length: count }, (_, at) =>
    at < count - 1 ? opened.sealNext(utf8(String(at))) : opened.sealReply(utf8(String(at))),
  );
  return { request, replies };
}

describe('sealed box', () => {
  it('carries a request and its reply', () => {
    const request = seal(key.publicKey, utf8('job'), aad);
    const opened = open(key, request.box, aad);
    expect(text(opened.plaintext)).toBe('job');
    expect(text(request.openReply(opened.sealReply(utf8('result'))))).toBe('result');
  });

  it('encapsulates anew for each request, prepared or not', () => {
    const sealer = new Sealer(key.publicKey);
    const boxes = Array.from({ length: 3 }, () => {
      sealer.prepare();
      sealer.prepare();
      return sealer.seal(utf8('job'), aad).box;
    });
    expect(new Set(boxes.map((box) => text(box.subarray(2, 1122)))).size).toBe(3);
    for (const box of boxes) expect(text(open(key, box, aad).plaintext)).toBe('job');
  });

  it('hands over what opens its replies, and opens none itself then', () => {
    const request = seal(key.publicKey, utf8('job'), aad);
    const opened = open(key, request.box, aad);
    const replies = [opened.sealNext(utf8('one')), opened.sealReply(utf8('two'))] as const;
    const secret = request.handOver();
    for (let readers = 0; readers < 2; readers++) {
      const reader = repliesOf(secret, aad);
      expect(replies.map((reply) => text(reader.openNext(reply).plaintext))).toEqual(['one', 'two']);
    }
    expect(() => request.openNext(replies[0])).toThrow(SealedBoxRejected);
    expect(() => repliesOf(secret, utf8('other')).openNext(replies[0])).toThrow(SealedBoxRejected);
    expect(() => repliesOf(secret.subarray(1), aad)).toThrow(SealedBoxRejected);
  });

  it('carries empty messages', () => {
    const request = seal(key.publicKey, new Uint8Array(), aad);
    const opened = open(key, request.box, aad);
    expect(opened.plaintext).toHaveLength(0);
    expect(request.openReply(opened.sealReply(new Uint8Array()))).toHaveLength(0);
  });

  it('shows nothing of the plaintext and repeats nothing', () => {
    const first = Buffer.from(seal(key.publicKey, utf8('planted-marker'), aad).box);
    const second = Buffer.from(seal(key.publicKey, utf8('planted-marker'), aad).box);
    expect(first.includes('planted-marker')).toBe(false);
    expect(first.subarray(2, 100)).not.toEqual(second.subarray(2, 100));
  });

  it('refuses a change of any byte, a cut, an extension, another key and another aad', () => {
    const { box } = seal(key.publicKey, utf8('job'), aad);
    for (let at = 0; at < box.length; at += at < 8 ? 1 : 97) {
      const altered = Uint8Array.from(box);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => open(key, altered, aad), `byte ${at}`).toThrow(SealedBoxRejected);
    }
    for (let length = 0; length < box.length; length += 113) {
      expect(() => open(key, box.subarray(0, length), aad)).toThrow(SealedBoxRejected);
    }
    expect(() => open(key, Buffer.concat([box, Buffer.from([0])]), aad)).toThrow(SealedBoxRejected);
    expect(() => open(generatePrivateKey(), box, aad)).toThrow(SealedBoxRejected);
    expect(() => open(key, box, utf8('other'))).toThrow(SealedBoxRejected);
  });

  it('refuses an X25519 share of low order', () => {
    const box = Uint8Array.from(seal(key.publicKey, utf8('job'), aad).box);
    box.fill(0, 2 + 1088, 2 + 1120);
    expect(() => open(key, box, aad)).toThrow(SealedBoxRejected);
  });

  it('takes only the reply of its own request', () => {
    const first = seal(key.publicKey, utf8('1'), aad);
    const second = seal(key.publicKey, utf8('2'), aad);
    const reply = open(key, second.box, aad).sealReply(utf8('for the second'));
    expect(() => first.openReply(reply)).toThrow(SealedBoxRejected);
    expect(() => second.openReply(second.box)).toThrow(SealedBoxRejected);
  });

  it('seals no reply after the last', () => {
    const opened = open(key, seal(key.publicKey, utf8('job'), aad).box, aad);
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
