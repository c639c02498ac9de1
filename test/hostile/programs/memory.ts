import { expect } from 'vitest';
import type { Text } from '../../sandbox-image/supervisor/supervisor.ts';
import { gives, type Hostile, isKilled, javascript, refused, refusedJs } from '../program.ts';

const outOfMemory = (result: Text) => {
  expect(result).toMatchObject({ status: 'failed', exitCode: 1 });
  expect(result.stderr).toContain('MemoryError');
};
const bounded = ({ status }: Text) => expect(['failed', 'killed']).toContain(status);

export const memory: readonly Hostile[] = [
  { tries: 'all memory', code: 'x = []\nwhile True: x.append(bytearray(1 << 24))', after: outOfMemory },
  { tries: 'more memory than exists, in one allocation', code: 'x = bytearray(1 << 44)', after: outOfMemory },
  {
    tries: 'all memory, shared among processes',
    code: 'import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        x = bytearray(200 << 20)\n        time.sleep(60)\ntime.sleep(60)',
    after: isKilled,
    beside: true,
  },
  {
    tries: 'shared memory that no limit of a process covers',
    code: 'import mmap, time\nx = [mmap.mmap(-1, 1 << 26) for _ in range(40)]\nfor m in x: m.write(b"x" * (1 << 26))\ntime.sleep(30)',
    after: isKilled,
  },
  {
    tries: 'memory through a decompression bomb',
    code: 'import zlib\nc = zlib.compressobj(9)\nparts = [c.compress(bytes(1 << 24)) for _ in range(48)] + [c.flush()]\nzlib.decompress(b"".join(parts))',
    job: { timeoutMs: 60_000 },
    after: outOfMemory,
  },
  {
    tries: 'endless recursion',
    code: 'import sys\nsys.setrecursionlimit(1 << 30)\nx = []\nfor _ in range(10**6): x = [x]\nrepr(x)',
    after: bounded,
  },
  {
    tries: 'memory in the buffers of pipes',
    code: `
import fcntl, os
held = 0
try:
    while True:
        reader, writer = os.pipe()
        fcntl.fcntl(writer, 1031, 1 << 20)
        os.set_blocking(writer, False)
        held += os.write(writer, bytes(1 << 20))
except OSError: print(held < 200 << 20)`,
    after: gives({ stdout: 'True\n' }),
  },
  {
    tries: 'memory through its standard input',
    code: `
import os
for flags in (os.O_RDWR, os.O_WRONLY):
    try: os.ftruncate(os.open("/dev/stdin", flags), 1 << 30); print("grown")
    except OSError: pass
for attempt in (lambda: os.ftruncate(0, 1 << 30), lambda: os.write(0, b"x" * 100), lambda: os.fchmod(0, 0o777)):
    try: attempt(); print("changed")
    except OSError: pass`,
    after: ({ stdout }) => expect(stdout === '' || stdout === 'changed\n').toBe(true),
  },
  refused('memory that is a file', 'os.memfd_create("x")'),
  refused('memory that is locked', 'must(libc.mlockall(3))'),
  refused('memory that is hidden from the kernel', 'must(libc.syscall(447, 0))'),
  refused('memory in /dev/shm', 'open("/dev/shm/strongroom-left", "w")'),
  refused('the memory pages of others through its page map', 'open("/proc/self/pagemap", "rb")'),
  javascript(
    'all memory of the heap',
    'const x = []; for (;;) x.push(new Array(1000).fill(Math.random()));',
    (result) => {
      expect(['SIGABRT', 'SIGKILL', 'SIGTRAP']).toContain(result.signal);
    },
    { timeoutMs: 60_000 },
  ),
  javascript(
    'all memory outside the heap',
    'const x = []; for (;;) x.push(Buffer.alloc(1 << 24, 1));',
    bounded,
    { timeoutMs: 60_000 },
  ),
  javascript(
    'all memory of WebAssembly',
    'const m = []; for (;;) { const w = new WebAssembly.Memory({ initial: 1024 }); new Uint8Array(w.buffer).fill(1); m.push(w); }',
    bounded,
    { timeoutMs: 60_000 },
  ),
  refusedJs('memory in /dev/shm', 'fs.writeFileSync("/dev/shm/strongroom-left", "x")'),
];
