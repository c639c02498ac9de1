import { createHash } from 'node:crypto';
import { native } from '../../crypto/providers/native.ts';
import type { XWingPrivateKey } from '../../crypto/providers/primitives.ts';
import { zkPayloadDigest } from '../../crypto/zk/digest.ts';
import { MalformedPayload, openZkPayload, WrongMasterPassword } from '../../crypto/zk/payload.ts';
import { open, SealedBoxRejected } from '../../crypto/zk/sealed-box.ts';
import { sealedPasswordAad } from '../../crypto/zk/sealed-password.ts';
import { CodeNotOpened, type EncryptedCode, type Job } from '../protocol/job.ts';

/** A box that claims a longer validity was not sealed for a session. */
const longestSessionMs = 60 * 60_000;

/** Sealed passwords that each key has opened: digest of the box to the time it expires. */
const opened = new WeakMap<XWingPrivateKey, Map<string, number>>();

/**
 * Returns the job, with its encrypted program opened. Programs are decrypted only here, and passwords go no further:
 * neither is part of an error, and the returned job has no password.
 *
 * @throws CodeNotOpened
 */
export async function openCode(key: XWingPrivateKey, job: Job): Promise<Job> {
  const { encrypted, ...rest } = job;
  if (!encrypted) return job;
  const password = passwordOf(key, encrypted);
  const code = await openZkPayload(native, password, encrypted.payload).catch(refuse);
  try {
    return { ...rest, code: decodeText(code) ?? refuse(new MalformedPayload('', 'not text')) };
  } finally {
    code.fill(0);
  }
}

function passwordOf(key: XWingPrivateKey, { payload, unlock }: EncryptedCode): string {
  if ('password' in unlock) return unlock.password;
  const { sealedPasswordB64, binding } = unlock;
  // The password must have been sealed for this very payload, whatever the job claims.
  if (zkPayloadDigest(native, payload) !== binding.payloadSha256) return rejected();
  const box = Buffer.from(sealedPasswordB64, 'base64');
  const bytes = unseal(key, box, sealedPasswordAad(binding));
  try {
    useOnce(key, box, Date.parse(binding.expiresAt));
    return decodeText(bytes) ?? rejected();
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

/** Rejects a replayed box. Each box is remembered until it expires. */
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

function decodeText(bytes: Uint8Array): string | undefined {
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
