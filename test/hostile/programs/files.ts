import { expect } from 'vitest';
import type { Text } from '../../sandbox-image/supervisor/supervisor.ts';
import { gives, type Hostile, isKilled, javascript, prints, refused, refusedJs } from '../program.ts';

const returnsNothing = gives({ files: [], omittedFiles: 1 });
const leaksNoUsers = ({ files }: Text) => {
  for (const { content } of files) expect(Buffer.from(content).toString()).not.toContain('root:');
};

export const files: readonly Hostile[] = [
  {
    tries: 'all of the disk, in files',
    code: 'import time\nn = 0\nwhile True:\n    n += 1\n    open(f"f{n}", "wb").write(b"x" * (1 << 20))\n    time.sleep(0.002)',
    after: isKilled,
  },
  {
    tries: 'all of the disk, in files without names',
    code: `
import os, time
held = []
while True:
    f = open("f", "wb", buffering=0); f.write(b"x" * (1 << 20)); os.unlink("f"); held.append(f)
    time.sleep(0.01)`,
    after: isKilled,
  },
  {
    tries: 'all of the disk, in maps of files without names or descriptors',
    code: `
import ctypes, os, time
libc = ctypes.CDLL(None); libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
while True:
    f = open("f", "w+b"); f.truncate(1 << 20)
    at = libc.mmap(None, 1 << 20, 3, 1, f.fileno(), 0); ctypes.memset(at, 120, 1 << 20); os.unlink("f"); f.close()
    time.sleep(0.01)`,
    after: isKilled,
  },
  {
    tries: 'all of the disk, in its temporary directory',
    code: 'import os, time\nn = 0\nwhile True:\n    n += 1\n    open(os.environ["TMPDIR"] + f"/f{n}", "wb").write(b"x" * (1 << 20))\n    time.sleep(0.002)',
    after: isKilled,
  },
  {
    tries: 'a flood of small files',
    code: 'n = 0\nwhile True:\n    n += 1\n    open(f"f{n}", "w").close()',
    job: { timeoutMs: 60_000 },
    after: isKilled,
  },
  {
    tries: 'one file over the size limit',
    code: 'import os\ntry: open("f", "wb").truncate(1 << 40)\nexcept OSError as error: print(error.errno)',
    after: gives({ stdout: '27\n' }),
  },
  {
    tries: 'endless output',
    code: 'while True: print("y" * 1000)',
    job: { timeoutMs: 500 },
    after: gives({ status: 'timed_out', truncated: { stdout: true, stderr: false } }),
  },
  {
    tries: 'more output than is kept, and then to continue',
    code: 'import sys\nfor _ in range(40): sys.stdout.write("x" * 65536)\nprint("end", file=sys.stderr)',
    after: (result) => {
      expect(result).toMatchObject({ status: 'completed', stderr: 'end\n', truncated: { stdout: true } });
      expect(result.stdout).toBe('x'.repeat(256 * 1024));
    },
  },
  {
    tries: 'to write to a closed standard output',
    code: 'import os, sys\nos.close(1)\nprint("x")\nsys.stdout.flush()',
    after: ({ status, stdout }) => expect([status, stdout]).toEqual(['failed', '']),
  },
  {
    tries: 'to close all its descriptors',
    code: 'import os\nos.closerange(0, 65536)\nopen("f", "w").write("x")\nprint("x")',
    after: ({ files }) => expect(files.map(({ path }) => path)).toEqual(['f']),
  },
  {
    tries: 'a directory that is too deep for a path',
    code: 'import os\nfor _ in range(1500):\n    os.mkdir("d" * 100); os.chdir("d" * 100)\nopen("f", "w")',
    after: gives({ status: 'completed', files: [], omittedFiles: 1 }),
  },
  {
    tries: 'to return a symbolic link to a file of the host',
    code: 'import os; os.symlink("/etc/passwd", "x")',
    after: returnsNothing,
  },
  {
    tries: 'to return a symbolic link to a file that only root can read',
    code: 'import os; os.symlink("/etc/shadow", "x")',
    after: returnsNothing,
  },
  {
    tries: 'to return a file through a linked directory',
    code: 'import os; os.symlink("/etc", "x"); os.symlink("/proc/self/fd", "y"); os.unlink("y")',
    after: returnsNothing,
  },
  {
    tries: 'to return a loop of directories',
    code: 'import os; os.makedirs("a/b"); os.symlink("../..", "a/b/c")',
    after: returnsNothing,
  },
  refused('a hard link to a file of the host', 'os.link(os.__file__, "x")'),
  refused('a hard link to a file of its interpreter', 'os.link("/usr/lib/os-release", "x")'),
  {
    tries: 'to return a file with a hard link in another directory',
    code: 'import os; t = os.environ["TMPDIR"] + "/t"; open(t, "w").write("x"); os.link(t, "x")',
    after: returnsNothing,
  },
  refused('a FIFO', 'os.mkfifo("fifo")'),
  refused('a character device', 'os.mknod("null", 0o20666, os.makedev(1, 3))'),
  refused('a block device', 'os.mknod("disk", 0o60666, os.makedev(8, 0))'),
  refused('a socket with a name', 'socket.socket(socket.AF_UNIX).bind("s")'),
  {
    tries: 'to swap a file for a link while it is collected',
    code: `
import os, time
open("a", "w").write("own")
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            os.symlink("/etc/passwd", "b"); os.rename("b", "a")
            open("b", "w").write("own"); os.rename("b", "a")
        except OSError: pass
time.sleep(0.1)`,
    after: (result) => {
      expect(result.status).toBe('completed');
      leaksNoUsers(result);
    },
  },
  {
    tries: 'to swap a directory for a link while it is collected',
    code: `
import os, time
os.mkdir("d"); open("d/passwd", "w").write("own")
if os.fork() == 0:
    os.setsid()
    while True:
        try:
            os.rename("d", "e"); os.symlink("/etc", "d"); os.unlink("d"); os.rename("e", "d")
        except OSError: pass
time.sleep(0.1)`,
    after: leaksNoUsers,
  },
  {
    tries: 'to prevent the removal of its files',
    code: `
import os
os.makedirs("a/b/c"); open("a/b/c/f", "w").write("x")
for path in ("a/b/c/f", "a/b/c", "a/b", "a"): os.chmod(path, 0)
try: os.chmod(".", 0)
except OSError: pass`,
    after: ({ files, omittedFiles }) => {
      expect(files).toEqual([]);
      expect(omittedFiles).toBeGreaterThan(0);
    },
  },
  {
    tries: 'to leave names that are not text',
    code: 'for name in (b"\\xff", b"a\\nb", b"..\\\\x", b"\\x1b[2J"): open(name, "w").write("x")',
    after: gives({ files: [], omittedFiles: 4 }),
  },
  {
    tries: 'to leave a set-user-id program',
    code: 'import os; open("x", "w").write("x"); os.chmod("x", 0o6777)',
    after: gives({ status: 'completed' }),
  },
  {
    tries: 'to leave a core file',
    code: 'import resource, os\ntry: resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))\nexcept (OSError, ValueError): pass\nos.abort()',
    after: gives({ status: 'failed', signal: 'SIGABRT', files: [], omittedFiles: 0 }),
  },
  refused('its own limit for core files', 'resource.setrlimit(resource.RLIMIT_CORE, (0, 0))'),
  refused('to move its directory away', 'os.rename(os.getcwd(), os.environ["TMPDIR"] + "/x")'),
  refused('to remove its directory', 'os.rmdir(os.getcwd())'),
  refused('to see the directories of other runs', 'os.listdir("../..")'),
  refused('to read the directory above', 'os.listdir("..")'),
  refused('its own root directory', 'os.chroot(".")'),
  refused('the root of the host through /proc', 'os.listdir("/proc/1/root")'),
  refused('its own root through /proc', 'os.listdir("/proc/self/root/etc")'),
  refused('the root of the host', 'os.listdir("/")'),
  refused('the users of the host', 'open("/etc/passwd")'),
  refused('the passwords of the host', 'open("/etc/shadow")'),
  refused('the home of root', 'os.listdir("/root")'),
  refused('the system files of the kernel', 'os.listdir("/sys")'),
  refused('the temporary files of the host', 'os.listdir("/tmp")'),
  refused('a file among the temporary files of the host', 'open("/tmp/strongroom-left", "w")'),
  refused('a file in /var/tmp', 'open("/var/tmp/strongroom-left", "w")'),
  refused('to change its interpreter', 'open(os.__file__, "a")'),
  refused(
    'a module in the folder of its interpreter',
    'open(os.path.dirname(os.__file__) + "/strongroom_left.py", "w")',
  ),
  refused('a device', 'open("/dev/mem", "rb")'),
  refused('a terminal', 'open("/dev/tty", "rb")'),
  refused('extended attributes', 'open("x", "w"); os.setxattr("x", "user.left", b"x")'),
  javascript(
    'a flood of files',
    'import fs from "node:fs"; for (let n = 0; ; n++) fs.writeFileSync("f" + n, "");',
    isKilled,
    { timeoutMs: 60_000 },
  ),
  javascript('to return a link', 'require("node:fs").symlinkSync("/etc/passwd", "x")', returnsNothing),
  javascript(
    'endless output',
    'for (;;) console.log("y".repeat(1000));',
    gives({ status: 'timed_out', truncated: { stdout: true, stderr: false } }),
    { timeoutMs: 700 },
  ),
  javascript('to report on itself', 'process.report.writeReport("r.json"); process.exit(0)', ({ files }) => {
    for (const { content } of files) expect(Buffer.from(content).toString()).not.toMatch(/STRONGROOM|AWS_/);
  }),
  refusedJs('the users of the host', 'fs.readFileSync("/etc/passwd")'),
  refusedJs('its own process in /proc', 'fs.readFileSync("/proc/self/environ")'),
  refusedJs('the root of the host through its descriptors', 'fs.readdirSync("/proc/self/root")'),
  refusedJs('a file in /tmp', 'fs.writeFileSync("/tmp/strongroom-left", "x")'),
  refusedJs('to change its own executable', 'fs.writeFileSync(process.execPath, "x")'),
  javascript(
    'more than its three descriptors',
    `
const fs = require('node:fs');
const odd = [];
for (let at = 3; at < 1024; at++) try { const s = fs.fstatSync(at); if (s.isFile() || s.isSocket() || s.isDirectory() || s.isBlockDevice()) odd.push(at); } catch {}
console.log(odd.length);`,
    prints('0\n'),
  ),
];
