import { createHash } from 'node:crypto';
import { native } from '../../crypto/providers/native.ts';
import type { XWingPrivateKey } from '../../crypto/providers/primitives.ts';
import { zkPayloadDigest } from '../../crypto/zk/digest.ts';
import { MalformedPayload, openZkPayload, WrongMasterPassword } from '../../crypto/zk/payload.ts';
import { open, SealedBoxRejected } from '../../crypto/zk/sealed-box.ts';
import { sealedPasswordAad } from '../../crypto/zk/sealed-password.ts';
import { CodeNotOpened, type EncryptedCode, type Job } from '../protocol/job.ts';

/** A box that claims to be good for longer was not sealed for a session. */
const longestSessionMs = 60 * 60_000;

/** Sealed passwords that were opened by a key: digest of the box to when it expires. */
const opened = new WeakMap<XWingPrivateKey, Map<string, number>>();

/**
 * The job itself, or one whose encrypted program has been opened. Programs are decrypted here and nowhere else, and
 * passwords end here: neither is part of an error, and the job that is handed on has no password.
 *
 * @throws CodeNotOpened
 */
export async function openCode(key: XWingPrivateKey, job: Job): Promise<Job> {
  const { encrypted, ...rest } = job;
  if (!encrypted) return job;
  const password = passwordOf(key, encrypted);
  const code = await openZkPayload(native, password, encrypted.payload).catch(refuse);
  try {
    return { ...rest, code: asText(code) ?? refuse(new MalformedPayload('', 'no text')) };
  } finally {
    code.fill(0);
  }
}

function passwordOf(key: XWingPrivateKey, { payload, unlock }: EncryptedCode): string {
  if ('password' in unlock) return unlock.password;
  const { sealedPasswordB64, binding } = unlock;
  // What the password was sealed for is the payload that is here, whatever the job says of it.
  if (zkPayloadDigest(native, payload) !== binding.payloadSha256) return rejected();
  const box = Buffer.from(sealedPasswordB64, 'base64');
  const bytes = unseal(key, box, sealedPasswordAad(binding));
  try {
    useOnce(key, box, Date.parse(binding.expiresAt));
    return asText(bytes) ?? rejected();
  } finally {
    bytes.fill(0);
  }
}

function unseal(key: XWingPrivateKey, box: Uint8Array, aad: Uint8Array): Uint8Array {
  try {
    return open(native, key, box, aad).plaintext;
  } catch (error) {
    if (error instanceof SealedBoxRejected) return rejected();
    throw error;
  }
}

/** A box that somebody kept opens nothing a second time. It is remembered for as long as it would have been good. */
function useOnce(key: XWingPrivateKey, box: Uint8Array, expiresAt: number): void {
  const now = Date.now();
  if (!(expiresAt > now && expiresAt < now + longestSessionMs)) rejected();
  const boxes = opened.get(key) ?? new Map<string, number>();
  opened.set(key, boxes);
  for (const [digest, until] of boxes) if (until <= now) boxes.delete(digest);
  const digest = createHash('sha256').update(box).digest('base64');
  if (boxes.has(digest)) rejected();
  boxes.set(digest, expiresAt);
}

function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function rejected(): never {
  throw new CodeNotOpened('sealed_password_rejected');
}

function refuse(error: unknown): never {
  if (error instanceof WrongMasterPassword) throw new CodeNotOpened('wrong_password');
  if (error instanceof MalformedPayload) throw new CodeNotOpened('malformed');
  throw error;
}
