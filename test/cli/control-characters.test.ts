import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visible } from '../../cli/terminal-text.ts';
import { TestAppliance } from '../api/appliance.ts';
import { Cli } from './program.ts';

/** Renames the window, clears the screen (with C0 and with C1) and returns to the start of the line. */
const hostile = 'before\u001b]0;owned\u0007\u001b[2J\u009b2J\rover\ttab\r\nend \u00e9 \u{1f512}';
const harmless = 'before\\u001b]0;owned\\u0007\\u001b[2J\\u009b2J\\u000dover';

let appliance: TestAppliance;
let cli: Cli;
beforeAll(async () => {
  appliance = await TestAppliance.start();
  cli = await Cli.withVault(appliance.target.url, 'terminal');
});
afterAll(async () => {
  cli.remove();
  await appliance.remove();
});

test('line ends, tabs and letters stay as they are', () => {
  expect(visible(hostile)).toBe(`${harmless}\ttab\r\nend é 🔒`);
  expect(visible('\u007f')).toBe('\\u007f');
});

describe('text from a stranger', () => {
  test('cannot control the terminal at which a message is opened', async () => {
    const { url } = await cli.json(['send', cli.file('text', hostile)]);
    const { code, stdout } = await cli.type(['open', '--yes', url], []);
    expect([code, stdout]).toEqual([0, expect.stringContaining(harmless)]);
    for (const control of ['\u001b', '\u0007', '\u009b']) expect(stdout).not.toContain(control);
  });

  test('reaches a pipe byte for byte', async () => {
    const { url } = await cli.json(['send', cli.file('text', hostile)]);
    const opened = await cli.inShell(`${cli.line} open --yes '${url}' > opened`);
    expect(opened).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(cli.home, 'opened'), 'utf8')).toBe(hostile);
  });

  test('cannot control a terminal as a value or in JSON, and JSON still parses to the same text', async () => {
    await cli.run(['kv', 'put', 'hostile', '--value-file', '-'], hostile);
    const get = ['kv', 'get', 'hostile', ...cli.userSecret()];
    expect((await cli.type(get, [])).stdout).toContain(harmless);
    expect((await cli.run(get)).stdout).toBe(hostile);
    const { url } = await cli.json(['send', cli.file('text', hostile)]);
    const { stdout } = await cli.type(['open', '--yes', '--json', url], []);
    for (const control of ['\u001b', '\u0007', '\u009b']) expect(stdout).not.toContain(control);
    expect(JSON.parse(stdout).content).toBe(hostile);
  });

  test('is not printed at a terminal if it is a file', async () => {
    const id = (await cli.json(['files', 'put', cli.file('file', hostile), ...cli.userSecret()])).id;
    const get = ['files', 'get', id, '-', ...cli.userSecret()];
    const { code, stdout } = await cli.type(get, []);
    expect([code, stdout]).toEqual([2, expect.not.stringContaining('owned')]);
    expect((await cli.run(get)).stdout).toBe(hostile);
  });
});
