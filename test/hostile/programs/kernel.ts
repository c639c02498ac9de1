import { expect } from 'vitest';
import { type Hostile, refused } from '../program.ts';

/** Names of system calls with their numbers on x86_64 and aarch64, or null if the architecture lacks the call. */
const calls: readonly (readonly [string, number | null, number | null])[] = [
  ['io_uring_setup', 425, 425],
  ['io_setup', 206, 0],
  ['userfaultfd', 323, 282],
  ['add_key', 248, 217],
  ['request_key', 249, 218],
  ['keyctl', 250, 219],
  ['bpf', 321, 280],
  ['perf_event_open', 298, 241],
  ['memfd_create', 319, 279],
  ['memfd_secret', 447, 447],
  ['execveat', 322, 281],
  ['shmget', 29, 194],
  ['semget', 64, 190],
  ['msgget', 68, 186],
  ['mq_open', 240, 180],
  ['unshare', 272, 97],
  ['setns', 308, 268],
  ['mount', 165, 40],
  ['pivot_root', 155, 41],
  ['open_tree', 428, 428],
  ['move_mount', 429, 429],
  ['fsopen', 430, 430],
  ['chroot', 161, 51],
  ['ptrace', 101, 117],
  ['process_vm_readv', 310, 270],
  ['process_vm_writev', 311, 271],
  ['process_madvise', 440, 440],
  ['pidfd_getfd', 438, 438],
  ['pidfd_send_signal', 424, 424],
  ['kcmp', 312, 272],
  ['name_to_handle_at', 303, 264],
  ['open_by_handle_at', 304, 265],
  ['fanotify_init', 300, 262],
  ['seccomp', 317, 277],
  ['landlock_create_ruleset', 444, 444],
  ['capset', 126, 91],
  ['personality', 135, 92],
  ['modify_ldt', 154, null],
  ['iopl', 172, null],
  ['init_module', 175, 105],
  ['finit_module', 313, 273],
  ['kexec_load', 246, 104],
  ['reboot', 169, 142],
  ['swapon', 167, 224],
  ['acct', 163, 89],
  ['syslog', 103, 116],
  ['quotactl', 179, 60],
  ['sethostname', 170, 161],
  ['settimeofday', 164, 170],
  ['adjtimex', 159, 171],
  ['clock_adjtime', 305, 266],
  ['mbind', 237, 235],
  ['move_pages', 279, 239],
  ['sched_setattr', 314, 274],
  ['vmsplice', 278, 75],
  ['splice', 275, 76],
];

const at = process.arch === 'arm64' ? 2 : 1;

export const kernel: readonly Hostile[] = [
  ...calls
    .filter((call) => call[at] !== null)
    .map((call) =>
      refused(`the system call ${call[0]}`, `must(libc.syscall(${call[at]}, 0, 0, 0, 0, 0, 0))`),
    ),
  ...[
    ['mount', 0x00020000],
    ['cgroup', 0x02000000],
    ['uts', 0x04000000],
    ['ipc', 0x08000000],
    ['user', 0x10000000],
    ['pid', 0x20000000],
    ['net', 0x40000000],
  ].map(([name, flag]) =>
    refused(
      `a process in its own ${name} namespace`,
      `pid = must(libc.syscall({"x86_64": 56, "aarch64": 220}[os.uname().machine], ${flag} | 17, 0, 0, 0, 0)); pid or os._exit(0)`,
    ),
  ),
  refused(
    'a process through clone3, whose flags no filter can read',
    'arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17); pid = must(libc.syscall(435, arguments, 88)); pid or os._exit(0)',
  ),
  refused('a mount', 'must(libc.mount(b"x", b"/", b"tmpfs", 0, None))'),
  refused('to push input into its terminal', 'fcntl.ioctl(0, 0x5412, b"x")'),
  refused('ambient capabilities', 'must(libc.prctl(47, 2, 12, 0, 0))'),
  {
    tries: 'the system calls of another architecture',
    code: `
import ctypes, mmap, os, platform
if platform.machine() != "x86_64": os.abort()
# mov eax, 20 (getpid of i386); int 0x80; ret
code = mmap.mmap(-1, 4096, prot=7)
code.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
address = ctypes.addressof(ctypes.c_char.from_buffer(code))
print(ctypes.CFUNCTYPE(ctypes.c_int)(address)())`,
    after: ({ stdout, signal }) => {
      expect(stdout).toBe('');
      expect(['SIGSYS', 'SIGSEGV', 'SIGABRT']).toContain(signal);
    },
  },
  {
    tries: 'the system calls of x32',
    code: `
import ctypes, os, platform
if platform.machine() != "x86_64": os.abort()
print(ctypes.CDLL(None).syscall(0x40000000 | 39))`,
    after: ({ stdout, signal }) => {
      expect(stdout).toBe('');
      expect(['SIGSYS', 'SIGABRT']).toContain(signal);
    },
  },
];
