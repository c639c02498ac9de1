import { createHash } from 'node:crypto';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { patience, required } from './environment.ts';

/** A secret of Secrets Manager that gets its value once. */
export class StoredSecret {
  readonly #client: SecretsManagerClient;
  readonly #id: string;

  /** @param id name or ARN of a secret that is there, with or without a value */
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

  /** The secret's value: what `make` gives where it had none. All callers at once get the same one. */
  async readOrMake(make: () => string): Promise<string> {
    return (await this.read()) ?? (await this.#put(make())) ?? (await this.#mustRead());
  }

  /** One token for ever: Secrets Manager takes one value under it, and refuses any other. */
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
    if (value === undefined) throw new Error('the secret had a value once, and has none now');
    return value;
  }
}

/** The administrator's key of an installation, from a function's environment: `STRONGROOM_ADMINISTRATOR_SECRET`. */
export function administratorSecret(env: NodeJS.ProcessEnv): StoredSecret {
  const client = new SecretsManagerClient({ requestHandler: patience });
  return new StoredSecret(client, required(env, 'STRONGROOM_ADMINISTRATOR_SECRET'));
}
