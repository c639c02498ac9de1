import { randomBytes } from 'node:crypto';
import { call, type Target } from '../api/target.ts';

export type Outcome = 'delivered' | 'gone' | 'lost';

/** A recipient with its own nonce, who sends the same request again after a lost response. */
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
    const answer = await call(target, 'POST', path, { body }).catch(() => undefined);
    if (answer?.status === 200) this.outcome = 'delivered';
    else if (answer?.status === 404) this.outcome = 'gone';
    else if (answer) throw new Error(`open answered ${answer.status} ${answer.text}`);
    return this.outcome;
  }
}
