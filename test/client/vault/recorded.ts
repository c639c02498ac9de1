import { StrongroomClient } from '../../../client/index.ts';
import type { VaultUser } from '../../api/vault/vault-user.ts';

/** Clients that keep a record of all that they send. */
export class Recorder {
  readonly #sent: string[] = [];

  clientOf({ apiKey, target }: VaultUser): StrongroomClient {
    const recorded: typeof fetch = (input, init) => {
      this.#sent.push(String(input), JSON.stringify([...new Headers(init?.headers)]), String(init?.body));
      return fetch(input, init);
    };
    return new StrongroomClient({ baseUrl: target.url, credential: { apiKey }, fetch: recorded });
  }

  /** Whether something was sent, as it is or in one of the encodings that the API knows. */
  hasSent(bytes: string | Uint8Array): boolean {
    const whole = Buffer.from(bytes as string);
    const texts = [whole.toString('utf8'), whole.toString('base64'), whole.toString('hex')];
    return this.#sent.some((text) => texts.some((each) => text.includes(each)));
  }
}
