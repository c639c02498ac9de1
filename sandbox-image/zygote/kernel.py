"""System calls that Python does not offer, made through the C library, so that no compiler is needed."""

from __future__ import annotations

import ctypes
import errno
import os
import struct

from syscalls import NUMBERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Union

    Buffer = ctypes.Array[ctypes.c_char]
    Argument = Union[int, Buffer, ctypes.c_char_p, ctypes.c_ulong]

MACHINE = os.uname().machine
_COLUMNS = {"x86_64": 0, "aarch64": 1}

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_SECUREBITS = 28
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_GET_NO_NEW_PRIVS = 39

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
# The same, but holds the interpreter's lock during the call, as required for a call that returns in two processes.
_libc_locked = ctypes.PyDLL(None, use_errno=True)


def supported() -> bool:
    return MACHINE in _COLUMNS


def number(name: str, machine: str = MACHINE) -> int | None:
    """Returns the number of a system call, or None if the architecture lacks it."""
    return NUMBERS[name][_COLUMNS[machine]]


def _arguments(name: str, arguments: Iterable[Argument]) -> list[Any]:
    code = number(name)
    if code is None:
        raise OSError(errno.ENOSYS, f"{name}: {os.strerror(errno.ENOSYS)}")
    return [ctypes.c_long(a) if isinstance(a, int) else a for a in (code, *arguments)]


def call(name: str, *arguments: Argument) -> int:
    """Raises OSError if the kernel refuses."""
    result = _libc.syscall(*_arguments(name, arguments))
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def prctl(option: int, *arguments: int) -> int:
    return call("prctl", option, *arguments, *[0] * (4 - len(arguments)))


def clone(flags: int) -> int:
    """
    Forks into new namespaces. glibc's fork accepts no flags, so this calls the kernel directly and does the bookkeeping
    of Python, but not that of glibc.
    """
    before, parent, child = (
        ctypes.pythonapi.PyOS_BeforeFork,
        ctypes.pythonapi.PyOS_AfterFork_Parent,
        ctypes.pythonapi.PyOS_AfterFork_Child,
    )
    before()
    signal_on_exit = 17  # SIGCHLD
    pid = _libc_locked.syscall(*_arguments("clone", (flags | signal_on_exit, 0, 0, 0, 0)))
    code = ctypes.get_errno()
    if pid == 0:
        child()
        return 0
    parent()
    if pid == -1:
        raise OSError(code, f"clone: {os.strerror(code)}")
    return pid


def mount(source: bytes | None, target: bytes, kind: bytes | None, flags: int, data: bytes | None = None) -> None:
    if _libc.mount(source, target, kind, ctypes.c_ulong(flags), data) == -1:
        code = ctypes.get_errno()
        raise OSError(code, f"mount {target!r}: {os.strerror(code)}")


def drop_capabilities() -> None:
    """Empties the permitted, effective and inheritable sets of this process."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    call("capset", header, ctypes.create_string_buffer(24))


def effective_capabilities() -> int:
    """Returns the effective capabilities of this process as a bit set."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    data = ctypes.create_string_buffer(24)
    call("capget", header, data)
    words = struct.unpack("=6I", data.raw)
    return words[0] | words[3] << 32


def drop_bounding_set() -> None:
    """Ensures that no program started from here gains a capability, be it set-user-ID or have file capabilities."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError as error:
            if error.errno == errno.EINVAL:
                return
            raise
