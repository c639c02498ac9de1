import { limits } from '../contract/limits.ts';
import { toBase64Url } from '../crypto/encoding/base64url.ts';
import { StrongroomError } from './error.ts';
import { type CallOptions, type ResponseFor, StrongroomClient } from './index.ts';
import {
  asksPassword,
  MessageError,
  type MessagePrimitives,
  openSealed,
  sealMessage,
  sr2Characters,
} from './message-crypto/index.ts';
import { parseMessageLink } from './message-link.ts';
import { solve } from './proof-of-work.ts';

export { MessageError, type MessagePrimitives } from './message-crypto/index.ts';

export type NewMessage = {
  /** Text, at most 752 KiB including its padding. */
  readonly content: string;
  /** Required in addition to the key in the link. Send it through another channel than the link. */
  readonly password?: string | undefined;
  /** Stored in plaintext; anyone who has the link can read it. */
  readonly name?: string | undefined;
  readonly expiresAt?: Date | undefined;
  readonly maxAccess?: number | undefined;
};

export type CreatedMessage = {
  readonly messageId: string;
  /** Includes the key after the `#`: anyone who has it can open the message, unless the message also has a password. */
  readonly url: string;
  /** Only for a message that was sent without a credential: nothing else can delete it. */
  readonly deleteToken: string | undefined;
  readonly expiresAt: string | null;
};

/**
 * Encrypts a message on the client and stores it. Without a credential it also solves the proof of work, if the
 * installation requires one.
 *
 * @throws RangeError if the content is too large or not well-formed Unicode, or the password is empty
 * @throws StrongroomError if the API refuses
 */
export async function createMessage(
  client: StrongroomClient,
  primitives: MessagePrimitives,
  { content, password, name, expiresAt, maxAccess }: NewMessage,
  options: CallOptions = {},
): Promise<CreatedMessage> {
  if (sr2Characters(new TextEncoder().encode(content).length) > limits.messageBytes) {
    throw new RangeError('the content is too large for a message');
  }
  const { encryptedContent, fragment } = await sealMessage(primitives, content, password);
  const body = { encryptedContent, name, expiresAt: expiresAt?.toISOString(), maxAccess };
  const { data } = await store(client, { ...options, body });
  const { messageId, url, deleteToken } = data;
  return { messageId, url: `${url}#${fragment}`, deleteToken, expiresAt: data.expiresAt };
}

type Storing = CallOptions & { readonly body: { readonly encryptedContent: string } };

async function store(client: StrongroomClient, request: Storing) {
  try {
    return (await client.call('messages.create', request)).body;
  } catch (error) {
    if (!(error instanceof StrongroomError) || error.code !== 'CHALLENGE_REQUIRED') throw error;
    const { signal, headers } = request;
    const { body: challenge } = await client.call('challenges.create', { ...(signal && { signal }) });
    const solved = { ...headers, 'X-Challenge-Solution': await solve(challenge, signal) };
    return (await client.call('messages.create', { ...request, headers: solved })).body;
  }
}

export type MessageInfo = ResponseFor<'messages.getStatus'>['body']['data'];

/** Returns a message's status without counting as an access. @throws StrongroomError NOT_FOUND */
export async function lookAtMessage(
  client: StrongroomClient,
  messageId: string,
  options: CallOptions = {},
): Promise<MessageInfo> {
  return (await client.call('messages.getStatus', { ...options, params: { id: messageId } })).body.data;
}

export type FetchedMessage = {
  readonly encryptedContent: string;
  /** Remaining accesses after this one; null if unlimited. */
  readonly remaining: number | null;
};

/** Returns 128 random bits that identify an access, so that a lost response can be requested again within a minute. */
export function newNonce({ randomBytes }: Pick<MessagePrimitives, 'randomBytes'>): string {
  return toBase64Url(randomBytes(16));
}

/**
 * Uses one access of a message and returns the ciphertext. Keep it until it is decrypted, so that a wrong password does
 * not use another access. If the response is lost, the client repeats the request with the same nonce, which does not
 * count.
 *
 * @throws StrongroomError NOT_FOUND for a missing, an expired and a used-up message alike
 */
export async function fetchMessage(
  client: StrongroomClient,
  messageId: string,
  nonce: string,
  options: CallOptions = {},
): Promise<FetchedMessage> {
  const open = () => client.call('messages.open', { ...options, params: { id: messageId }, body: { nonce } });
  try {
    return (await open()).body.data;
  } catch (error) {
    if (!(error instanceof StrongroomError) || !mayBeLost(error)) throw error;
    return (await open()).body.data;
  }
}

/** Returns whether the access may have been counted although its content did not arrive. */
export function mayBeLost({ code, status }: StrongroomError): boolean {
  return code === 'NETWORK' || status === 502 || status === 503 || status === 504;
}

export type OpenOptions = CallOptions & {
  /**
   * The password, or a function that asks for it: before an access is used, and again after a wrong password, which uses
   * no further access. `undefined` cancels.
   */
  readonly password?: string | ((attempt: number) => Promise<string | undefined>);
  readonly fetch?: typeof fetch;
};

export type OpenedMessage = MessageInfo & { readonly content: string };

/**
 * Opens the message of a link, in either format. The request has no credential, because the link names the server. Neither
 * key nor password is sent.
 *
 * @throws MessageError if it cannot be decrypted; INCOMPLETE_LINK and PASSWORD_REQUIRED before an access is used
 * @throws StrongroomError NOT_FOUND for a missing, an expired and a used-up message alike
 */
export async function openMessage(
  primitives: MessagePrimitives,
  url: string,
  { password, fetch, ...options }: OpenOptions = {},
): Promise<OpenedMessage> {
  const { baseUrl, messageId, fragment } = parseMessageLink(url);
  const client = new StrongroomClient({ baseUrl, ...(fetch && { fetch }) });
  const info = await lookAtMessage(client, messageId, options);
  const asks = asksPassword(primitives, info.format, fragment);
  const ask = async (attempt: number) => (typeof password === 'function' ? password(attempt) : password);
  let given = asks || typeof password === 'string' ? await ask(1) : undefined;
  if (asks && !given) throw new MessageError('PASSWORD_REQUIRED');
  const fetched = await fetchMessage(client, messageId, newNonce(primitives), options);
  for (let attempt = 2; ; attempt++) {
    try {
      const unlocking = { fragment, password: given };
      const content = await openSealed(primitives, fetched.encryptedContent, unlocking);
      return { ...info, remaining: fetched.remaining, content };
    } catch (error) {
      if (!(error instanceof MessageError) || !isAboutPassword(error) || typeof password !== 'function')
        throw error;
      given = await ask(attempt);
      if (given === undefined) throw error;
    }
  }
}

function isAboutPassword({ code }: MessageError): boolean {
  return code === 'WRONG_PASSWORD' || code === 'PASSWORD_REQUIRED';
}
