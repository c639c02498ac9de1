import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levels, Supervisor } from './supervisor.ts';

/** Pids of processes that run the interpreter of a run and whose command line or name holds `marker`. */
function processesNamed(marker: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === marker;
    } catch {
      return false;
    }
  });
}

/** Python that gives the process a name that the host can look for. */
const named = (name: string) => `import ctypes; ctypes.CDLL(None).prctl(15, b"${name}", 0, 0, 0)\n`;

/** Python that prints the error of an attempt, or that there was none. */
const attempt = (statement: string) =>
  `import os, socket, ctypes, mmap, signal\ntry:\n    ${statement}\n    print("done")\nexcept BaseException as error:\n    print(type(error).__name__)\n`;

describe.each(levels)('containment at level %s', (level) => {
  let sandbox: Supervisor;
  beforeAll(async () => {
    sandbox = await Supervisor.start({ STRONGROOM_SANDBOX_LEVEL: level, STRONGROOM_SANDBOX_DISK_MB: '8' });
  });
  afterAll(() => sandbox.stop());
  const stillWorks = async () => expect((await sandbox.run('print("next")')).stdout).toBe('next\n');

  it('ends an endless loop at its deadline', async () => {
    const result = await sandbox.run('print("begun", flush=True)\nwhile True: pass', { timeoutMs: 300 });
    expect(result).toMatchObject({
      status: 'timed_out',
      exitCode: null,
      signal: 'SIGKILL',
      stdout: 'begun\n',
    });
    await stillWorks();
  });

  it('cuts endless output and lets the program go on', async () => {
    const code =
      'import sys\nfor _ in range(40): sys.stdout.write("x" * 65536)\nprint("end", file=sys.stderr)';
    const result = await sandbox.run(code);
    expect(result).toMatchObject({
      status: 'completed',
      truncated: { stdout: true, stderr: false },
      stderr: 'end\n',
    });
    expect(result.stdout).toBe('x'.repeat(256 * 1024));
    const endless = await sandbox.run('while True: print("y" * 1000)', { timeoutMs: 500 });
    expect(endless).toMatchObject({ status: 'timed_out', truncated: { stdout: true } });
  });

  it('stops a memory eater, alone or in a group', async () => {
    const alone = await sandbox.run('x = []\nwhile True: x.append(bytearray(1 << 24))');
    expect(alone).toMatchObject({ status: 'failed', exitCode: 1 });
    expect(alone.stderr).toContain('MemoryError');
    const group = await sandbox.run(
      'import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        x = bytearray(200 << 20)\n        time.sleep(60)\ntime.sleep(60)',
    );
    expect(group).toMatchObject({ status: 'killed', signal: 'SIGKILL' });
    await stillWorks();
  });

  it('stops shared memory that no process limit counts', async () => {
    const code =
      'import mmap\nx = [mmap.mmap(-1, 1 << 26) for _ in range(40)]\nfor m in x: m.write(b"x" * (1 << 26))\nimport time; time.sleep(5)';
    expect(await sandbox.run(code)).toMatchObject({ status: 'killed' });
  });

  it('stops a disk eater', async () => {
    const code =
      'n = 0\nimport time\nwhile True:\n    n += 1\n    open(f"f{n}", "wb").write(b"x" * (1 << 20))\n    time.sleep(0.002)';
    expect(await sandbox.run(code)).toMatchObject({ status: 'killed', signal: 'SIGKILL' });
    await stillWorks();
  });

  it('bounds a fork bomb and a thread bomb', async () => {
    const forks = `${named('sr-forkbomb')}import os\nwhile True:\n    try: os.fork()\n    except OSError: pass`;
    expect(await sandbox.run(forks, { timeoutMs: 500 })).toMatchObject({ status: 'timed_out' });
    expect(processesNamed('sr-forkbomb')).toEqual([]);
    const threads = `
import threading, time
n = 0
try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        n += 1
except RuntimeError:
    print(n < 100)`;
    expect((await sandbox.run(threads)).stdout).toBe('True\n');
    await stillWorks();
  });

  it('leaves no daemon', async () => {
    const daemon = `
${named('sr-daemon')}
import os, signal, time
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except OSError: pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for descriptor in range(3): os.close(descriptor)
        time.sleep(60)
    os._exit(0)
time.sleep(0.1)
print("left")`;
    const result = await sandbox.run(daemon);
    expect(result).toMatchObject({ status: 'completed', stdout: 'left\n' });
    expect(processesNamed('sr-daemon')).toEqual([]);
  });

  it('does not wait for a daemon that holds the output', async () => {
    const result = await sandbox.run(
      'import os, time\nif os.fork() == 0: time.sleep(60)\nelse: print("parent")',
    );
    expect(result).toMatchObject({ status: 'completed', stdout: 'parent\n' });
    expect(result.durationMs).toBeLessThan(30_000);
  });

  it.each([
    ['a TCP socket', 'socket.socket(socket.AF_INET, socket.SOCK_STREAM)'],
    ['a UDP socket', 'socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)'],
    ['a unix socket', 'socket.socket(socket.AF_UNIX)'],
    ['a netlink socket', 'socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)'],
    ['a vsock socket', 'socket.socket(40, socket.SOCK_STREAM)'],
    ['/etc/passwd', 'open("/etc/passwd")'],
    ['/proc/self', 'open("/proc/self/status")'],
    ['/proc of others', 'open("/proc/1/cmdline")'],
    ['the list of processes', 'os.listdir("/proc")'],
    ['the directories of runs', 'os.listdir("../..")'],
    ['/sys', 'os.listdir("/sys")'],
    ['/tmp', 'open("/tmp/strongroom-left", "w")'],
    ['/dev/shm', 'open("/dev/shm/strongroom-left", "w")'],
    ['a shell', 'os.execv("/bin/sh", ["sh"])'],
    ['memfd_create', 'os.memfd_create("x")'],
    [
      'its own directory as a program',
      'open("p", "wb").write(open(os.__file__, "rb").read()); os.chmod("p", 0o755); os.execv("p", ["p"])',
    ],
    ['standard input as a program', 'os.execv("/proc/self/fd/0", ["x"])'],
    ['becoming root', 'os.setuid(0)'],
    ['a FIFO', 'os.mkfifo("fifo")'],
    [
      'a signal to init',
      'os.kill(os.getppid(), signal.SIGSTOP); os.kill(os.getppid(), 0); assert os.getppid() == 1 and os.getpid() == 2; raise OSError',
    ],
    ['a mount', 'r = ctypes.CDLL(None, use_errno=True).mount(b"x", b"/", b"tmpfs", 0, None); assert r == 0'],
    ['unshare', 'r = ctypes.CDLL(None).unshare(0x10000000); assert r == 0'],
    ['ptrace', 'r = ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0); assert r == 0'],
    ['System V shared memory', 'r = ctypes.CDLL(None).shmget(0, 4096, 0o1600); assert r >= 0'],
    ['being dumpable', 'r = ctypes.CDLL(None).prctl(4, 1, 0, 0, 0); assert r == 0'],
    ['outliving the zygote', 'r = ctypes.CDLL(None).prctl(1, 0, 0, 0, 0); assert r == 0'],
    ['the limits of another', 'import resource; resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)'],
  ])('refuses %s', async (_, statement) => {
    const { stdout } = await sandbox.run(attempt(statement));
    expect(stdout).toMatch(/Error\n$/);
  });

  it('has only its three descriptors', async () => {
    const code = `
import os
def is_open(descriptor):
    try: os.fstat(descriptor)
    except OSError: return False
    return True
print([d for d in range(4096) if is_open(d)])`;
    expect((await sandbox.run(code)).stdout).toBe('[0, 1, 2]\n');
  });

  it('is an unprivileged user without groups', async () => {
    const { stdout } = await sandbox.run(
      'import os\nprint(os.getuid() != 0, os.getresuid() == (os.getuid(),) * 3, [g for g in os.getgroups() if g != os.getgid()])',
    );
    expect(stdout).toBe('True True []\n');
  });

  it('gives the next run a clean place', async () => {
    const leave = `
import os, sys, json
os.makedirs("a/b/c"); open("a/b/c/file", "w").write("x"); os.symlink("/etc", "a/link"); os.chmod("a/b", 0)
open(os.path.join(os.environ["TMPDIR"], "t"), "w").write("x")
json.dumps = lambda *_: "poisoned"; sys.modules["math"] = None; os.environ["LEFT"] = "1"
sys.stdout.write("unflushed"); print(os.getcwd(), end="")`;
    const first = await sandbox.run(leave);
    const directory = first.stdout.replace('unflushed', '');
    expect(existsSync(directory)).toBe(false);
    const look =
      'import os, json, math\nprint(os.listdir("."), os.listdir(os.environ["TMPDIR"]), json.dumps(1), "LEFT" in os.environ)';
    expect((await sandbox.run(look)).stdout).toBe('[] [] 1 False\n');
  });

  it('wipes a directory that is too deep for a path', async () => {
    const code =
      'import os\nprint(os.getcwd(), flush=True)\nfor _ in range(1500):\n    os.mkdir("d" * 100); os.chdir("d" * 100)';
    const { stdout, status } = await sandbox.run(code);
    expect(status).toBe('completed');
    expect(existsSync(stdout.trim())).toBe(false);
    await stillWorks();
  });

  it('does not let a program become a second zygote', async () => {
    const code = `
import gc, sys, types
for thing in gc.get_objects():
    if isinstance(thing, types.FunctionType) and thing.__name__ == "_serve": print("found")
frame = sys._getframe()
while frame.f_back: frame = frame.f_back
raise BaseException`;
    expect(await sandbox.run(code)).toMatchObject({ status: 'failed', exitCode: 1 });
    await stillWorks();
  });

  it('stops a run on request, and one that waits', async () => {
    const running = sandbox.run('import time\nwhile True: time.sleep(1)', { executionId: `stop-${level}` });
    await sleep(150);
    await sandbox.client.stop(`stop-${level}`);
    expect(await running).toMatchObject({ status: 'killed', exitCode: null, signal: 'SIGKILL' });
    await sandbox.client.stop('never-was');
  });

  it('keeps a run alone even when it stops itself', async () => {
    const stopped = sandbox.run('import os, signal; os.kill(os.getpid(), signal.SIGSTOP)', {
      timeoutMs: 400,
    });
    await stillWorks();
    expect(await stopped).toMatchObject({ status: 'timed_out' });
  });
});
