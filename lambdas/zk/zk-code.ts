import { toBase64 } from '../../crypto/encoding/base64.ts';
import { native } from '../../crypto/providers/native.ts';
import { zkPayloadDigest } from '../../crypto/zk/digest.ts';
import { MalformedPayload, parseZkPayload, type ZkPayload } from '../../crypto/zk/payload.ts';
import type { Table } from '../../platform/table.ts';
import { ApiError } from '../pipeline/api-error.ts';
import { getCode, getPayload, type StoredPayload, type ZkCode } from '../stores/zk-code.ts';

const attempts = 3;

export type EncryptedProgram = { readonly code: ZkCode; readonly payload: ZkPayload };

/** Returns a payload as it is stored. The schema of the request has checked its form. */
export function storedPayload(
  payload: ZkPayload,
  version: number,
): StoredPayload & { readonly sha256: string } {
  return { version, ...parseZkPayload(payload), sha256: zkPayloadDigest(native, payload) };
}

/**
 * Returns a program and its payload, after checking the payload against the recorded digest.
 *
 * @throws ApiError NOT_FOUND, TAMPERED_PAYLOAD
 */
export async function loadProgram(table: Table, userId: string, name: string): Promise<EncryptedProgram> {
  for (let attempt = 1; ; attempt++) {
    const [code, stored] = await Promise.all([getCode(table, userId, name), getPayload(table, userId, name)]);
    if (!code) throw new ApiError('NOT_FOUND');
    // Both are written in one transaction but read in two steps, so a write may have come between.
    if (stored?.version !== code.version && attempt < attempts) continue;
    const payload = stored && asPayload(stored);
    if (!payload || digestOf(payload) !== code.sha256) throw new ApiError('TAMPERED_PAYLOAD');
    return { code, payload };
  }
}

function asPayload({ salt, nonce, ciphertext }: StoredPayload): ZkPayload {
  return { v: 1, salt: toBase64(salt), nonce: toBase64(nonce), ciphertext: toBase64(ciphertext) };
}

function digestOf(payload: ZkPayload): string | undefined {
  try {
    return zkPayloadDigest(native, payload);
  } catch (error) {
    if (error instanceof MalformedPayload) return undefined;
    throw error;
  }
}
