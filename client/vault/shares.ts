import { toBase64 } from '../../crypto/encoding/base64.ts';
import { wipe } from '../../crypto/encoding/bytes.ts';
import { uuidv7 } from '../../crypto/encoding/uuid.ts';
import { Refused } from '../../crypto/errors.ts';
import type { RecordContext } from '../../crypto/vault/context.ts';
import type { Cek } from '../../crypto/vault/envelope.ts';
import type { ShareTerms } from '../../crypto/vault/share-terms.ts';
import type { CallOptions, ResponseFor } from '../index.ts';
import { entriesOf } from '../paging.ts';
import { bytesOf } from './own-keys.ts';
import { retryConflicts, type VaultValue } from './values.ts';
import type { Vault } from './vault.ts';

export type NewShare = {
  readonly recipientUserId: string;
  /** When the share expires. Default: never. */
  readonly expires?: Date;
};

export type ShareCreated = ResponseFor<'sealed.shareValue'>['body'];

/**
 * Gives another user of the org read access to a value. The client unwraps its key and wraps it to that user.
 *
 * @param alias the name that the recipient sees; sealed under the value's key
 * @throws Tampered @throws UntrustedKeys
 * @throws StrongroomError NOT_FOUND, SHARE_EXISTS, TOO_MANY_SHARES, RECIPIENT_KEYS_REQUIRED
 */
export async function shareVaultValue(
  vault: Vault,
  key: string,
  { alias, ...share }: NewShare & { readonly alias?: string },
  options: CallOptions = {},
): Promise<ShareCreated> {
  return retryConflicts(options, async () => {
    const { body: value } = await vault.client.call('sealed.getValue', { ...options, params: { key } });
    const context = vault.valueContext(key, value.version);
    const cek = vault.unwrap(context, bytesOf(value.wrappedCekB64));
    const sealed = await sealShare(vault, context, cek, share, alias ?? null, options);
    const body = { ...sealed, version: value.version };
    return (await vault.client.call('sealed.shareValue', { ...options, params: { key }, body })).body;
  });
}

/** Shares a file, like `shareVaultValue`. The content is not copied. */
export async function shareVaultFile(
  vault: Vault,
  id: string,
  share: NewShare,
  options: CallOptions = {},
): Promise<ShareCreated> {
  const { body: file } = await vault.client.call('files.download', { ...options, params: { id } });
  const context = vault.fileContext(id);
  const cek = vault.unwrap(context, bytesOf(file.wrappedCekB64));
  const body = await sealShare(vault, context, cek, share, null, options);
  return (await vault.client.call('sealed.shareFile', { ...options, params: { id }, body })).body;
}

/** Wipes the key. */
async function sealShare(
  vault: Vault,
  context: RecordContext,
  cek: Cek,
  { recipientUserId, expires }: NewShare,
  alias: string | null,
  options: CallOptions,
) {
  const shareId = uuidv7();
  const expiresUtc = expires?.toISOString() ?? null;
  const terms = { permission: 'read', ownerName: vault.me.name, expiresAt: expiresUtc, alias } as const;
  try {
    const wrapped = await vault.wrapFor(recipientUserId, context, cek, options);
    const sealedTerms = vault.crypto.sealTerms(cek, context, shareId, terms);
    return {
      ...({ shareId, recipientUserId, permission: 'read', expiresUtc } as const),
      wrappedCekB64: toBase64(wrapped),
      sealedTermsB64: toBase64(sealedTerms),
    };
  } finally {
    wipe(cek);
  }
}

type ReceivedValue = ResponseFor<'sealed.listReceivedValues'>['body'][number];

/** A shared value as its recipient sees it, with verified terms. */
export type ReceivedShare = Pick<ReceivedValue, 'shareId' | 'ownerUserId' | 'updatedUtc'> &
  ShareTerms & { readonly key: string };

/** Yields the values that others share with the caller. It skips shares whose terms cannot be decrypted. */
export async function* receivedVaultValues(
  vault: Vault,
  options: CallOptions = {},
): AsyncGenerator<ReceivedShare, void, void> {
  for await (const share of entriesOf((query) =>
    vault.client.call('sealed.listReceivedValues', { ...options, query }),
  )) {
    const opened = tryOpen(() => openShare(vault, share));
    if (opened) yield opened;
  }
}

/** Reads a shared value. @throws Tampered @throws KeyMismatch @throws StrongroomError NOT_FOUND */
export async function getSharedVaultValue(
  vault: Vault,
  shareId: string,
  options: CallOptions = {},
): Promise<ReceivedShare & VaultValue> {
  const { body } = await vault.client.call('sealed.getSharedValue', { ...options, params: { shareId } });
  const share = openShare(vault, body);
  const context = vault.valueContext(body.key, body.version, body.ownerUserId);
  const cek = vault.unwrap(context, bytesOf(body.wrappedCekB64));
  try {
    const value = vault.crypto.openValue(cek, context, bytesOf(body.envelopeB64));
    return { ...share, value, version: body.version };
  } finally {
    wipe(cek);
  }
}

function openShare(vault: Vault, share: ReceivedValue): ReceivedShare {
  const { shareId, ownerUserId, updatedUtc, key } = share;
  const context = vault.valueContext(key, share.termsVersion, ownerUserId);
  const { termsWrappedCekB64, sealedTermsB64 } = share;
  const terms = openTerms(vault, context, shareId, termsWrappedCekB64, sealedTermsB64, share);
  return { shareId, ownerUserId, updatedUtc, key, ...terms };
}

type Shown = Pick<ReceivedValue, 'permission' | 'ownerName' | 'expiresUtc'>;

/** Opens the terms of a share. They are sealed under its key, so the server cannot change them. @throws Tampered @throws KeyMismatch */
export function openTerms(
  vault: Vault,
  context: RecordContext,
  shareId: string,
  wrappedCekB64: string,
  sealedTermsB64: string,
  { permission, ownerName, expiresUtc }: Shown,
): ShareTerms {
  const cek = vault.unwrap(context, bytesOf(wrappedCekB64));
  try {
    const shown = { permission, ownerName, expiresAt: expiresUtc };
    return vault.crypto.openTerms(cek, context, shareId, bytesOf(sealedTermsB64), shown);
  } finally {
    wipe(cek);
  }
}

/** Returns undefined if the data cannot be decrypted. */
export function tryOpen<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
