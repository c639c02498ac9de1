import { backoff } from '../../contract/backoff.ts';
import { toBase64 } from '../../crypto/encoding/base64.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import { StrongroomError } from '../error.ts';
import type { CallOptions, ResponseFor } from '../index.ts';
import { entriesOf } from '../paging.ts';
import { bytesOf } from './own-keys.ts';
import type { Vault } from './vault.ts';

export type VaultValue = {
  readonly value: Uint8Array;
  readonly version: number;
  readonly updatedUtc: string;
};

/** Reads and decrypts a value. @throws Tampered @throws StrongroomError NOT_FOUND */
export async function getVaultValue(
  vault: Vault,
  key: string,
  options: CallOptions = {},
): Promise<VaultValue> {
  const { body } = await vault.client.call('sealed.getValue', { ...options, params: { key } });
  const { version, updatedUtc } = body;
  const context = vault.valueContext(key, version);
  const cek = vault.unwrap(context, bytesOf(body.wrappedCekB64));
  try {
    return { value: vault.crypto.openValue(cek, context, bytesOf(body.envelopeB64)), version, updatedUtc };
  } finally {
    wipe(cek);
  }
}

export type PutOptions = CallOptions & {
  /** Store the value only if the name is not used yet. */
  readonly ifAbsent?: boolean;
};

/** A value with this name already exists. Nothing was written. */
export class ValueExists extends Error {
  override readonly name = 'ValueExists';
  readonly code = 'VALUE_EXISTS';

  constructor() {
    super('a value with this name already exists');
  }
}

export type WrittenValue = ResponseFor<'sealed.putValue'>['body'];

/**
 * Encrypts a value on the client under a new key, wraps the key to the caller and to each recipient of a share, and stores
 * both. Neither value nor key reaches the server in plaintext.
 *
 * @throws UntrustedKeys if the keys of a recipient are not trusted @throws ValueExists
 * @throws StrongroomError PLAN_LIMIT_REACHED; CONFLICT if other writers changed the value in five attempts
 */
export async function putVaultValue(
  vault: Vault,
  key: string,
  value: Uint8Array,
  { ifAbsent = false, ...options }: PutOptions = {},
): Promise<WrittenValue> {
  return retryConflicts(options, async () => {
    const present = await versionOf(vault, key, options);
    if (ifAbsent && present !== 0) throw new ValueExists();
    const context = vault.valueContext(key, present + 1);
    const { envelope, cek } = vault.crypto.sealValue(context, value);
    try {
      const { body } = await vault.client.call('sealed.putValue', {
        ...options,
        params: { key },
        body: {
          version: present + 1,
          wrappedCekB64: toBase64(vault.wrap(context, cek)),
          envelopeB64: toBase64(envelope),
          shares: present === 0 ? [] : await rewrapShares(vault, key, context, cek, options),
        },
      });
      return body;
    } finally {
      wipe(cek);
    }
  });
}

/** @returns 0 if there is no such value */
async function versionOf(vault: Vault, key: string, options: CallOptions): Promise<number> {
  try {
    return (await vault.client.call('sealed.getValue', { ...options, params: { key } })).body.version;
  } catch (error) {
    if (error instanceof StrongroomError && error.code === 'NOT_FOUND') return 0;
    throw error;
  }
}

async function rewrapShares(
  vault: Vault,
  key: string,
  context: RecordContext,
  cek: Cek,
  options: CallOptions,
) {
  const wrapped: Promise<{ readonly shareId: string; readonly wrappedCekB64: string }>[] = [];
  for await (const share of entriesOf((query) =>
    vault.client.call('kvShares.list', { ...options, params: { key }, query }),
  )) {
    const { shareId, recipientUserId } = share;
    const wrapping = vault.wrapFor(recipientUserId, context, cek, options);
    wrapped.push(wrapping.then((bytes) => ({ shareId, wrappedCekB64: toBase64(bytes) })));
  }
  return Promise.all(wrapped);
}

/** Retries while other writers change the same record in between. */
export async function retryConflicts<T>({ signal }: CallOptions, attempt: () => Promise<T>): Promise<T> {
  const delayAfter = (error: unknown, jitterMs: number) =>
    error instanceof StrongroomError && error.code === 'CONFLICT' ? jitterMs : undefined;
  return backoff(attempt, { attempts: 5, baseMs: 50, maxMs: 1_000, delayAfter, signal });
}
