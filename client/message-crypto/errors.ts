/**
 * Why a message does not open. `code` is stable; no message of an error holds anything of what was refused.
 *
 * - `INCOMPLETE_LINK`: the key behind the `#` is missing, cut or mistyped. Found before anything is asked of a server.
 * - `PASSWORD_REQUIRED`: the sender set a password, and none was given.
 * - `WRONG_PASSWORD`: the password is wrong, or (format 2) the key belongs to another message, or (format 1) the
 *   message is damaged: that format cannot always tell.
 * - `WRONG_KEY`: the key belongs to another message; there is no password.
 * - `DAMAGED`: key and password are right, and what they seal was altered or cut.
 * - `UNSUPPORTED_FORMAT`: of no format, or a newer one than this program knows.
 */
export type MessageErrorCode =
  | 'INCOMPLETE_LINK'
  | 'PASSWORD_REQUIRED'
  | 'WRONG_PASSWORD'
  | 'WRONG_KEY'
  | 'DAMAGED'
  | 'UNSUPPORTED_FORMAT';

const sentences: Readonly<Record<MessageErrorCode, string>> = {
  INCOMPLETE_LINK: 'The key of the link is missing or incomplete.',
  PASSWORD_REQUIRED: 'The message needs a password.',
  WRONG_PASSWORD: 'The password is wrong.',
  WRONG_KEY: 'The key belongs to another message.',
  DAMAGED: 'The message was altered or cut after it was encrypted.',
  UNSUPPORTED_FORMAT: 'The message is of a format that is not known.',
};

export class MessageError extends Error {
  override readonly name = 'MessageError';
  readonly code: MessageErrorCode;

  constructor(code: MessageErrorCode) {
    super(sentences[code]);
    this.code = code;
  }
}
