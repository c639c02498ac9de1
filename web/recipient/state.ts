import type { MessageErrorCode } from '../../client/message-crypto/index.ts';
import type { FetchedMessage, MessageInfo } from '../../client/messages.ts';

/** Where the recipient stands. */
export type State =
  | { readonly step: 'looking' | 'opening' | 'gone' | 'cleared' | 'insecure' | 'old' }
  /** Nothing has been asked for but whether it is there. `wrong`: what was typed cannot be it. */
  | {
      readonly step: 'ready';
      readonly info: MessageInfo;
      readonly asks: 'nothing' | 'password' | 'key';
      readonly wrong?: true;
    }
  /** `lost`: it may have been opened without having come. */
  | { readonly step: 'trouble'; readonly kind: 'trouble' | 'lost' | 'busy'; readonly again: () => void }
  /** It is here and still encrypted. */
  | {
      readonly step: 'locked';
      readonly info: MessageInfo;
      readonly fetched: FetchedMessage;
      readonly why: 'WRONG_PASSWORD' | 'PASSWORD_REQUIRED' | 'resources';
    }
  | { readonly step: 'failed'; readonly code: MessageErrorCode }
  | {
      readonly step: 'open';
      readonly info: MessageInfo;
      readonly content: string;
      readonly remaining: number | null;
    };
