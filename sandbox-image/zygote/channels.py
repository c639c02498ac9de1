"""The descriptors of a run: its streams to the supervisor, and its standard input in memory."""

from __future__ import annotations

import fcntl
import os
import socket

_CHANNELS = b"JOE"  # job, output, errors
_MFD_CLOEXEC, _MFD_ALLOW_SEALING, _MFD_NOEXEC_SEAL = 1, 2, 8
# Above every number that is assigned below.
_OUT_OF_THE_WAY = 64


def connect(address: str, token: str) -> None:
    """Opens 0 as an empty file in memory, 1 and 2 as output and errors, 3 (closed on exec) as the source of the job."""
    memory, output, errors, job = _open(address, token)
    for target, descriptor in enumerate((memory, output, errors, job)):
        os.dup2(descriptor, target, inheritable=target < 3)


def connect_for_exec(address: str, token: str, program: int) -> None:
    """
    Like `connect`, but 3 stays open on exec, 0 is read-only, what is written to 4 can be read from 0, and 5 (closed on
    exec) is `program`.
    """
    memory, output, errors, job = _open(address, token)
    reader = os.open(f"/proc/self/fd/{memory}", os.O_RDONLY)
    moved = fcntl.fcntl(reader, fcntl.F_DUPFD, _OUT_OF_THE_WAY)
    program = fcntl.fcntl(program, fcntl.F_DUPFD, _OUT_OF_THE_WAY)
    for target, descriptor in enumerate((moved, output, errors, job, memory, program)):
        os.dup2(descriptor, target, inheritable=target < 5)


def reserve() -> None:
    """
    Occupies the numbers that runs assign, so that none of the zygote's own descriptors gets one and is replaced later.
    The zygote must call this first.
    """
    nothing = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    for number in range(4, 6):
        if number != nothing:
            os.dup2(nothing, number, inheritable=False)
    if nothing > 5:
        os.close(nothing)


def _open(address: str, token: str) -> list[int]:
    streams: list[int] = []
    for channel in _CHANNELS:
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.connect(address)
        stream.sendall(token.encode("ascii") + bytes([channel]))
        streams.append(stream.detach())
    try:
        memory = os.memfd_create("stdin", _MFD_CLOEXEC | _MFD_ALLOW_SEALING | _MFD_NOEXEC_SEAL)
    except OSError:
        # Before Linux 6.3, only the mode prevents execution.
        memory = os.memfd_create("stdin", _MFD_CLOEXEC | _MFD_ALLOW_SEALING)
    os.fchmod(memory, 0o444)
    job, output, errors = streams
    return [fcntl.fcntl(fd, fcntl.F_DUPFD, _OUT_OF_THE_WAY) for fd in (memory, output, errors, job)]
