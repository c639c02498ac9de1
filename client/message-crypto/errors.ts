/**
 * Why a message cannot be decrypted. `code` is stable; the sentence never contains the refused data.
 *
 * - `INCOMPLETE_LINK`: the key after the `#` is missing, truncated or mistyped. Detected before any request.
 * - `PASSWORD_REQUIRED`: the sender set a password, but none was given.
 * - `WRONG_PASSWORD`: the password is wrong, or (format 2) the key belongs to another message, or (format 1) the
 *   message is damaged: that format cannot always tell the two apart.
 * - `WRONG_KEY`: the key belongs to another message; there is no password.
 * - `DAMAGED`: key and password are right, but the message was modified or truncated.
 * - `UNSUPPORTED_FORMAT`: an unknown format, or a newer one than this program supports.
 */
export type MessageErrorCode =
  | 'INCOMPLETE_LINK'
  | 'PASSWORD_REQUIRED'
  | 'WRONG_PASSWORD'
  | 'WRONG_KEY'
  | 'DAMAGED'
  | 'UNSUPPORTED_FORMAT';

const sentences: Readonly<Record<MessageErrorCode, string>> = {
  INCOMPLETE_LINK: 'The key in the link is missing or incomplete.',
  PASSWORD_REQUIRED: 'The message requires a password.',
  WRONG_PASSWORD: 'The password is wrong.',
  WRONG_KEY: 'The key belongs to another message.',
  DAMAGED: 'The message was modified or truncated after encryption.',
  UNSUPPORTED_FORMAT: 'The format of the message is not supported.',
};

export class MessageError extends Error {
  override readonly name = 'MessageError';
  readonly code: MessageErrorCode;

  constructor(code: MessageErrorCode) {
    super(sentences[code]);
    this.code = code;
  }
}
