import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Job, SandboxUnavailable } from '../../../sandbox-image/protocol/job.ts';
import { levels, Supervisor } from './supervisor.ts';

describe.each(levels)('JavaScript at level %s', (level) => {
  let sandbox: Supervisor;
  beforeAll(async () => {
    sandbox = await Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level });
  });
  afterAll(() => sandbox.stop());
  const run = (code: string, job: Partial<Job> = {}) => sandbox.run(code, { ...job, language: 'javascript' });

  it('returns the output of a program', async () => {
    expect(await run('console.log("hello"); console.error("oh")')).toMatchObject({
      status: 'completed',
      exitCode: 0,
      signal: null,
      stdout: 'hello\n',
      stderr: 'oh\n',
      files: [],
      omittedFiles: 0,
    });
  });

  it.each([
    [
      'CommonJS',
      'const { basename } = require("node:path"); console.log(basename(__filename), this === exports)',
    ],
    [
      'an ES module',
      'import { basename } from "node:path"; console.log(basename(import.meta.filename), true)',
    ],
    ['a module with await', 'console.log(await Promise.resolve("main.js"), true)'],
    [
      'an ES module with require',
      'import "node:fs"; console.log(require("node:path").basename(import.meta.url), true)',
    ],
    ['a script in sloppy mode', 'undeclared = "main.js"; console.log(undeclared, 010 === 8)'],
  ])('runs %s', async (_, code) => {
    expect(await run(code)).toMatchObject({ stdout: 'main.js true\n', stderr: '' });
  });

  it('imports and requires the files of the job', async () => {
    const files = [
      { path: 'lib/a.mjs', content: Buffer.from('export const a = 1') },
      { path: 'lib/b.cjs', content: Buffer.from('module.exports = 2') },
      { path: 'data.json', content: Buffer.from('{"c":3}') },
    ];
    const code = `
import { a } from './lib/a.mjs';
import b from './lib/b.cjs';
console.log(a, b, require('./data.json').c, (await import('./lib/a.mjs')).a);`;
    expect(await run(code, { files })).toMatchObject({ stdout: '1 2 3 1\n', stderr: '', files: [] });
  });

  it('passes standard input, arguments and secrets', async () => {
    const code = `
const fs = require('node:fs');
console.log(fs.readFileSync(0, 'utf8'), process.argv.slice(2), process.env.TOKEN, process.cwd() === process.env.HOME);`;
    const job = { stdin: 'ä\nb', args: ['-x', 'ü'], env: { TOKEN: 's3cret' } };
    expect((await run(code, job)).stdout).toBe("ä\nb [ '-x', 'ü' ] s3cret true\n");
    const streamed =
      'let all = ""; for await (const part of process.stdin) all += part; console.log(all.length)';
    expect((await run(streamed, { stdin: 'x'.repeat(200_000) })).stdout).toBe('200000\n');
  });

  it('has only its own environment, options and descriptors', async () => {
    const code = `
const fs = require('node:fs');
const open = [];
for (let at = 0; at < 64; at++) try { const s = fs.fstatSync(at); if (s.isFile() || s.isSocket() || s.isDirectory()) open.push(at); } catch {}
console.log(Object.keys(process.env).sort().join(), process.execArgv.length, open.filter((at) => at < 6).join());`;
    const { stdout } = await run(code, { env: { MINE: '1' } });
    expect(stdout).toBe('HOME,LANG,MINE,PATH,TMPDIR,USER 0 0,1,2\n');
  });

  it.each([
    ['1', 0],
    ['process.exit()', 0],
    ['process.exit(3)', 3],
    ['process.exitCode = 4', 4],
    ['process.on("exit", () => { process.exitCode = 5 })', 5],
    ['throw new Error("x")', 1],
    ['await Promise.reject(new Error("x"))', 1],
    ['Promise.reject(new Error("x"))', 1],
    ['await new Promise(() => {})', 13],
    ['foo bar', 1],
    ['import "./nowhere.mjs"', 1],
  ])('%s ends with %i', async (code, exitCode) => {
    const status = exitCode === 0 ? 'completed' : 'failed';
    expect(await run(code)).toMatchObject({ status, exitCode });
  });

  it("shows an error as Node.js does, with the line of the user's program", async () => {
    const { stderr } = await run('const one = 1;\nthrow new TypeError("why")');
    expect(stderr).toMatch(
      /main\.js:2\nthrow new TypeError\("why"\)\n\^\n\nTypeError: why\n {4}at .*main\.js:2:7/,
    );
    expect(stderr).not.toContain('javascript.cjs');
    expect((await run('process.abort()')).signal).toBe('SIGABRT');
  });

  it('loses no output at process.exit()', async () => {
    const { stdout } = await run('process.stdout.write("x".repeat(200_000)); process.exit(0)');
    expect(stdout).toHaveLength(200_000);
  });

  it('returns the files that it wrote, and the program only if it changed itself', async () => {
    const wrote = await run(
      'require("node:fs").writeFileSync("out.txt", "x"); process.kill(process.pid, "SIGKILL")',
    );
    expect(wrote).toMatchObject({ signal: 'SIGKILL', omittedFiles: 0 });
    expect(wrote.files).toEqual([{ path: 'out.txt', content: Buffer.from('x') }]);
    const changed = await run('require("node:fs").writeFileSync(__filename, "// other")');
    expect(changed.files.map(({ path }) => path)).toEqual(['main.js']);
  });

  it('starts threads and processes', async () => {
    const code = `
import { Worker } from 'node:worker_threads';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
const worker = new Worker('require("node:worker_threads").parentPort.postMessage(40)', { eval: true });
const [forty] = await once(worker, 'message');
console.log(forty + Number(execFileSync(process.execPath, ['-p', '2'])));`;
    expect(await run(code)).toMatchObject({ stdout: '42\n', stderr: '' });
  });

  it('can use timers, promises, files and compression', async () => {
    const code = `
import { writeFile, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { gzipSync, gunzipSync } from 'node:zlib';
import { createHash, randomUUID } from 'node:crypto';
await Promise.all([setTimeout(5), writeFile('f', gzipSync('text'))]);
console.log(gunzipSync(await readFile('f')).toString(), createHash('sha256').update('').digest('hex').slice(0, 8), randomUUID().length);`;
    expect(await run(code)).toMatchObject({ stdout: 'text e3b0c442 36\n', stderr: '' });
  });

  it('runs WebAssembly', async () => {
    const code = `
const bytes = Buffer.from('0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b', 'hex');
const { instance } = await WebAssembly.instantiate(bytes);
console.log(instance.exports.add(40, 2));`;
    expect(await run(code)).toMatchObject({ stdout: '42\n', stderr: '' });
  });

  it('runs many programs concurrently with Python', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        at % 2 ? sandbox.run(`print(${at})`) : run(`console.log(${at})`),
      ),
    );
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });

  it('ends at its deadline', async () => {
    expect(await run('console.log("begun"); for (;;);', { timeoutMs: 500 })).toMatchObject({
      status: 'timed_out',
      stdout: 'begun\n',
    });
  });

  it('rejects a file with the name of the program', async () => {
    const files = [{ path: 'main.js', content: Buffer.from('1') }];
    await expect(run('1', { files })).rejects.toThrow('main.js');
  });
});

describe('a sandbox without JavaScript', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  it.each([
    ['is missing', () => '/nonexistent/node'],
    ['is another program', () => scriptAt('#!/bin/sh\necho v24.0.0\n')],
    ['is too old', () => scriptAt('#!/bin/sh\necho v18.0.0\n')],
  ])('reports it and runs Python if Node.js %s', async (_, program) => {
    const sandbox = await Supervisor.start({ STRONGROOM_NODE: program() });
    closers.push(() => sandbox.stop());
    const refusal = await sandbox.run('1', { language: 'javascript' }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SandboxUnavailable);
    expect(String(refusal)).toMatch(/STRONGROOM_NODE|JavaScript/);
    expect((await sandbox.run('print(1)')).stdout).toBe('1\n');
  });

  function scriptAt(content: string): string {
    const folder = mkdtempSync('/tmp/strongroom-test-node-');
    closers.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'node'), content, { mode: 0o755 });
    return join(folder, 'node');
  }
});
