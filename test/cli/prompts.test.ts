import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { Cli } from './program.ts';

let appliance: TestAppliance;
let cli: Cli;
const password = 'the password of the tests';

beforeAll(async () => {
  appliance = await TestAppliance.start();
  cli = new Cli(appliance.target.url);
});
afterAll(async () => {
  cli.remove();
  await appliance.remove();
});

test('a prompt keeps a character whose bytes arrive separately', async () => {
  const secret = 'pässwörd 世界 🔒';
  const sent = await cli.type(['send', '--json'], [['Text: ', secret]]);
  expect(sent.code).toBe(0);
  const [, json = ''] = /(\{.*\})/.exec(sent.stdout) ?? [];
  const opened = await cli.run(['open', '--yes', JSON.parse(json).url]);
  expect(opened).toMatchObject({ code: 0, stdout: secret });
});

test('a prompt removes a whole character at a backspace', async () => {
  const sent = await cli.type(['send', '--json'], [['Text: ', 'ab🔒\u007fc']]);
  const [, json = ''] = /(\{.*\})/.exec(sent.stdout) ?? [];
  expect((await cli.run(['open', '--yes', JSON.parse(json).url])).stdout).toBe('abc');
});

test('a password that is typed before its prompt is never shown', async () => {
  const email = `prompts-${randomUUID()}@example.com`;
  const registered = await cli.type(
    ['register'],
    [
      ['Email: ', `${email}\r${password}`],
      ['Password: ', password],
    ],
  );
  expect([registered.code, registered.stdout]).toEqual([0, expect.stringContaining('Signed in')]);
  expect(registered.stdout).not.toContain(password);
});

test.each([
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('%s at a prompt ends the command with exit code 130', async (_, key) => {
  for (const [command, question] of [
    ['send', 'Text: '],
    ['login', 'Email: '],
  ] as const) {
    const { code, stdout } = await cli.type([command], [[question, key]]);
    expect([code, stdout]).toEqual([130, expect.not.stringContaining('strongroom')]);
  }
});

test('a table aligns its columns by the display width of characters', async () => {
  await cli.run(
    ['register', '--email', `wide-${randomUUID()}@example.com`, '--password-file', '-'],
    password,
  );
  for (const name of ['世界', 'four']) expect((await cli.run(['tokens', 'create', name])).code).toBe(0);
  const { stdout } = await cli.run(['tokens', 'list']);
  expect(stdout).toContain('世界  messages:read');
  expect(stdout).toContain('four  messages:read');
});
