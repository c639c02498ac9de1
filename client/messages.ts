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
  /** Text; with its padding at most 752 KiB. */
  readonly content: string;
  /** On top of the key in the link. Tell it by another way than the link. */
  readonly password?: string | undefined;
  /** In the clear for whoever has the link. */
  readonly name?: string | undefined;
  readonly expiresAt?: Date | undefined;
  readonly maxAccess?: number | undefined;
};

export type CreatedMessage = {
  readonly messageId: string;
  /** With the key behind `#`: whoever has it can open the message, unless it has a password too. */
  readonly url: string;
  /** Of a message that was sent without a credential: the only right to delete it. */
  readonly deleteToken: string | undefined;
  readonly expiresAt: string | null;
};

/**
 * Encrypts a message here, and stores it. Without a credential, the proof of work that an installation may ask for is
 * done too.
 *
 * @throws RangeError for a content that is too large or no well-formed Unicode, and for an empty password
 * @throws StrongroomError where the installation refuses
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

/** What waits behind a link. Counts as no access. @throws StrongroomError NOT_FOUND where nothing does */
export async function lookAtMessage(
  client: StrongroomClient,
  messageId: string,
  options: CallOptions = {},
): Promise<MessageInfo> {
  return (await client.call('messages.getStatus', { ...options, params: { id: messageId } })).body.data;
}

export type FetchedMessage = {
  readonly encryptedContent: string;
  /** Accesses that are left after this one; null where they are not limited. */
  readonly remaining: number | null;
};

/** 128 random bits, by which a lost answer can be asked for once more, within a minute. Another for each access. */
export function newNonce({ randomBytes }: Pick<MessagePrimitives, 'randomBytes'>): string {
  return toBase64Url(randomBytes(16));
}

/**
 * Takes one access of a message, still encrypted. Keep what it gives until it is opened: a wrong password is then no
 * reason to take another access. Where no answer comes it asks once more under the same nonce, which counts nothing.
 *
 * @throws StrongroomError NOT_FOUND for an absent, an expired and a used-up message alike
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

/** Whether the access may have been counted without its content having come. */
export function mayBeLost({ code, status }: StrongroomError): boolean {
  return code === 'NETWORK' || status === 502 || status === 503 || status === 504;
}

export type OpenOptions = CallOptions & {
  /**
   * The password, or who is asked for it: before an access is taken, and again after a wrong one, for which no other
   * access is taken. `undefined` gives up.
   */
  readonly password?: string | ((attempt: number) => Promise<string | undefined>);
  readonly fetch?: typeof fetch;
};

export type OpenedMessage = MessageInfo & { readonly content: string };

/**
 * Opens the message behind a link, of either format, here. It is asked for without any credential, since the link
 * says where, and neither key nor password is sent.
 *
 * @throws MessageError for what does not open; INCOMPLETE_LINK and PASSWORD_REQUIRED before an access is taken
 * @throws StrongroomError NOT_FOUND for an absent, an expired and a used-up message alike
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
