/**
 * Sends a secret as a link that works once and expires after a day.
 *
 *     npm install strongroom-0.1.0.tgz      (see docs/client.md)
 *     echo 'the password' | node send-secret.ts
 *
 * The text is encrypted here. The server stores ciphertext; the key is in the link, after `#`, and is never sent.
 */
import { text } from 'node:stream/consumers';
import { StrongroomClient } from 'strongroom';
import { createMessage } from 'strongroom/messages';
import { messagePrimitives } from 'strongroom/node';

const dayMs = 24 * 60 * 60 * 1000;
const baseUrl = process.env.STRONGROOM_URL ?? 'http://127.0.0.1:8787';
const apiKey = process.env.STRONGROOM_API_KEY;

// Works without an account too. The library then solves the proof of work that the server asks of anonymous senders.
const client = new StrongroomClient(apiKey ? { baseUrl, credential: { apiKey } } : { baseUrl });

const content = (await text(process.stdin)).trimEnd();
if (content === '') throw new Error('write the secret to standard input');
const message = await createMessage(client, await messagePrimitives(), {
  content,
  maxAccess: 1,
  expiresAt: new Date(Date.now() + dayMs),
});

console.log(message.url);
console.error(`Opens once, until ${message.expiresAt}.`);
if (message.deleteToken) console.error(`To delete it: token ${message.deleteToken}`);
