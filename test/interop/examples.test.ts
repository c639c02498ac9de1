import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestAppliance } from '../api/appliance.ts';
import { TestUser } from '../api/target.ts';
import { virtualEnv } from '../support/virtual-env.ts';

const root = resolve(import.meta.dirname, '..', '..');
const example = join(root, 'examples', 'python', 'run_code.py');
const folder = mkdtempSync(join(tmpdir(), 'strongroom-examples-'));

let python: string;
let appliance: TestAppliance;
let user: TestUser;
beforeAll(async () => {
  const requirements = resolve(import.meta.dirname, 'requirements.txt');
  const options = { cwd: root, env: process.env, signal: AbortSignal.timeout(240_000) };
  const logFile = join(folder, 'pip.log');
  python = await virtualEnv(resolve(root, '.venv', 'interop'), requirements, { ...options, logFile });
  appliance = await TestAppliance.start();
  user = await TestUser.register(appliance.target);
});
afterAll(async () => {
  await appliance?.remove();
  rmSync(folder, { recursive: true });
});

function runCode(program: string, ...inputs: string[]) {
  writeFileSync(join(folder, 'program.py'), program);
  const env = { STRONGROOM_URL: appliance.target.url, STRONGROOM_API_KEY: user.apiKey };
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  execFile(python, [example, 'program.py', ...inputs], { cwd: folder, env }, (error, stdout, stderr) =>
    resolve({ code: error?.code ?? 0, stdout, stderr }),
  );
  return promise;
}

test('examples/python/run_code.py runs a program with input files and saves what it leaves', async () => {
  writeFileSync(join(folder, 'input.csv'), '1\n2\n3\n');
  const program = `
total = sum(int(line) for line in open('input.csv'))
print(total)
open('total.txt', 'w').write(str(total))
`;
  expect(await runCode(program, 'input.csv')).toEqual({
    code: 0,
    stdout: '6\n',
    stderr: 'saved total.txt\n',
  });
  expect(readFileSync(join(folder, 'total.txt'), 'utf8')).toBe('6');
});

test('examples/python/run_code.py ends with the exit code of the program', async () => {
  const { code, stderr } = await runCode('import sys; sys.exit(3)');
  expect(code).toBe(3);
  expect(stderr).toBe('the program ended as failed\n');
});
