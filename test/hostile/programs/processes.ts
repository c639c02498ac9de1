import { expect } from 'vitest';
import { gives, type Hostile, javascript, prints, refused, refusedJs, timesOut } from '../program.ts';

const short = { timeoutMs: 400 };
const forkServerPid = 'os.getppid()';

export const processes: readonly Hostile[] = [
  {
    tries: 'an endless loop',
    code: 'print("begun", flush=True)\nwhile True: pass',
    job: short,
    after: gives({ status: 'timed_out', signal: 'SIGKILL', stdout: 'begun\n' }),
  },
  {
    tries: 'an endless loop that ignores every signal',
    code: `
import signal
for number in signal.valid_signals():
    try: signal.signal(number, signal.SIG_IGN)
    except OSError: pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    try:
        while True: pass
    except BaseException: pass`,
    job: short,
    after: timesOut,
  },
  {
    tries: 'an endless regular expression inside one call of C',
    code: 'import re\nre.match("(a+)+$", "a" * 60 + "b")',
    job: short,
    after: timesOut,
  },
  {
    tries: 'a fork bomb',
    code: 'import os\nwhile True:\n    try: os.fork()\n    except OSError: pass',
    job: short,
    after: timesOut,
    beside: true,
  },
  {
    tries: 'a fork bomb whose first process has ended',
    code: 'import os\nfor _ in range(6):\n    try: os.fork()\n    except OSError: pass\nos.setsid() if os.getpid() != os.getsid(0) else None',
    after: () => {},
    beside: true,
  },
  {
    tries: 'a thread bomb',
    code: `
import threading, time
n = 0
try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        n += 1
except RuntimeError:
    print(n < 100)`,
    after: prints('True\n'),
    beside: true,
  },
  {
    tries: 'a daemon by double fork and setsid that ignores signals and closes its descriptors',
    code: `
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
print("left")`,
    after: gives({ status: 'completed', stdout: 'left\n' }),
  },
  {
    tries: 'a daemon that holds the output open',
    code: 'import os, time\nif os.fork() == 0: time.sleep(60)\nelse: print("parent")',
    after: (result) => {
      expect(result).toMatchObject({ status: 'completed', stdout: 'parent\n' });
      expect(result.durationMs).toBeLessThan(20_000);
    },
  },
  {
    tries: 'daemons that replace each other faster than they can be listed',
    code: `
import os, time
if os.fork() == 0:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if os.fork(): os._exit(0)
time.sleep(0.05)`,
    after: gives({ status: 'completed' }),
  },
  {
    tries: 'a sibling instead of a child, through CLONE_PARENT',
    code: `
import ctypes, os, platform, time
number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
if ctypes.CDLL(None).syscall(number, 0x00008000 | 17, 0, 0, 0, 0) == 0:
    time.sleep(60)
print("parent", flush=True)
os._exit(0)`,
    after: ({ stdout }) => expect(stdout).toBe('parent\n'),
  },
  {
    tries: 'to stop itself',
    code: 'import os, signal; os.kill(os.getpid(), signal.SIGSTOP)',
    job: short,
    after: timesOut,
    beside: true,
  },
  {
    tries: 'to stop itself together with a child',
    code: 'import os, signal, time\nif os.fork() == 0:\n    while True: time.sleep(1)\nos.kill(0, signal.SIGSTOP)',
    job: short,
    after: timesOut,
  },
  {
    tries: 'to kill everything it can',
    code: 'import os, signal; os.kill(-1, signal.SIGKILL)',
    after: () => {},
    beside: true,
  },
  {
    tries: 'to kill every process id',
    code: `
import os, signal
for pid in range(1, 70_000):
    if pid == os.getpid(): continue
    try: os.kill(pid, signal.SIGKILL)
    except OSError: continue
    print("killed", pid)`,
    job: { timeoutMs: 20_000 },
    after: ({ stdout }) => expect(stdout).toBe(''),
    beside: true,
  },
  refused(
    'to stop its parent',
    'os.kill(os.getppid(), signal.SIGSTOP); os.kill(os.getppid(), 0); assert os.getppid() == 1 and os.getpid() == 2; raise OSError',
  ),
  refused('to trace its parent', `must(libc.ptrace(16, ${forkServerPid}, 0, 0))`),
  refused('to be traced', 'must(libc.ptrace(0, 0, 0, 0))'),
  refused(
    "to read another's memory",
    `local = ctypes.create_string_buffer(16); vector = (ctypes.c_size_t * 2)(ctypes.addressof(local), 16); must(libc.process_vm_readv(${forkServerPid}, vector, 1, vector, 1, 0))`,
  ),
  refused(
    "to write another's memory",
    `local = ctypes.create_string_buffer(16); vector = (ctypes.c_size_t * 2)(ctypes.addressof(local), 16); must(libc.process_vm_writev(${forkServerPid}, vector, 1, vector, 1, 0))`,
  ),
  refused('a handle on another process', `os.pidfd_open(${forkServerPid})`),
  refused('the limits of another process', `resource.prlimit(${forkServerPid}, resource.RLIMIT_NOFILE)`),
  refused('a higher limit of descriptors', 'resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))'),
  refused('a higher limit of processes', 'resource.setrlimit(resource.RLIMIT_NPROC, (4096, 4096))'),
  refused('a higher limit of memory', 'resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))'),
  refused('a higher priority', 'os.nice(-1)'),
  refused('real-time scheduling', 'os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))'),
  refused('to outlive the zygote', 'must(libc.prctl(1, 0, 0, 0, 0))'),
  refused('to be dumpable', 'must(libc.prctl(4, 1, 0, 0, 0))'),
  refused('to adopt orphans', 'must(libc.prctl(36, 1, 0, 0, 0))'),
  refused('a shell', 'os.execv("/bin/sh", ["sh"])'),
  refused('a set-user-id program', 'os.execv("/usr/bin/su", ["su"])'),
  refused('a set-user-id program that mounts', 'os.execv("/usr/bin/mount", ["mount"])'),
  refused(
    'a program that it wrote itself',
    'open("p", "wb").write(open(os.path.realpath("/lib64/ld-linux-x86-64.so.2" if os.uname().machine == "x86_64" else "/lib/ld-linux-aarch64.so.1"), "rb").read()); os.chmod("p", 0o755); os.execv("p", ["p"])',
  ),
  refused('its standard input as a program', 'os.execv("/proc/self/fd/0", ["x"])'),
  refused('to become root', 'os.setuid(0)'),
  refused("to become root's group", 'os.setgid(0)'),
  refused('other groups', 'os.setgroups([0])'),
  refused('to become the user of another run', 'os.setresuid(200001, 200001, 200001)'),
  {
    tries: 'to exit immediately, with unwritten output',
    code: 'import os, sys\nsys.stdout.write("lost")\nos._exit(7)',
    after: gives({ status: 'failed', exitCode: 7, stdout: '' }),
  },
  {
    tries: 'to end with work left for atexit, finalizers and threads',
    code: `
import atexit, os, sys, threading, time
class Late:
    def __del__(self):
        try: os.fork()
        except OSError: pass
keep = Late(); keep.itself = keep
atexit.register(lambda: [time.sleep(0.01), print("late")])
atexit.register(lambda: sys.exit(9))
threading.Thread(target=lambda: time.sleep(0.05)).start()
sys.exit(3)`,
    after: gives({ exitCode: 3, stdout: 'late\n' }),
  },
  {
    tries: 'an atexit that never returns',
    code: 'import atexit\ndef forever():\n    while True: pass\natexit.register(forever)',
    job: short,
    after: timesOut,
  },
  {
    tries: 'a thread that outlives its program',
    code: 'import threading, time\nthreading.Thread(target=lambda: time.sleep(100)).start()',
    job: short,
    after: timesOut,
  },
  {
    tries: 'to act after its result was collected',
    code: `
import os, time
if os.fork() == 0:
    time.sleep(0.5); open("late", "w").write("x"); os.kill(os.getppid(), 9)
time.sleep(0.2)`,
    after: gives({ status: 'completed', files: [] }),
  },
  javascript('an endless loop', 'console.log("begun"); for (;;);', timesOut, short),
  javascript(
    'an endless chain of microtasks',
    'const f = () => Promise.resolve().then(f); await f();',
    timesOut,
    short,
  ),
  javascript(
    'to wait forever',
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
    timesOut,
    short,
  ),
  javascript(
    'to ignore its termination',
    'process.on("SIGTERM", () => {}); process.on("exit", () => { for (;;); });',
    timesOut,
    short,
  ),
  javascript(
    'a process bomb',
    `
import { spawn } from 'node:child_process';
const again = () => { try { spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { detached: true, stdio: 'ignore' }).on('error', () => {}).unref(); } catch {} setImmediate(again); };
again();`,
    ({ status }) => expect(['timed_out', 'killed', 'failed']).toContain(status),
    { timeoutMs: 1500 },
  ),
  javascript(
    'a bomb of workers',
    `
import { Worker } from 'node:worker_threads';
for (;;) { new Worker('setInterval(() => {}, 1000)', { eval: true }).on('error', () => {}); await new Promise(setImmediate); }`,
    ({ status }) => expect(['timed_out', 'killed', 'failed']).toContain(status),
    { timeoutMs: 1500 },
  ),
  javascript(
    'a daemon',
    `
import { spawn } from 'node:child_process';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'inherit' });
child.unref(); console.log('left'); process.exit(0);`,
    gives({ status: 'completed', stdout: 'left\n' }),
  ),
  javascript('to stop itself', 'process.kill(process.pid, "SIGSTOP")', timesOut, short),
  { ...javascript('to kill everything it can', 'process.kill(-1, "SIGKILL")', () => {}), beside: true },
  refusedJs('to become root', 'process.setuid(0)'),
  refusedJs('a shell', 'execFileSync("/bin/sh", ["-c", "true"])'),
  refusedJs(
    'a signal to its parent',
    'if (process.pid === 2 && process.ppid === 1) throw new Error("its own init"); process.kill(process.ppid, "SIGKILL")',
  ),
  javascript('to abort and leave a core file', 'process.abort()', (result) => {
    expect(result).toMatchObject({ status: 'failed', signal: 'SIGABRT', files: [] });
  }),
];
