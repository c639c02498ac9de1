import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { StrongroomClient } from '../../client/index.ts';
import { parseMessageLink } from '../../client/message-link.ts';
import { createMessage, lookAtMessage, openMessage } from '../../client/messages.ts';
import { messagePrimitives } from '../../client/node.ts';
import { command, type Entry } from '../command.ts';
import { expiry } from '../duration.ts';
import { count, flag, text } from '../options.ts';

export const messages: readonly Entry[] = [
  command({
    name: 'send',
    args: { '[file]': 'file with the text (-: standard input; default: a prompt)' },
    summary: 'Encrypt a text on this machine and print a link to it',
    details: 'The part of the link after # is the key. It is never sent to the server.',
    examples: ['strongroom send --max-access 1 --expires 2d password.txt'],
    anonymous: true,
    options: {
      'max-access': count('count', 'number of times the message can be opened'),
      expires: expiry('delete the message after this time, such as 30m, 12h or 2d'),
      name: text('name', 'name in plaintext, visible to everyone who has the link'),
      password: flag('prompt for a password that is needed in addition to the link'),
      'password-file': text('file', 'read that password from this file (-: standard input)'),
    },
    async run({ options, args: [file], terminal, client }) {
      const content =
        file === undefined
          ? await terminal.secret('Text', process.stdin.isTTY ? undefined : '-')
          : await readContent(file);
      const passwordFile = options['password-file'];
      const protect = options.password || passwordFile !== undefined;
      const password = protect ? await terminal.secret('Password of the message', passwordFile) : undefined;
      const { name, expires: expiresAt, 'max-access': maxAccess } = options;
      const message = { content, password, name, expiresAt, maxAccess };
      const created = await createMessage(client, await messagePrimitives(), message);
      terminal.result(created, ({ url }) => url);
      if (!terminal.json && created.deleteToken) {
        terminal.note(`Token to delete the message: ${created.deleteToken}`);
      }
    },
  }),
  command({
    name: 'open',
    args: { '[link]': 'link to the message (-: standard input; default: a prompt)' },
    summary: 'Open a message, after confirmation',
    details:
      'A link is a secret. Other users of this machine can read arguments, so prefer - or the prompt. A terminal shows ' +
      'control characters of the text as escape sequences; a file or pipe receives the text as it is.',
    examples: ['strongroom open'],
    anonymous: true,
    options: {
      yes: flag('open without confirmation'),
      'password-file': text('file', 'read the password of the message from this file (-: standard input)'),
    },
    async run({ options, args: [given], terminal }) {
      const link = given && given !== '-' ? given : await terminal.secret('Link', given);
      const { baseUrl, messageId } = parseMessageLink(link);
      const status = await lookAtMessage(new StrongroomClient({ baseUrl }), messageId);
      if (!options.yes) {
        const left = status.remaining === null ? '' : ` (${status.remaining} views left)`;
        const question = `Open the message of ${status.createdAt}${left}? (yes/no)`;
        if (!/^y(es)?$/i.test(await terminal.ask(question))) return 1;
      }
      const passwordFile = options['password-file'];
      const password = async (attempt: number) => {
        if (attempt > 1 && (passwordFile !== undefined || !terminal.interactive)) return undefined;
        return terminal.secret('Password of the message', passwordFile);
      };
      const opened = await openMessage(await messagePrimitives(), link, { password });
      if (terminal.json) terminal.print(JSON.stringify(opened));
      else terminal.content(opened.content);
      return 0;
    },
  }),
];

function readContent(file: string): Promise<string> {
  return file === '-' ? readAll(process.stdin) : readFile(file, 'utf8');
}
