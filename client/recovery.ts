import { toBase64 } from '../crypto/encoding/base64.ts';
import { concat, wipe } from '../crypto/encoding/bytes.ts';
import { Refused, Tampered } from '../crypto/errors.ts';
import type { KeyPairs, PrivateSeeds, PublicKeys } from '../crypto/vault/key-pairs.ts';
import { restoredKeyVersion } from '../crypto/vault/restored-keys.ts';
import type { VaultCrypto } from '../crypto/vault/vault-crypto.ts';
import type { CallOptions, StrongroomClient } from './index.ts';
import { bytesOf, openOwnKeys, type Profile, publicKeysOf } from './vault/own-keys.ts';
import { type KeyTrust, trustedKeys } from './vault/trust.ts';

/**
 * Recovery of a user's private keys by trustees. The client splits the keys and seals each share to its trustee's public
 * keys. A trustee who collects enough shares rebuilds the keys. The server only sees sealed shares, and finally the keys
 * encrypted under a temporary secret.
 *
 * A recovery share before it is sealed: scheme (1) ‖ masked (1) ‖ share, masked or not.
 */
const schemes = { shamir: 1, pair: 2 } as const;
const algorithms = ['x25519', 'mlKem768'] as const;
type Algorithm = (typeof algorithms)[number];

export type Trusteeship = {
  readonly trusteeUserIds: readonly string[];
  /** Number of trustees needed, 2 or more (Shamir); `pair`: two trustees, both of whom are needed (XOR). */
  readonly threshold: number | 'pair';
  /** A phrase that only the owner remembers, and a hint at it that trustees and server can read. */
  readonly mask?: { readonly phrase: string; readonly hint: string };
  /** Called for each trustee: a server that substitutes the keys of enough trustees could rebuild the owner's keys. */
  readonly trust?: KeyTrust;
};

/**
 * Splits the caller's private keys and gives each trustee a share. Each call creates new shares, which do not combine with
 * earlier ones: if it fails halfway, call it again.
 *
 * @throws RangeError if the threshold does not fit the number of trustees
 * @throws WrongUserSecret @throws Tampered @throws UntrustedKeys @throws StrongroomError
 */
export async function appointTrustees(
  client: StrongroomClient,
  crypto: VaultCrypto,
  userSecret: string,
  { trusteeUserIds, threshold, mask, trust }: Trusteeship,
  options: CallOptions = {},
): Promise<void> {
  if (new Set(trusteeUserIds).size !== trusteeUserIds.length)
    throw new RangeError('a trustee is listed twice');
  if (threshold === 'pair' && trusteeUserIds.length !== 2)
    throw new RangeError('a pair needs exactly two trustees');
  const [{ body: me }, ...publicKeys] = await Promise.all([
    client.call('users.getMe', options),
    ...trusteeUserIds.map((userId) => trustedKeys(client, crypto, userId, trust, options)),
  ]);
  const keys = await openOwnKeys(crypto, me, userSecret);
  try {
    const split = (secret: Uint8Array) =>
      threshold === 'pair'
        ? crypto.splitPair(secret)
        : crypto.splitSecret(secret, { threshold, shares: trusteeUserIds.length });
    const shares = { x25519: split(keys.seeds.x25519), mlKem768: split(keys.seeds.mlKem768) };
    for (const [position, trusteeUserId] of trusteeUserIds.entries()) {
      const part = async (algorithm: Algorithm) => {
        const share = shares[algorithm][position] as Uint8Array;
        const hidden = mask ? await crypto.maskShare(share, mask.phrase) : share;
        const flags = Uint8Array.of(schemes[threshold === 'pair' ? 'pair' : 'shamir'], mask ? 1 : 0);
        const context = partContext(me.orgId, me.id, trusteeUserId, algorithm);
        const keys = publicKeys[position] as PublicKeys;
        return toBase64(crypto.sealTo(keys, context, concat(flags, hidden)));
      };
      const [ecc, kyber] = [await part('x25519'), await part('mlKem768')];
      await client.call('recovery.putTrustee', {
        ...options,
        params: { trusteeUserId },
        body: {
          encryptedPrivateKeyEccShareB64: ecc,
          encryptedPrivateKeyKyberShareB64: kyber,
          xorApplied: mask !== undefined,
          xorSaltHint: mask?.hint ?? null,
        },
      });
    }
  } finally {
    keys.wipe();
  }
}

/** A decrypted share. Enough of them are as secret as the keys. */
export type OpenedShare = {
  readonly ownerUserId: string;
  readonly orgId: string;
  readonly scheme: keyof typeof schemes;
  readonly masked: boolean;
  readonly hint: string | null;
  readonly parts: PrivateSeeds;
};

/**
 * Decrypts the share that an owner gave the caller. The owner sees this in the audit log.
 *
 * @throws WrongUserSecret @throws Tampered @throws KeyMismatch @throws StrongroomError NOT_FOUND
 */
export async function openTrusteeShare(
  client: StrongroomClient,
  crypto: VaultCrypto,
  userSecret: string,
  ownerUserId: string,
  options: CallOptions = {},
): Promise<OpenedShare> {
  const [{ body: me }, { body: share }] = await Promise.all([
    client.call('users.getMe', options),
    client.call('recovery.getShare', { ...options, params: { ownerUserId } }),
  ]);
  const keys = await openOwnKeys(crypto, me, userSecret);
  try {
    const open = (algorithm: Algorithm, sealedB64: string) =>
      crypto.openSealed(keys, partContext(me.orgId, ownerUserId, me.id, algorithm), bytesOf(sealedB64));
    const x25519 = open('x25519', share.encryptedPrivateKeyEccShareB64);
    const mlKem768 = open('mlKem768', share.encryptedPrivateKeyKyberShareB64);
    return { ...readParts(me.orgId, ownerUserId, { x25519, mlKem768 }), hint: share.xorSaltHint };
  } finally {
    keys.wipe();
  }
}

/**
 * Seals a share to the public keys of the trustee who collects the shares, and returns it as text. Send it through any
 * channel.
 */
export function sealShareFor(crypto: VaultCrypto, share: OpenedShare, collector: Profile): string {
  const { ownerUserId, orgId, scheme, masked, parts, hint } = share;
  const text = JSON.stringify({
    ...{ ownerUserId, scheme, masked, hint },
    ...{ x25519: toBase64(parts.x25519), mlKem768: toBase64(parts.mlKem768) },
  });
  const context = handoverContext(orgId, collector.id);
  return toBase64(crypto.sealTo(publicKeysOf(collector), context, new TextEncoder().encode(text)));
}

/** Opens such a text. @throws WrongUserSecret @throws Tampered @throws KeyMismatch if it was sealed to another user */
export async function openHandedShare(
  client: StrongroomClient,
  crypto: VaultCrypto,
  userSecret: string,
  handed: string,
  options: CallOptions = {},
): Promise<OpenedShare> {
  const { body: me } = await client.call('users.getMe', options);
  const keys = await openOwnKeys(crypto, me, userSecret);
  try {
    const bytes = crypto.openSealed(keys, handoverContext(me.orgId, me.id), bytesOf(handed.trim()));
    const share = JSON.parse(new TextDecoder().decode(bytes));
    const parts = { x25519: bytesOf(share.x25519), mlKem768: bytesOf(share.mlKem768) };
    const { ownerUserId, scheme, masked, hint } = share;
    return { ownerUserId, orgId: me.orgId, scheme, masked, hint, parts };
  } finally {
    keys.wipe();
  }
}

export type RestoreRequest = {
  /** Enough shares, in any order. */
  readonly shares: readonly OpenedShare[];
  /** The owner's phrase, if the shares are masked. */
  readonly phrase?: string;
  /** Tell it to the owner through another channel; see `newTemporarySecret`. */
  readonly temporarySecret: string;
};

/**
 * Rebuilds an owner's private keys, checks that they match the owner's public keys, and restores them under a temporary
 * secret. The owner rekeys with that secret after the veto period.
 *
 * @throws RangeError if there are too few shares, or the phrase is missing
 * @throws Tampered if the shares do not result in the owner's keys, or the phrase is wrong
 * @throws StrongroomError RESTORE_PENDING if another trustee was first
 */
export async function restoreOwner(
  client: StrongroomClient,
  crypto: VaultCrypto,
  { shares, phrase, temporarySecret }: RestoreRequest,
  options: CallOptions = {},
): Promise<void> {
  const [first] = shares;
  if (!first) throw new RangeError('there are no shares');
  const { ownerUserId, orgId, masked, hint } = first;
  const owner = await profileOf(client, ownerUserId, options);
  const keys = await rebuildKeys(crypto, owner, shares, phrase);
  try {
    const restoring = { org: orgId, user: ownerUserId, keyVersion: restoredKeyVersion };
    const sealed = await crypto.sealRestoredKeys(temporarySecret, restoring, keys);
    await client.call('recovery.restore', {
      ...options,
      params: { ownerUserId },
      body: {
        encryptedPrivateKeyEccB64: toBase64(sealed.x25519),
        encryptedPrivateKeyKyberB64: toBase64(sealed.mlKem768),
        usedXor: masked,
        xorSaltHint: hint,
      },
    });
  } finally {
    keys.wipe();
  }
}

/** Returns 130 random bits as 26 letters and digits in groups, to be read out on the phone. */
export function newTemporarySecret(): string {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz';
  const random = globalThis.crypto.getRandomValues(new Uint8Array(26));
  const text = Array.from(random, (byte) => letters[byte % letters.length]).join('');
  return text.replace(/.{5}(?=.)/g, '$&-');
}

async function rebuildKeys(
  crypto: VaultCrypto,
  owner: Profile,
  shares: readonly OpenedShare[],
  phrase: string | undefined,
): Promise<KeyPairs> {
  const [first] = shares as [OpenedShare];
  const alike = ({ ownerUserId, scheme, masked }: OpenedShare) =>
    ownerUserId === first.ownerUserId && scheme === first.scheme && masked === first.masked;
  if (!shares.every(alike)) throw new Tampered();
  if (first.masked && phrase === undefined)
    throw new RangeError('the shares are masked; the phrase is required');
  const join = async (algorithm: Algorithm) => {
    const parts: Uint8Array[] = [];
    for (const { parts: each } of shares) {
      parts.push(
        first.masked ? await crypto.unmaskShare(each[algorithm], phrase as string) : each[algorithm],
      );
    }
    if (first.scheme === 'shamir') return crypto.joinShares(parts);
    if (parts.length !== 2) throw new RangeError('a pair needs exactly two shares');
    return crypto.joinPair(...(parts as [Uint8Array, Uint8Array]));
  };
  const x25519 = await join('x25519').catch((error: unknown) => {
    // A wrong phrase results in shares without a known form.
    throw first.masked && error instanceof Refused ? new Tampered() : error;
  });
  try {
    return crypto.expandSeeds({ x25519, mlKem768: await join('mlKem768') }, publicKeysOf(owner));
  } catch (error) {
    wipe(x25519);
    throw error;
  }
}

function readParts(orgId: string, ownerUserId: string, sealed: PrivateSeeds) {
  const flags = algorithms.map((algorithm) => sealed[algorithm].subarray(0, 2).join());
  const [kind, mask] = sealed.x25519;
  const scheme = (['shamir', 'pair'] as const).find((name) => schemes[name] === kind);
  if (!scheme || flags[0] !== flags[1] || (mask !== 0 && mask !== 1)) throw new Tampered();
  const parts = { x25519: sealed.x25519.subarray(2), mlKem768: sealed.mlKem768.subarray(2) };
  return { ownerUserId, orgId, scheme, masked: mask === 1, parts };
}

function partContext(org: string, owner: string, trustee: string, algorithm: Algorithm) {
  return { org, owner, recordType: `recovery-share ${algorithm}`, recordId: trustee, version: 1 };
}

function handoverContext(org: string, collector: string) {
  return { org, owner: collector, recordType: 'recovery-handover', recordId: collector, version: 1 };
}

async function profileOf(client: StrongroomClient, userId: string, options: CallOptions): Promise<Profile> {
  return (await client.call('users.get', { ...options, params: { userId } })).body;
}
