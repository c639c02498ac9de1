import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { StrongroomClient } from '../../client/index.ts';
import { parseMessageLink } from '../../client/message-link.ts';
import { createMessage, lookAtMessage, openMessage } from '../../client/messages.ts';
import { messagePrimitives } from '../../client/node.ts';
import { type Command, textOf, UsageError } from '../command.ts';
import { durationHelp, timeOf } from '../duration.ts';

export const messages: readonly Command[] = [
  {
    name: 'send',
    args: '[FILE]',
    summary: 'Encrypt a text here, and get a link to it',
    details:
      'The text is asked for, or read from FILE (- is standard input). The key stands behind the # of the link.',
    example: 'strongroom send --max-access 1 --expires 2d password.txt',
    arity: [0, 1],
    anonymous: true,
    options: {
      'max-access': { type: 'string' },
      expires: { type: 'string' },
      name: { type: 'string' },
      password: { type: 'boolean' },
      'password-file': { type: 'string' },
    },
    optionHelp: {
      'max-access': 'how often it can be opened',
      expires: `for how long: ${durationHelp}`,
      name: 'in the clear, for whoever has the link',
      password: 'ask for a password on top of the key in the link',
      'password-file': 'file with that password',
    },
    async run({ values, args: [file], terminal, client }) {
      const maxAccess = countOf(textOf(values, 'max-access'));
      const expiresAt = timeOf(textOf(values, 'expires'));
      const content =
        file === undefined
          ? await terminal.secret('Text', process.stdin.isTTY ? undefined : '-')
          : await contentOf(file);
      const passwordFile = textOf(values, 'password-file');
      const protect = values.password || passwordFile !== undefined;
      const password = protect ? await terminal.secret('Password of the message', passwordFile) : undefined;
      const message = { content, password, name: textOf(values, 'name'), expiresAt, maxAccess };
      const created = await createMessage(client, await messagePrimitives(), message);
      terminal.answer(created, ({ url }) => url);
      if (!terminal.json && created.deleteToken) terminal.note(`To delete it: ${created.deleteToken}`);
      return 0;
    },
  },
  {
    name: 'open',
    args: 'LINK',
    summary: 'Open a message, after asking',
    details:
      'A link is a secret: give - to have it read from standard input, or be asked for it. A terminal is shown control ' +
      'characters of the text by their numbers; a file or pipe gets the text as it is.',
    example: 'strongroom open -',
    arity: [0, 1],
    anonymous: true,
    options: { yes: { type: 'boolean' }, 'password-file': { type: 'string' } },
    optionHelp: { yes: 'do not ask', 'password-file': 'file with the password of the message' },
    async run({ values, args: [given], terminal }) {
      const link = given && given !== '-' ? given : await terminal.secret('Link', given);
      const { baseUrl, messageId } = parseMessageLink(link);
      const info = await lookAtMessage(new StrongroomClient({ baseUrl }), messageId);
      if (!values.yes) {
        const left = info.remaining === null ? '' : `, ${info.remaining} of its accesses left`;
        const reply = await terminal.ask(`A message of ${info.createdAt} waits${left}. Open it? (yes/no)`);
        if (!/^y(es)?$/i.test(reply)) return 1;
      }
      const passwordFile = textOf(values, 'password-file');
      const password = (attempt: number) => {
        if (attempt > 1 && (passwordFile !== undefined || !terminal.interactive))
          return Promise.resolve(undefined);
        return terminal.secret('Password of the message', passwordFile);
      };
      const opened = await openMessage(await messagePrimitives(), link, { password });
      if (terminal.json) terminal.print(JSON.stringify(opened));
      else terminal.content(opened.content);
      return 0;
    },
  },
];

const contentOf = (file: string) => (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8'));

function countOf(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,6}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new UsageError('--max-access takes a number');
}
