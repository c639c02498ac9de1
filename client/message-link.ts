import { MessageError } from './message-crypto/errors.ts';

export type MessageLink = {
  /** URL of the installation. */
  readonly baseUrl: string;
  readonly messageId: string;
  /** The part after the `#`; empty if the key is sent through another channel. */
  readonly fragment: string;
};

const path = /^(.*)\/s\/([A-Za-z0-9_-]{1,128})\/?$/;

/** Parses `https://…/s/{id}#key`. @throws MessageError INCOMPLETE_LINK if it is not a link to a message */
export function parseMessageLink(url: string): MessageLink {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const [, prefix, messageId] = (parsed && path.exec(parsed.pathname)) ?? [];
  if (!parsed || !/^https?:$/.test(parsed.protocol) || prefix === undefined || !messageId) {
    throw new MessageError('INCOMPLETE_LINK');
  }
  return { baseUrl: parsed.origin + prefix, messageId, fragment: parsed.hash.slice(1) };
}
