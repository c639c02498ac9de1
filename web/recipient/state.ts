import type { MessageErrorCode } from '../../client/message-crypto/index.ts';
import type { FetchedMessage, MessageInfo } from '../../client/messages.ts';

/** What the page is showing. */
export type State =
  | { readonly step: 'checking' | 'opening' | 'gone' | 'cleared' | 'insecure' | 'unsupported' }
  /** The message exists and has not been opened. `isRejected`: the recipient typed something that cannot be right. */
  | {
      readonly step: 'ready';
      readonly info: MessageInfo;
      readonly needs: Needs;
      readonly isRejected?: true;
    }
  /** `lost`: the message may have been opened, but the response never arrived. */
  | { readonly step: 'trouble'; readonly kind: 'trouble' | 'lost' | 'busy'; readonly retry: () => void }
  /** The ciphertext is on the page and not decrypted yet. */
  | {
      readonly step: 'locked';
      readonly info: MessageInfo;
      readonly fetched: FetchedMessage;
      readonly reason: 'WRONG_PASSWORD' | 'PASSWORD_REQUIRED' | 'resources';
    }
  | { readonly step: 'failed'; readonly code: MessageErrorCode }
  | {
      readonly step: 'open';
      readonly info: MessageInfo;
      readonly content: string;
      readonly remaining: number | null;
    };

/** What the recipient must supply before the message can be opened. */
export type Needs = 'nothing' | 'password' | 'key';

export type StateAt<Step extends State['step']> = State & { readonly step: Step };
