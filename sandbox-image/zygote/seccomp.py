"""The system call filter: an allowlist as classic BPF (seccomp(2)), everything else answers EPERM."""

import ctypes
import errno
import struct

import kernel

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000

_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_ERRNO = 0x00050000

_LD_ABS, _RET, _JA, _JEQ, _JGE, _JSET = 0x20, 0x06, 0x05, 0x15, 0x35, 0x45
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGUMENTS = 0, 4, 16

_SECCOMP_SET_MODE_FILTER = 1

# A new process stays in the namespaces of the old one.
_NAMESPACE_FLAGS = (
    kernel.CLONE_NEWNS
    | kernel.CLONE_NEWCGROUP
    | kernel.CLONE_NEWUTS
    | kernel.CLONE_NEWIPC
    | kernel.CLONE_NEWUSER
    | kernel.CLONE_NEWPID
    | kernel.CLONE_NEWNET
)

AF_UNIX = 1
_RLIMIT_CORE = 4

# Only these values of an argument; the kernel reads each of them as a 32-bit int.
_ONLY = {
    # Asking whether a descriptor is a terminal, how much is readable, and its flags.
    "ioctl": (1, (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451), errno.ENOTTY),
    # Names: of the thread, and of anonymous memory. Nothing that changes rights, dumps or the parent's death.
    "prctl": (0, (15, 16, 0x53564D41), errno.EPERM),
    # asyncio and multiprocessing need connected pairs; there is no socket(), bind() or connect().
    "socketpair": (0, (AF_UNIX,), errno.EPERM),
    "arch_prctl": (0, (0x1002, 0x1003), errno.EINVAL),
}

# What callers take for "not supported" and do without; EPERM would make them fail.
_ANSWERS = {
    "clone3": errno.ENOSYS,  # its flags are in memory that a filter cannot read; glibc falls back to clone
    "openat2": errno.ENOSYS,
    "pidfd_open": errno.ENOSYS,
    **dict.fromkeys(("getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr"), errno.EOPNOTSUPP),
    **dict.fromkeys(("setxattr", "lsetxattr", "fsetxattr"), errno.EOPNOTSUPP),
}

ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 open openat creat close close_range
stat fstat lstat newfstatat statx lseek access faccessat faccessat2 readlink readlinkat getcwd chdir fchdir
getdents getdents64 rename renameat renameat2 mkdir mkdirat rmdir link linkat unlink unlinkat symlink symlinkat
chmod fchmod fchmodat fchmodat2 umask truncate ftruncate fallocate fsync fdatasync fadvise64 sendfile
copy_file_range utime utimes futimesat utimensat statfs fstatfs fcntl flock dup dup2 dup3 pipe pipe2
mmap mprotect munmap mremap madvise msync mincore brk membarrier
fork vfork execve exit exit_group wait4 waitid getpid gettid getppid getpgrp getpgid setpgid getsid setsid
getuid geteuid getgid getegid getresuid getresgid getgroups capget kill tkill tgkill futex futex_waitv
set_tid_address set_robust_list get_robust_list rseq getrlimit setrlimit getrusage times uname sched_yield
sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu
getpriority sysinfo restart_syscall
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause alarm
getitimer setitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete
timerfd_create timerfd_settime timerfd_gettime signalfd signalfd4 eventfd eventfd2
time gettimeofday clock_gettime clock_getres nanosleep clock_nanosleep getrandom
select pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2
sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown getsockname getpeername getsockopt setsockopt
""".split()


def program(machine=kernel.MACHINE):
    """The filter's instructions, 8 bytes each."""
    rules = {}
    for name in ALLOWED:
        rules[kernel.number(name, machine)] = [_return(_ALLOW)]
    for name, code in _ANSWERS.items():
        rules[kernel.number(name, machine)] = [_return(_ERRNO | code)]
    for name, (argument, values, code) in _ONLY.items():
        rules[kernel.number(name, machine)] = _only(argument, values, code)
    rules[kernel.number("clone", machine)] = [
        _load_argument(0),
        _instruction(_JSET, _NAMESPACE_FLAGS, 0, 1),
        _return(_ERRNO | errno.EPERM),
        _return(_ALLOW),
    ]
    # Its own limits, not those of a process that it names; the one of cores stays as it is.
    core = [_instruction(_JEQ, _RLIMIT_CORE, 0, 1), _return(_ERRNO | errno.EPERM), _return(_ALLOW)]
    own = [_load_argument(0), _instruction(_JEQ, 0, 1, 0), _return(_ERRNO | errno.EPERM)]
    rules[kernel.number("setrlimit", machine)] = [_load_argument(0), *core]
    rules[kernel.number("prlimit64", machine)] = [*own, _load_argument(1), *core]
    rules.pop(None, None)

    segments = []
    for call in range(max(rules) + 2):
        code = rules.get(call, [_return(_ERRNO | errno.EPERM)])
        if not segments or segments[-1][1] != code:
            segments.append((call, code))
    if machine == "x86_64":
        segments.append((_X32_BIT, [_return(_KILL)]))
    return b"".join(
        [
            _instruction(_LD_ABS, _OFFSET_ARCH),
            _instruction(_JEQ, _ARCHITECTURES[machine], 1, 0),
            _return(_KILL),
            _instruction(_LD_ABS, _OFFSET_NUMBER),
            *_search(segments),
        ]
    )


class Filter:
    """A program kept in the form that the kernel takes. It is installed for good, and for all descendants."""

    def __init__(self, instructions):
        self._instructions = ctypes.create_string_buffer(instructions, len(instructions))
        length = len(instructions) // 8
        self._descriptor = ctypes.create_string_buffer(
            struct.pack("@HxxxxxxP", length, ctypes.addressof(self._instructions)), 16
        )

    def install(self):
        kernel.call("seccomp", _SECCOMP_SET_MODE_FILTER, 0, self._descriptor)


def _search(segments):
    """Binary search by number: the kernel runs the filter for every call, and once per number to cache it."""
    if len(segments) == 1:
        return segments[0][1]
    middle = len(segments) // 2
    below, above = _search(segments[:middle]), _search(segments[middle:])
    return [_instruction(_JGE, segments[middle][0], 0, 1), _instruction(_JA, len(below)), *below, *above]


def _only(argument, values, code):
    """The offsets are of 8 bits; an argument has a handful of values."""
    tests = [_instruction(_JEQ, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [_load_argument(argument), *tests, _return(_ERRNO | code), _return(_ALLOW)]


def _load_argument(index):
    """The low half; both architectures are little-endian."""
    return _instruction(_LD_ABS, _OFFSET_ARGUMENTS + 8 * index)


def _return(action):
    return _instruction(_RET, action)


def _instruction(code, k, if_true=0, if_false=0):
    return struct.pack("<HBBI", code, if_true, if_false, k)
