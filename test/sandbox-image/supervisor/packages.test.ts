import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levels, Supervisor } from './supervisor.ts';

const [ann, bob, deadly, forking] = ['a', 'b', 'd', 'f'].map((letter) => letter.repeat(64)) as [
  string,
  string,
  string,
  string,
];

/** Creates bundles like those of the builder: one directory each, readable by everyone. */
function makeBundles(): string {
  const base = mkdtempSync('/tmp/strongroom-test-bundles-');
  chmodSync(base, 0o755);
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(base, path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(base, path), content, { mode: 0o644 });
  };
  // Takes as long to import as the real one, and records which user imported it with which environment.
  put(
    `${ann}/numpy/__init__.py`,
    'import os, time\ntime.sleep(0.4)\nuid, names = os.getuid(), sorted(os.environ)\n',
  );
  put(`${ann}/own/__init__.py`, 'from .inner import VALUE\n');
  put(`${ann}/own/inner.py`, 'VALUE = "ann"\n');
  put(`${ann}/json/__init__.py`, 'raise RuntimeError("in place of the standard module")\n');
  put(`${bob}/own.py`, 'VALUE = "bob"\n');
  put(`${deadly}/numpy.py`, 'import os\nos._exit(9)\n');
  put(
    `${forking}/numpy.py`,
    'import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(100)\n    os._exit(0)\n',
  );
  symlinkSync('/etc', join(base, 'e'.repeat(64)));
  return base;
}

describe.each(levels)('packages at level %s', (level) => {
  let base: string;
  let sandbox: Supervisor;
  beforeAll(async () => {
    base = makeBundles();
    sandbox = await Supervisor.start({
      STRONGROOM_SANDBOX_LEVEL: level,
      STRONGROOM_SANDBOX_PACKAGES: base,
    });
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(base, { recursive: true });
  });

  it('can be imported by the programs of their job only', async () => {
    const code = 'import own; print(own.VALUE)';
    expect(await sandbox.run(code, { packages: ann })).toMatchObject({ stdout: 'ann\n', stderr: '' });
    expect(await sandbox.run(code, { packages: bob })).toMatchObject({ stdout: 'bob\n', stderr: '' });
    expect((await sandbox.run(code)).stderr).toContain("No module named 'own'");
  });

  it('do not replace modules of the standard library', async () => {
    const code = 'import json, importlib; importlib.reload(json); print(json.dumps([1]))';
    expect(await sandbox.run(code, { packages: ann })).toMatchObject({ stdout: '[1]\n', stderr: '' });
  });

  it('can be read but not written, and other bundles cannot even be read', async () => {
    const code = `
import os, sys
home = next(path for path in sys.path if path.endswith("${ann}"))
def tries(what, *arguments):
    try: what(*arguments)
    except OSError as error: return type(error).__name__
    return "done"
print(sorted(os.listdir(home)))
print(tries(open, home + "/own/inner.py", "a"), tries(open, home + "/new", "w"), tries(os.unlink, home + "/own/inner.py"),
      tries(os.rename, home + "/own", home + "/other"), tries(os.link, home + "/own/inner.py", "linked"),
      tries(os.listdir, os.path.dirname(home)), tries(os.listdir, os.path.dirname(home) + "/${bob}"),
      tries(os.execv, home + "/own/inner.py", ["x"]))`;
    const { stdout } = await sandbox.run(code, { packages: ann });
    const [names, ...attempts] = stdout.trim().split('\n');
    expect(names).toBe("['json', 'numpy', 'own']");
    expect(attempts.join().split(' ')).toEqual(
      attempts
        .join()
        .split(' ')
        .map(() => expect.stringMatching(/Error$/)),
    );
  });

  it('are imported ahead once a program has used them', async () => {
    const code = 'import time; t = time.monotonic(); import numpy; print((time.monotonic() - t) * 1000)';
    const first = Number((await sandbox.run(code, { packages: ann })).stdout);
    expect(first).toBeGreaterThan(300);
    await untilWarm(code);
  });

  async function untilWarm(code: string): Promise<void> {
    for (let tries = 0; tries < 40; tries++) {
      if (Number((await sandbox.run(code, { packages: ann })).stdout) < 20) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error('no slot has imported the package ahead');
  }

  it('are imported ahead as an ordinary run, without secrets', async () => {
    const code =
      'import os, numpy; print(numpy.uid == os.getuid(), "TOKEN" in numpy.names, "TOKEN" in os.environ)';
    await sandbox.run(code, { packages: ann });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { stdout } = await sandbox.run(code, { packages: ann, env: { TOKEN: 'x' } });
    expect(stdout).toBe('True False True\n');
  });

  it('affect only their own programs if they end the process on import', async () => {
    for (let time = 0; time < 3; time++) {
      expect(await sandbox.run('import numpy', { packages: deadly })).toMatchObject({ exitCode: 9 });
      expect(await sandbox.run('print(1) # numpy', { packages: deadly })).toMatchObject({ stdout: '1\n' });
      expect((await sandbox.run('print(2)')).stdout).toBe('2\n');
    }
  });

  it('leave no process if they fork on import', async () => {
    for (let time = 0; time < 3; time++) {
      const code = 'import numpy; print(1)';
      expect(await sandbox.run(code, { packages: forking })).toMatchObject({ stdout: '1\n' });
    }
  });

  it('are rejected if they are not a directory in the sandbox', async () => {
    for (const packages of ['c'.repeat(64), 'e'.repeat(64)]) {
      await expect(sandbox.run('', { packages })).rejects.toThrow('not in this sandbox');
    }
  });

  it('are ignored by JavaScript', async () => {
    const job = { packages: ann, language: 'javascript' } as const;
    expect((await sandbox.run('console.log(1)', job)).stdout).toBe('1\n');
  });
});
