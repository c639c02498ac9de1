import { MessageError } from './message-crypto/errors.ts';

export type MessageLink = {
  /** Where the installation stands. */
  readonly baseUrl: string;
  readonly messageId: string;
  /** As it stands behind `#`; empty where the key is told by another way. */
  readonly fragment: string;
};

const path = /^(.*)\/s\/([A-Za-z0-9_-]{1,128})\/?$/;

/** Takes apart `https://…/s/{id}#key`. @throws MessageError INCOMPLETE_LINK for what is no link to a message */
export function parseMessageLink(url: string): MessageLink {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const [, prefix, messageId] = (parsed && path.exec(parsed.pathname)) ?? [];
  if (!parsed || !/^https?:$/.test(parsed.protocol) || prefix === undefined || !messageId) {
    throw new MessageError('INCOMPLETE_LINK');
  }
  return { baseUrl: parsed.origin + prefix, messageId, fragment: parsed.hash.slice(1) };
}
