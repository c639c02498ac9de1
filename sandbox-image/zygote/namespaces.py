"""Linux namespaces: one set around the zygote, and one around each run."""

from __future__ import annotations

import ctypes
import os
import signal
import struct

import kernel
from floor import OPEN_FILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

_MS_BIND, _MS_REC, _MS_PRIVATE = 4096, 16384, 1 << 18
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID = 1, 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000

_STATUS = struct.Struct("=i")


def surround(writable: str) -> list[str]:
    """
    Moves the zygote out of the host's network, IPC, host name and mount namespaces, with everything except `writable`
    mounted read-only. An ordinary user first becomes the owner of a user namespace.

    Returns the names of the namespaces that a run will be in.
    """
    names = ["ipc", "mount", "net", "pid", "uts"]
    flags = kernel.CLONE_NEWNET | kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS | kernel.CLONE_NEWIPC
    if os.geteuid() == 0:
        kernel.call("unshare", flags)
    else:
        uid, gid = os.getuid(), os.getgid()
        kernel.call("unshare", flags | kernel.CLONE_NEWUSER)
        map_user(uid, gid)
        names.append("user")
    _read_only(os.fsencode(writable))
    return names


def _read_only(writable: bytes) -> None:
    kernel.mount(None, b"/", None, _MS_REC | _MS_PRIVATE)
    kernel.mount(writable, writable, None, _MS_BIND)
    _attributes(b"/", _AT_RECURSIVE, _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID, 0)
    _attributes(writable, 0, 0, _MOUNT_ATTR_RDONLY)
    # `map_user` writes there for each run. Landlock keeps the run itself out of it.
    _attributes(b"/proc", 0, 0, _MOUNT_ATTR_RDONLY)


def _attributes(path: bytes, flags: int, add: int, clear: int) -> None:
    buffer = ctypes.create_string_buffer(struct.pack("=4Q", add, clear, 0, 0), 32)
    kernel.call("mount_setattr", _AT_FDCWD, ctypes.c_char_p(path), flags, buffer, 32)


def map_user(uid: int, gid: int) -> None:
    """Maps one user and one group to themselves, so that the namespace has no other to change to."""
    for name, line in (("setgroups", "deny"), ("gid_map", f"{gid} {gid} 1"), ("uid_map", f"{uid} {uid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(line)


def fork_init(own_user: bool, program: Callable[[], object]) -> tuple[int, int]:
    """
    Runs `program` under its own init process. Once the init has ended, the kernel has killed every process of the run.

    Returns the pid of the init, and a descriptor for `read_status` once the init has ended.
    """
    reader, writer = os.pipe()
    uid, gid = os.getuid(), os.getgid()
    pid = kernel.clone(kernel.CLONE_NEWPID | (kernel.CLONE_NEWUSER if own_user else 0))
    if pid:
        os.close(writer)
        return pid, reader
    try:
        os.close(reader)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if own_user:
            map_user(uid, gid)
        _init(writer, program)
    finally:
        os._exit(1)


def read_status(descriptor: int) -> int | None:
    """Returns the wait status of the program, or None if the init was killed before it could report one."""
    record = os.read(descriptor, _STATUS.size)
    os.close(descriptor)
    return _STATUS.unpack(record)[0] if len(record) == _STATUS.size else None


def _init(writer: int, program: Callable[[], object]) -> NoReturn:
    if os.getpid() != 1:
        # The kill(-1) below reaches every process that is visible from here.
        raise RuntimeError("init is not the first process of a pid namespace")
    awaited = {signal.SIGCHLD, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    main = os.fork()
    if main == 0:
        try:
            os.close(writer)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, awaited)
            program()
        finally:
            os._exit(1)
    os.closerange(0, writer)
    os.closerange(writer + 1, OPEN_FILES)
    status = None
    while status is None:
        if signal.sigwait(awaited) == signal.SIGTERM:
            os.kill(-1, signal.SIGKILL)
        status = _reap(main, os.WNOHANG)
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass
    _reap(None, 0)
    os.write(writer, _STATUS.pack(status))
    os._exit(0)


def _reap(main: int | None, flags: int) -> int | None:
    """Reaps ended children, up to `main`. Returns the wait status of `main`, or None if it was not among them."""
    while True:
        try:
            pid, status = os.waitpid(-1, flags)
        except ChildProcessError:
            return None
        if pid == 0 or pid == main:
            return status if pid else None
