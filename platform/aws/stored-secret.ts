import { createHash } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretStore } from '../secret-store.ts';
import { requireEnv, timeouts } from './environment.ts';

/** A secret in Secrets Manager that is set once. */
export class StoredSecret implements SecretStore {
  readonly #client: SecretsManagerClient;
  readonly #id: string;

  /** @param id name or ARN of an existing secret, with or without a value */
  constructor(client: SecretsManagerClient, id: string) {
    this.#client = client;
    this.#id = id;
  }

  async read(): Promise<string | undefined> {
    try {
      const { SecretString } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#id }));
      return SecretString || undefined;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  async readOrCreate(create: () => string): Promise<string> {
    return (await this.read()) ?? (await this.#put(create())) ?? (await this.#mustRead());
  }

  /** Always the same token: Secrets Manager accepts one value under it, and refuses any other. */
  async #put(value: string): Promise<string | undefined> {
    const ClientRequestToken = createHash('sha256').update(this.#id).digest('hex').slice(0, 36);
    try {
      await this.#client.send(
        new PutSecretValueCommand({ SecretId: this.#id, SecretString: value, ClientRequestToken }),
      );
      return value;
    } catch (error) {
      if (error instanceof ResourceExistsException) return undefined;
      throw error;
    }
  }

  async #mustRead(): Promise<string> {
    const value = await this.read();
    if (value === undefined) throw new Error('the secret lost its value');
    return value;
  }
}

/** Returns the secret with the administrator's key, which a function's environment names. */
export function administratorSecret(env: NodeJS.ProcessEnv): StoredSecret {
  const client = new SecretsManagerClient({ requestHandler: timeouts });
  return new StoredSecret(client, requireEnv(env, 'STRONGROOM_ADMINISTRATOR_SECRET'));
}
