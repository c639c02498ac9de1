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
import { patience, required } from './environment.ts';

/** Key ids or ARNs, not aliases: an alias could be moved to another key. */
export type KmsKeyIds = {
  /** Symmetric. */
  readonly data: string;
} & {
  /** ECC_NIST_P256, SIGN_VERIFY; the first signs, the others are retired ones whose signatures still count. */
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
        // KMS takes messages to 4,096 bytes; a digest stands for one of any length.
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

  /** Asked for once in a process; a failed ask is not remembered. */
  #publicKey(id: string): Promise<PublicJwk> {
    let asked = this.#publicKeys.get(id);
    if (!asked) {
      asked = this.#fetchPublicKey(id);
      asked.catch(() => this.#publicKeys.delete(id));
      this.#publicKeys.set(id, asked);
    }
    return asked;
  }

  async #fetchPublicKey(id: string): Promise<PublicJwk> {
    const { PublicKey } = await this.#client.send(new GetPublicKeyCommand({ KeyId: id }));
    return toPublicJwk(
      createPublicKey({ key: Buffer.from(present(PublicKey)), format: 'der', type: 'spki' }),
    );
  }
}

function present(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new Error('KMS answered without the bytes that were asked for');
  return bytes;
}

/**
 * The keys of a function on AWS, from its environment: `STRONGROOM_DATA_KEY`, and for each key that it signs or
 * verifies with `STRONGROOM_JWT_KEYS`, `STRONGROOM_AUDIT_KEYS`: ids or ARNs separated by commas, newest first.
 */
export function kmsKeys(env: NodeJS.ProcessEnv): KmsKeys {
  const ids = (name: string) => required(env, name).split(',');
  return new KmsKeys(new KMSClient({ requestHandler: patience }), {
    get data() {
      return required(env, 'STRONGROOM_DATA_KEY');
    },
    get jwt() {
      return ids('STRONGROOM_JWT_KEYS');
    },
    get audit() {
      return ids('STRONGROOM_AUDIT_KEYS');
    },
  });
}
