import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levels, Supervisor } from './supervisor.ts';

describe.each(levels)('programs at level %s', (level) => {
  let sandbox: Supervisor;
  beforeAll(async () => {
    sandbox = await Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level });
  });
  afterAll(() => sandbox.stop());

  it('report the isolation in force', async () => {
    expect(sandbox.ready.isolation).toMatchObject({ level, seccomp: true });
    expect(sandbox.ready.isolation.landlock).toBeGreaterThanOrEqual(2);
    expect((await sandbox.run('')).isolation).toEqual(sandbox.ready.isolation);
  });

  it('return their output', async () => {
    expect(await sandbox.run('print("hello")')).toMatchObject({
      status: 'completed',
      exitCode: 0,
      signal: null,
      stdout: 'hello\n',
      stderr: '',
      truncated: { stdout: false, stderr: false },
    });
  });

  it('can read standard input in every way', async () => {
    const code = `
import sys
print(input(), sys.stdin.readline().strip(), open('/dev/stdin').read().split(), sys.stdin.buffer.seek(0))`;
    const { stdout } = await sandbox.run(code, { stdin: 'ä\nb\nc\n' });
    expect(stdout).toBe("ä b ['ä', 'b', 'c'] 0\n");
  });

  it('get arguments, secrets and files', async () => {
    const { stdout } = await sandbox.run(
      'import os, sys\nprint(sys.argv, os.environ["TOKEN"], open("in/data.txt").read(), os.getcwd() == os.environ["HOME"])',
      {
        args: ['-x', 'ü'],
        env: { TOKEN: 's3cret' },
        files: [{ path: 'in/data.txt', content: Buffer.from('content') }],
      },
    );
    expect(stdout).toBe("['main.py', '-x', 'ü'] s3cret content True\n");
  });

  it('have only their own environment', async () => {
    const { stdout } = await sandbox.run('import os\nprint(sorted(os.environ))', { env: { MINE: '1' } });
    expect(stdout).toBe(
      `${"['HOME', 'LANG', 'MINE', 'MPLBACKEND', 'MPLCONFIGDIR', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'TMPDIR', 'USER']"}\n`,
    );
  });

  it.each([
    ['pass', 0],
    ['import sys; sys.exit()', 0],
    ['import sys; sys.exit(3)', 3],
    ['import sys; sys.exit("why")', 1],
    ['raise SystemExit(True)', 1],
    ['import os; os._exit(7)', 7],
    ['1/0', 1],
    ['def (', 1],
    ['import atexit, sys; atexit.register(print, "bye"); sys.exit(4)', 4],
  ])('%s ends with %i', async (code, exitCode) => {
    expect(await sandbox.run(code)).toMatchObject({
      status: exitCode === 0 ? 'completed' : 'failed',
      exitCode,
    });
  });

  it('report the signal that they raised themselves', async () => {
    expect(await sandbox.run('import os, signal; os.kill(os.getpid(), signal.SIGABRT)')).toMatchObject({
      status: 'failed',
      exitCode: null,
      signal: 'SIGABRT',
    });
  });

  it('show only their own lines in a traceback', async () => {
    const { stderr } = await sandbox.run('def f():\n    return 1 / 0\n\nf()\n');
    // Python 3.13 marks the position in the line.
    const lines = stderr.split('\n').filter((line) => !/^[\s~^]+$/.test(line));
    expect(lines).toEqual([
      'Traceback (most recent call last):',
      '  File "main.py", line 4, in <module>',
      '    f()',
      '  File "main.py", line 2, in f',
      '    return 1 / 0',
      'ZeroDivisionError: division by zero',
      '',
    ]);
    const thread = 'import threading\nthreading.Thread(target=lambda: 1 / 0).start()';
    expect((await sandbox.run(thread)).stderr).toMatch(
      /Exception in thread Thread-1.*\n.*\n[\s\S]*target=lambda: 1 \/ 0/,
    );
  });

  it('are __main__ for dataclasses, pickle, inspect and asyncio', async () => {
    const code = `
import asyncio, dataclasses, inspect, pickle, threading
@dataclasses.dataclass
class Point:
    x: int
async def answer():
    return await asyncio.to_thread(lambda: 42)
assert __name__ == '__main__'
thread = threading.Thread(target=lambda: print('thread'))
thread.start()
thread.join()
print(pickle.loads(pickle.dumps(Point(1))), asyncio.run(answer()), inspect.getsource(Point.__class__ and answer).count('await'))`;
    expect(await sandbox.run(code)).toMatchObject({ stdout: 'thread\nPoint(x=1) 42 1\n', stderr: '' });
  });

  it('can start another Python', async () => {
    const code = `
import subprocess, sys
print(subprocess.run([sys.executable, '-c', 'import os; print(os.getppid() > 0)'], capture_output=True, text=True))`;
    expect((await sandbox.run(code)).stdout).toContain("returncode=0, stdout='True\\n'");
  });

  it('report their time and memory', async () => {
    const result = await sandbox.run(
      'x = bytearray(64 << 20)\nwhile __import__("time").process_time() < 0.2: pass',
    );
    expect(result.cpuMs).toBeGreaterThanOrEqual(150);
    expect(result.durationMs).toBeGreaterThanOrEqual(150);
    expect(result.peakMemoryBytes).toBeGreaterThan(64 << 20);
  });

  it('get a new random seed for each run', async () => {
    const codes = Array.from(
      { length: 4 },
      () => 'import random, uuid; print(random.random(), uuid.uuid4())',
    );
    const results = await Promise.all(codes.map((code) => sandbox.run(code)));
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(4);
  });

  it('run concurrently', async () => {
    const results = await Promise.all(Array.from({ length: 60 }, (_, at) => sandbox.run(`print(${at})`)));
    expect(results.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 60 }, (_, at) => at));
  });

  it('are rejected if their job is invalid', async () => {
    await expect(sandbox.run('', { language: 'perl' as 'python' })).rejects.toThrow('language');
    await expect(sandbox.run('', { packages: '../x' })).rejects.toThrow('bad packages');
    await expect(sandbox.run('', { packages: 'a'.repeat(64) })).rejects.toThrow('not in this sandbox');
    await expect(sandbox.run('', { args: ['a\0b'] })).rejects.toThrow('NUL');
    await expect(sandbox.run('', { env: { 'A=B': '1' } })).rejects.toThrow('environment');
    await expect(sandbox.run('', { files: [{ path: '../x', content: Buffer.of() }] })).rejects.toThrow(
      'path',
    );
    await expect(sandbox.run('', { timeoutMs: 0 })).rejects.toThrow('timeoutMs');
    await sandbox.run('', { executionId: 'once' });
    await expect(sandbox.run('', { executionId: 'once' })).rejects.toThrow('already');
  });

  it('report code that cannot be compiled as their own error', async () => {
    expect((await sandbox.run('print(1)\0')).stderr).toContain('null bytes');
    expect((await sandbox.run('def (')).stderr).toContain('File "main.py", line 1');
  });
});
