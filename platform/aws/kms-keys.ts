import { createHash, createPublicKey } from 'node:crypto';
import {
  DecryptCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  KMSClient,
  SignCommand,
} from '@aws-sdk/client-kms';
import type { SigningKeyName } from '../../contract/resources.ts';
import { derToRaw, toPublicJwk } from '../../crypto/server/es256.ts';
import type { PublicJwk } from '../../crypto/server/jwk.ts';
import { type DataKey, DataKeyRejected, type KeyContext, type Keys } from '../keys.ts';
import { requireEnv, timeouts } from './environment.ts';

/** Key ids or ARNs, not aliases: an alias can be moved to another key. */
export type KmsKeyIds = {
  /** Symmetric. */
  readonly data: string;
} & {
  /** ECC_NIST_P256, SIGN_VERIFY. The first key signs; the others are retired, and their signatures are still valid. */
  readonly [name in SigningKeyName]: readonly string[];
};

/** `Keys` on AWS KMS. */
export class KmsKeys implements Keys {
  readonly #client: KMSClient;
  readonly #ids: KmsKeyIds;
  readonly #publicKeys = new Map<string, Promise<PublicJwk>>();

  constructor(client: KMSClient, ids: KmsKeyIds) {
    this.#client = client;
    this.#ids = ids;
  }

  async sign(key: SigningKeyName, data: Uint8Array): Promise<Uint8Array> {
    const { Signature } = await this.#client.send(
      new SignCommand({
        KeyId: this.#ids[key][0],
        // KMS signs messages of up to 4,096 bytes, and digests of messages of any length.
        Message: createHash('sha256').update(data).digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    return derToRaw(present(Signature));
  }

  async publicKeys(key: SigningKeyName): Promise<readonly PublicJwk[]> {
    return Promise.all(this.#ids[key].map((id) => this.#publicKey(id)));
  }

  async generateDataKey(context: KeyContext): Promise<DataKey> {
    const { Plaintext, CiphertextBlob } = await this.#client.send(
      new GenerateDataKeyCommand({
        KeyId: this.#ids.data,
        KeySpec: 'AES_256',
        EncryptionContext: { ...context },
      }),
    );
    return { plaintext: present(Plaintext), wrapped: present(CiphertextBlob) };
  }

  async openDataKey(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array> {
    if (wrapped.length === 0) throw new DataKeyRejected('the data key cannot be opened');
    try {
      const { Plaintext } = await this.#client.send(
        new DecryptCommand({
          KeyId: this.#ids.data,
          CiphertextBlob: wrapped,
          EncryptionContext: { ...context },
        }),
      );
      return present(Plaintext);
    } catch (error) {
      if (!(error instanceof InvalidCiphertextException || error instanceof IncorrectKeyException))
        throw error;
      throw new DataKeyRejected('the data key cannot be opened', { cause: error });
    }
  }

  async ping(): Promise<void> {
    const { KeyMetadata } = await this.#client.send(new DescribeKeyCommand({ KeyId: this.#ids.data }));
    if (KeyMetadata?.KeyState !== 'Enabled') throw new Error(`the data key is ${KeyMetadata?.KeyState}`);
  }

  /** Fetches each key once per process. A failure is not cached. */
  #publicKey(id: string): Promise<PublicJwk> {
    let cached = this.#publicKeys.get(id);
    if (!cached) {
      cached = this.#fetchPublicKey(id);
      cached.catch(() => this.#publicKeys.delete(id));
      this.#publicKeys.set(id, cached);
    }
    return cached;
  }

  async #fetchPublicKey(id: string): Promise<PublicJwk> {
    const { PublicKey } = await this.#client.send(new GetPublicKeyCommand({ KeyId: id }));
    return toPublicJwk(
      createPublicKey({ key: Buffer.from(present(PublicKey)), format: 'der', type: 'spki' }),
    );
  }
}

function present(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new Error('the response of KMS lacks the requested bytes');
  return bytes;
}

/**
 * Returns the keys that the environment of a function on AWS names: `STRONGROOM_DATA_KEY`, and `STRONGROOM_JWT_KEYS`
 * and `STRONGROOM_AUDIT_KEYS` if the function signs or verifies with them. These two hold ids or ARNs separated by
 * commas, the newest first.
 */
export function kmsKeys(env: NodeJS.ProcessEnv): KmsKeys {
  const ids = (name: string) => requireEnv(env, name).split(',');
  return new KmsKeys(new KMSClient({ requestHandler: timeouts }), {
    get data() {
      return requireEnv(env, 'STRONGROOM_DATA_KEY');
    },
    get jwt() {
      return ids('STRONGROOM_JWT_KEYS');
    },
    get audit() {
      return ids('STRONGROOM_AUDIT_KEYS');
    },
  });
}
