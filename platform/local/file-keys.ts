import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { access } from 'node:fs/promises';
import type { SigningKeyName } from '../../contract/resources.ts';
import { canonicalBytes } from '../../crypto/encoding/bytes.ts';
import { AesGcmRejected, openAesGcm, sealAesGcm } from '../../crypto/server/aes-gcm.ts';
import { toPublicJwk } from '../../crypto/server/es256.ts';
import type { PublicJwk } from '../../crypto/server/jwk.ts';
import { type DataKey, DataKeyRejected, type KeyContext, type Keys } from '../keys.ts';
import { loadKeyFile } from './key-file.ts';

type MasterKey = { readonly id: Buffer; readonly key: Buffer };
type SigningKey = { readonly privateKey: KeyObject; readonly publicJwk: PublicJwk };

const dataKeyBytes = 32;
const wrapVersion = 1;
const masterKeyIdBytes = 8;

/**
 * `Keys` in one file of mode 0600. Anyone who can read the file has the keys: unlike KMS, it protects the other stores
 * and their backups only if the file is stored separately.
 *
 * A wrapped data key is `1 ‖ id of the master key (8) ‖ AES-256-GCM (60)`. The context is authenticated as well.
 */
export class FileKeys implements Keys {
  readonly #path: string;
  readonly #masterKeys: readonly [MasterKey, ...MasterKey[]];
  readonly #signingKeys: { readonly [name in SigningKeyName]: readonly [SigningKey, ...SigningKey[]] };

  /**
   * @param path of the key file, which is created if it does not exist
   * @throws KeyFileRejected if others can access the file, or if it is damaged
   */
  constructor(path: string) {
    const { dataKeys, signingKeys } = loadKeyFile(path);
    this.#path = path;
    this.#masterKeys = mapNonEmpty(dataKeys, ({ id, key }) => ({
      id: Buffer.from(id, 'hex'),
      key: Buffer.from(key, 'base64'),
    }));
    this.#signingKeys = {
      jwt: mapNonEmpty(signingKeys.jwt, toSigningKey),
      audit: mapNonEmpty(signingKeys.audit, toSigningKey),
    };
  }

  async sign(key: SigningKeyName, data: Uint8Array): Promise<Uint8Array> {
    const [{ privateKey }] = this.#signingKeys[key];
    return sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  }

  async publicKeys(key: SigningKeyName): Promise<readonly PublicJwk[]> {
    return this.#signingKeys[key].map(({ publicJwk }) => publicJwk);
  }

  async generateDataKey(context: KeyContext): Promise<DataKey> {
    const [master] = this.#masterKeys;
    const plaintext = randomBytes(dataKeyBytes);
    const header = Buffer.from([wrapVersion, ...master.id]);
    const sealed = sealAesGcm(master.key, plaintext, aadOf(header, context));
    return { plaintext, wrapped: Buffer.concat([header, sealed]) };
  }

  async openDataKey(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array> {
    const header = Buffer.from(wrapped.subarray(0, 1 + masterKeyIdBytes));
    const master = this.#masterKeys.find(({ id }) => id.equals(header.subarray(1)));
    if (!master || header[0] !== wrapVersion) throw new DataKeyRejected('the data key cannot be opened');
    try {
      return openAesGcm(master.key, wrapped.subarray(header.length), aadOf(header, context));
    } catch (error) {
      if (error instanceof AesGcmRejected) throw new DataKeyRejected('the data key cannot be opened');
      throw error;
    }
  }

  async ping(): Promise<void> {
    await access(this.#path);
  }
}

function aadOf(header: Uint8Array, context: KeyContext): Uint8Array {
  return Buffer.concat([Buffer.from('strongroom data key '), header, canonicalBytes(context)]);
}

function toSigningKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicJwk: toPublicJwk(createPublicKey(privateKey)) };
}

function mapNonEmpty<From, To>(
  from: readonly [From, ...From[]],
  convert: (value: From) => To,
): [To, ...To[]] {
  const [first, ...rest] = from;
  return [convert(first), ...rest.map(convert)];
}
