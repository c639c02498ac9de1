import { native } from '../../crypto/providers/native.ts';
import { zkPayloadDigest } from '../../crypto/zk/digest.ts';
import { sealZkPayload, type ZkPayload } from '../../crypto/zk/payload.ts';
import { seal } from '../../crypto/zk/sealed-box.ts';
import { type PasswordBinding, sealedPasswordAad } from '../../crypto/zk/sealed-password.ts';

/** Encrypts a program as a client does. */
export function encrypt(masterPassword: string, code: string): Promise<ZkPayload> {
  return sealZkPayload(native, masterPassword, Buffer.from(code));
}

export function digestOf(payload: ZkPayload): string {
  return zkPayloadDigest(native, payload);
}

export function sealPassword(
  publicKeyB64: string,
  password: string | Uint8Array,
  binding: PasswordBinding,
): string {
  const publicKey = Buffer.from(publicKeyB64, 'base64');
  const { box } = seal(native, publicKey, Buffer.from(password), sealedPasswordAad(binding));
  return Buffer.from(box).toString('base64');
}

/** Returns the payload with the lowest bit of one byte of a field flipped. */
export function altered(payload: ZkPayload, field: 'salt' | 'nonce' | 'ciphertext', at = 0): ZkPayload {
  const bytes = Buffer.from(payload[field], 'base64');
  bytes[at] = (bytes[at] as number) ^ 1;
  return { ...payload, [field]: bytes.toString('base64') };
}
