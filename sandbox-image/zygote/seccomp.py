"""The system call filter: an allowlist in classic BPF (seccomp(2)). All other calls fail with EPERM."""

from __future__ import annotations

import ctypes
import errno
import struct

import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Code = list[bytes]
    Segment = tuple[int, Code]
    """A system call number, and the code for it and all following numbers up to the next segment."""

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000

_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_ERRNO = 0x00050000

_LD_ABS, _RET, _JA, _JEQ, _JGE, _JSET = 0x20, 0x06, 0x05, 0x15, 0x35, 0x45
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGUMENTS = 0, 4, 16

_SECCOMP_SET_MODE_FILTER = 1

# A new process must stay in the namespaces of its parent.
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

# Calls that are allowed only with these values of one argument. The kernel reads each of them as a 32-bit int.
_ONLY = {
    # Query whether a descriptor is a terminal and how much is readable; set its flags.
    "ioctl": (1, (0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451), errno.ENOTTY),
    # Names of threads and of anonymous memory. Nothing that changes rights, dumpability or the parent-death signal.
    "prctl": (0, (15, 16, 0x53564D41), errno.EPERM),
    # asyncio and multiprocessing need connected pairs. socket(), bind() and connect() stay forbidden.
    "socketpair": (0, (AF_UNIX,), errno.EPERM),
    "arch_prctl": (0, (0x1002, 0x1003), errno.EINVAL),
}

# Errors that callers understand as "not supported" and work around; EPERM would make them fail.
_ERRORS = {
    "clone3": errno.ENOSYS,  # its flags are in memory, which a filter cannot read; glibc falls back to clone
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


def program(machine: str = kernel.MACHINE) -> bytes:
    """Returns the filter's instructions, 8 bytes each."""
    rules: dict[int, Code] = {}

    def rule(name: str, code: Code) -> None:
        number = kernel.number(name, machine)
        if number is not None:
            rules[number] = code

    for name in ALLOWED:
        rule(name, [_return(_ALLOW)])
    for name, error in _ERRORS.items():
        rule(name, [_return(_ERRNO | error)])
    for name, (argument, values, error) in _ONLY.items():
        rule(name, _only(argument, values, error))
    forbidden = _instruction(_JSET, _NAMESPACE_FLAGS, 0, 1)
    rule("clone", [_load_argument(0), forbidden, _return(_ERRNO | errno.EPERM), _return(_ALLOW)])
    # A process may change its own limits, except that of core dumps, but not those of a process that it names.
    core = [_instruction(_JEQ, _RLIMIT_CORE, 0, 1), _return(_ERRNO | errno.EPERM), _return(_ALLOW)]
    own = [_load_argument(0), _instruction(_JEQ, 0, 1, 0), _return(_ERRNO | errno.EPERM)]
    rule("setrlimit", [_load_argument(0), *core])
    rule("prlimit64", [*own, _load_argument(1), *core])

    segments: list[Segment] = []
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
    """A program in the form that the kernel expects."""

    def __init__(self, instructions: bytes) -> None:
        self._instructions = ctypes.create_string_buffer(instructions, len(instructions))
        length = len(instructions) // 8
        self._descriptor = ctypes.create_string_buffer(
            struct.pack("@HxxxxxxP", length, ctypes.addressof(self._instructions)), 16
        )

    def install(self) -> None:
        """Installs the filter, irrevocably, for this process and its descendants."""
        kernel.call("seccomp", _SECCOMP_SET_MODE_FILTER, 0, self._descriptor)


def _search(segments: Sequence[Segment]) -> Code:
    """Searches by bisection, since the kernel runs the filter for every call that it has not cached as allowed."""
    if len(segments) == 1:
        return segments[0][1]
    middle = len(segments) // 2
    below, above = _search(segments[:middle]), _search(segments[middle:])
    return [_instruction(_JGE, segments[middle][0], 0, 1), _instruction(_JA, len(below)), *below, *above]


def _only(argument: int, values: Sequence[int], error: int) -> Code:
    """Allows the call if the argument has one of the values. Jump offsets have 8 bits, enough for a few values."""
    tests = [_instruction(_JEQ, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [_load_argument(argument), *tests, _return(_ERRNO | error), _return(_ALLOW)]


def _load_argument(index: int) -> bytes:
    """Loads the low half of the argument. Both architectures are little-endian."""
    return _instruction(_LD_ABS, _OFFSET_ARGUMENTS + 8 * index)


def _return(action: int) -> bytes:
    return _instruction(_RET, action)


def _instruction(code: int, k: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, k)
