import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { native } from '../../../crypto/providers/native.ts';
import { generatePrivateKey, seal } from '../../../crypto/zk/sealed-box.ts';
import { SandboxLost } from '../../../sandbox-image/protocol/job.ts';
import { runAad } from '../../../sandbox-image/protocol/wire.ts';
import { isRoot, levels, Supervisor } from './supervisor.ts';

/** An ordinary user. */
const unprivilegedUid = 65_534;
const started: Supervisor[] = [];
async function start(env: NodeJS.ProcessEnv = {}, uid?: number): Promise<Supervisor> {
  const sandbox = await Supervisor.start(env, uid);
  started.push(sandbox);
  return sandbox;
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((sandbox) => sandbox.stop()));
});

/** Returns the pids of the direct children of a process. */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

function zygoteOf(sandbox: Supervisor): number {
  const [pid] = childrenOf(sandbox.process.pid ?? 0);
  if (pid === undefined) throw new Error('no zygote');
  return pid;
}

/** Whether a process runs. A zombie does not. */
function running(pid: number | string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether a process with this name runs. */
function alive(name: string): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name && running(pid);
    } catch {
      return false;
    }
  });
}

async function gone(what: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200 && what(); tries++) await sleep(25);
  return !what();
}

function post(
  listen: string,
  path: string,
  body: Uint8Array,
  type = 'application/octet-stream',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: listen.slice('unix:'.length), path, method: 'POST', headers: { 'content-type': type } },
      (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const lingering = (name: string) => `
import ctypes, os, time
ctypes.CDLL(None).prctl(15, b"${name}", 0, 0, 0)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(100)
    os._exit(0)
print(os.getcwd(), flush=True)
time.sleep(100)`;

describe.each(levels)('the supervisor at level %s', (level) => {
  it('stops a run on request', async () => {
    const sandbox = await start({ STRONGROOM_SANDBOX_LEVEL: level });
    const running = sandbox.run('import time\nwhile True: time.sleep(1)', { executionId: 'stopped' });
    await sleep(150);
    await sandbox.client.stop('stopped');
    expect(await running).toMatchObject({ status: 'killed', exitCode: null, signal: 'SIGKILL' });
    await sandbox.client.stop('never-was');
  });

  it('replaces a zygote that died, and kills its runs', async () => {
    const sandbox = await start({ STRONGROOM_SANDBOX_LEVEL: level });
    const name = `sr-orphan-${level.slice(0, 4)}`;
    const run = sandbox.run(lingering(name)).catch((error: unknown) => error);
    await gone(() => !alive(name));
    process.kill(zygoteOf(sandbox), 'SIGKILL');
    expect(await run).toBeInstanceOf(SandboxLost);
    expect((await sandbox.run('print(1)')).stdout).toBe('1\n');
    expect(await gone(() => alive(name))).toBe(true);
  });

  it.each(['SIGTERM', 'end of stdin', 'SIGKILL'] as const)('ends its runs when it ends: %s', async (how) => {
    const sandbox = await start({ STRONGROOM_SANDBOX_LEVEL: level });
    const name = `sr-end-${how.replaceAll(' ', '').slice(-6)}`;
    const run = sandbox.run(lingering(name)).catch((error: unknown) => error);
    await gone(() => !alive(name));
    const zygote = zygoteOf(sandbox);
    if (how === 'end of stdin') sandbox.process.stdin?.end();
    else sandbox.process.kill(how);
    const result = await run;
    if (how === 'SIGKILL') expect(result).toBeInstanceOf(SandboxLost);
    else expect(result).toMatchObject({ status: 'killed', signal: 'SIGKILL' });
    expect(await gone(() => alive(name) || running(zygote))).toBe(true);
  });
});

describe('the supervisor', () => {
  it('removes its directory when it ends', async () => {
    const temporary = mkdtempSync('/tmp/strongroom-test-tmp-');
    execFileSync('chmod', ['711', temporary]);
    const sandbox = await start({ TMPDIR: temporary });
    const { stdout } = await sandbox.run('import os; open("left", "w").write("x"); print(os.getcwd())');
    expect(stdout.startsWith(temporary)).toBe(true);
    await sandbox.stop();
    expect(readdirSync(temporary)).toEqual([]);
    rmSync(temporary, { recursive: true });
  });

  it('accepts only jobs that are sealed to its key', async () => {
    const { ready } = await start();
    const foreign = seal(native, generatePrivateKey(native).publicKey, new Uint8Array(10), runAad).box;
    expect(await post(ready.listen, '/run', foreign)).toBe(400);
    expect(await post(ready.listen, '/run', new Uint8Array(3))).toBe(400);
    expect(await post(ready.listen, '/run', new Uint8Array(3), 'text/plain')).toBe(415);
    const malformed = seal(native, Buffer.from(ready.publicKeyB64, 'base64'), new Uint8Array(10), runAad).box;
    expect(await post(ready.listen, '/run', malformed)).toBe(400);
    expect(await post(ready.listen, '/stop/unknown', new Uint8Array())).toBe(404);
    expect(await post(ready.listen, '/elsewhere', new Uint8Array())).toBe(404);
  });

  it('rejects a job over the limit and continues', async () => {
    const sandbox = await start();
    const large = new Uint8Array(17 * 1024 * 1024);
    const status = await post(sandbox.ready.listen, '/run', large).catch(() => 413);
    expect(status).toBe(413);
    expect((await sandbox.run('print(1)')).stdout).toBe('1\n');
  });

  it('refuses to run without the floor, and says what would help', async () => {
    await expect(start({ STRONGROOM_SANDBOX_LANDLOCK_ABI: '1' })).rejects.toThrow(
      /Landlock ABI 2 .*Linux 5\.19/,
    );
    await expect(start({ STRONGROOM_PYTHON: '/nonexistent/python3' })).rejects.toThrow(/STRONGROOM_PYTHON/);
    await expect(start({ STRONGROOM_SANDBOX_LEVEL: 'best' })).rejects.toThrow(/STRONGROOM_SANDBOX_LEVEL/);
  });

  it('runs with the Landlock version of Fargate', async () => {
    const sandbox = await start({ STRONGROOM_SANDBOX_LANDLOCK_ABI: '2' });
    expect(sandbox.ready.isolation.landlock).toBe(2);
    expect((await sandbox.run('open("/etc/passwd")')).stderr).toContain('PermissionError');
  });

  it.runIf(isRoot)('runs as an ordinary user with user and pid namespaces', async () => {
    const sandbox = await start({}, unprivilegedUid);
    expect(sandbox.ready.isolation).toMatchObject({ level: 'namespaces', uid: 'user-namespace' });
    expect(sandbox.ready.isolation.namespaces).toContain('user');
    const code =
      'import os\nprint(os.getpid(), os.getuid())\ntry: open("/etc/passwd")\nexcept OSError as e: print(e.errno)';
    expect((await sandbox.run(code)).stdout).toBe(`2 ${unprivilegedUid}\n13\n`);
    expect(await sandbox.run('import time; time.sleep(60)', { timeoutMs: 200 })).toMatchObject({
      status: 'timed_out',
    });
    const bomb = 'import os\nwhile True:\n    try: os.fork()\n    except OSError: pass';
    const [bombed, beside] = await Promise.all([
      sandbox.run(bomb, { timeoutMs: 500 }),
      sandbox.run('import os, time\ntime.sleep(0.3)\nif os.fork() == 0: os._exit(0)\nprint(os.wait()[1])'),
    ]);
    expect(bombed.status).toBe('timed_out');
    expect(beside.stdout).toBe('0\n');
    const deep = await sandbox.run(
      'import os\nos.makedirs("a/b"); os.chmod("a/b", 0); os.chmod("a", 0); print(os.getcwd())',
    );
    expect(existsSync(deep.stdout.trim())).toBe(false);
    const written = await sandbox.run(
      'require("node:fs").writeFileSync("f", "x"); console.log(process.pid, process.getuid())',
      { language: 'javascript' },
    );
    expect(written).toMatchObject({ stdout: `2 ${unprivilegedUid}\n`, omittedFiles: 0 });
    expect(written.files).toEqual([{ path: 'f', content: Buffer.from('x') }]);
  });
});

describe('the system call filter', () => {
  const zygote = fileURLToPath(new URL('../../../sandbox-image/zygote', import.meta.url));

  /** Evaluates the filter as the kernel does (classic BPF), for calls given as [name or number, argument]. */
  function verdicts(
    machine: string,
    calls: readonly (readonly [string | number, number?])[],
  ): Promise<string[]> {
    const code = `
import json, struct, sys
sys.path.insert(0, sys.argv[1])
import seccomp, kernel
machine, calls = sys.argv[2], json.loads(sys.argv[3])
program = seccomp.program(machine)
instructions = [struct.unpack_from("<HBBI", program, at) for at in range(0, len(program), 8)]
def verdict(number, argument, arch):
    data = struct.pack("<IIQ6Q", number, arch, 0, *[argument] * 6)
    at = accumulator = 0
    while True:
        code, jt, jf, k = instructions[at]
        at += 1
        if code == 0x20: accumulator = struct.unpack_from("<I", data, k)[0]
        elif code == 0x06: return k
        elif code == 0x05: at += k
        else:
            test = {0x15: accumulator == k, 0x35: accumulator >= k, 0x45: bool(accumulator & k)}[code]
            at += jt if test else jf
names = {0x7fff0000: "allow", 0x80000000: "kill"}
arch = {"x86_64": 0xc000003e, "aarch64": 0xc00000b7}
out = []
for call, argument in calls:
    target = arch[machine] if call != "foreign" else 0x40000003
    number = 1 if call == "foreign" else call if isinstance(call, int) else kernel.number(call, machine)
    k = verdict(number, argument or 0, target)
    out.append(names.get(k, f"errno {k & 0xffff}"))
print(json.dumps(out))`;
    const input = JSON.stringify(calls.map(([call, argument]) => [call, argument ?? 0]));
    return new Promise((resolve, reject) => {
      const child = spawn('python3', ['-I', '-B', '-c', code, zygote, machine, input]);
      let output = '';
      let complaint = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        complaint += chunk;
      });
      child.on('close', (status) =>
        status === 0 ? resolve(JSON.parse(output)) : reject(new Error(complaint)),
      );
    });
  }

  it.each(['x86_64', 'aarch64'])('allows only what a program needs on %s', async (machine) => {
    const cases: [string | number, number | undefined, string][] = [
      ['read', 0, 'allow'],
      ['openat', 0, 'allow'],
      ['execve', 0, 'allow'],
      ['exit_group', 0, 'allow'],
      ['clone', 17, 'allow'],
      ['clone', 0x10000000 | 17, 'errno 1'],
      ['clone', 0x20000000, 'errno 1'],
      ['clone3', 0, 'errno 38'],
      ['socketpair', 1, 'allow'],
      ['socketpair', 2, 'errno 1'],
      ['ioctl', 0x5401, 'allow'],
      ['ioctl', 0x5412, 'errno 25'],
      ['prctl', 15, 'allow'],
      ['prctl', 4, 'errno 1'],
      ['prlimit64', 0, 'allow'],
      ['prlimit64', 1, 'errno 1'],
      ['setrlimit', 7, 'allow'],
      ['setrlimit', 4, 'errno 1'],
      ['getxattr', 0, 'errno 95'],
      ['unshare', 0, 'errno 1'],
      ['setns', 0, 'errno 1'],
      ['mount', 0, 'errno 1'],
      ['memfd_create', 0, 'errno 1'],
      ['seccomp', 0, 'errno 1'],
      // io_uring_setup, and a number far beyond the table
      [425, 0, 'errno 1'],
      [5000, 0, 'errno 1'],
      ['foreign', 0, 'kill'],
      [0x40000001, 0, machine === 'x86_64' ? 'kill' : 'errno 1'],
    ];
    const found = await verdicts(
      machine,
      cases.map(([call, argument]) => [call, argument ?? 0]),
    );
    expect(cases.map(([call, argument], at) => [call, argument, found[at]])).toEqual(cases);
  });

  it('denies the system calls that have broken sandboxes before', async () => {
    // Numbers on x86_64: socket connect accept bind listen ptrace process_vm_readv process_vm_writev io_uring_setup
    // userfaultfd keyctl add_key bpf perf_event_open shmget semget msgget mq_open kexec_load personality setuid
    // chroot pivot_root init_module open_by_handle_at name_to_handle_at execveat mknod vmsplice kcmp pidfd_getfd
    const numbers = [
      41, 42, 43, 49, 50, 101, 310, 311, 425, 323, 250, 248, 321, 298, 29, 64, 68, 240, 246, 135, 105, 161,
      155, 175, 304, 303, 322, 133, 278, 312, 438,
    ];
    expect(
      await verdicts(
        'x86_64',
        numbers.map((number) => [number]),
      ),
    ).toEqual(numbers.map(() => 'errno 1'));
  });
});
