import { randomBytes } from 'node:crypto';
import { call, type Target } from '../api/target.ts';

export type Outcome = 'delivered' | 'gone' | 'lost';

/** One recipient with its own nonce, which it sends again if no response arrives. */
export class Opener {
  readonly messageId: string;
  readonly nonce = randomBytes(16).toString('base64url');
  outcome: Outcome = 'lost';

  constructor(messageId: string) {
    this.messageId = messageId;
  }

  /** @throws Error for a response that is neither the content nor 404 */
  async open(target: Pick<Target, 'url'>): Promise<Outcome> {
    const body = { nonce: this.nonce };
    const path = `/api/messages/${this.messageId}/open`;
    const response = await call(target, 'POST', path, { body }).catch(() => undefined);
    if (response?.status === 200) this.outcome = 'delivered';
    else if (response?.status === 404) this.outcome = 'gone';
    else if (response) throw new Error(`open returned ${response.status} ${response.text}`);
    return this.outcome;
  }
}
