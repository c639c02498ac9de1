"""Ends a run that has its own user id: kills every process of that id and confirms that none is left."""

from __future__ import annotations

import os
import signal
import time

import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from uids import UidPool

_SWEEPS, _SWEEP_PAUSE = 500, 0.01  # times, seconds

_IPC_RMID = 0
_IPC_KINDS = (("shm", b"shmid", "shmctl"), ("sem", b"semid", "semctl"), ("msg", b"msqid", "msgctl"))


def kill_all(pool: UidPool, uid: int) -> None:
    """
    Sends SIGKILL to all processes of `uid`, in one step that no fork escapes.

    Meanwhile the sender has the effective id `uid`, a real id that no process has, and no capabilities. The signal
    therefore reaches only processes of `uid`, and none of them can signal the zygote.
    """
    if not pool.holds(uid):
        raise ValueError(f"{uid} is not the user id of a run")
    os.setresuid(pool.killer, uid, 0)
    try:
        if os.getresuid() != (pool.killer, uid, 0) or kernel.effective_capabilities():
            raise RuntimeError("kill(-1) would reach other users: not all privileges were dropped")
        os.kill(-1, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # No process is left that this id may signal.
        pass
    finally:
        os.setresuid(0, 0, 0)


def children() -> list[int]:
    """Returns the pids of this process's children. The kernel appends the orphans that it adopts."""
    return [int(pid) for pid in _read(f"/proc/self/task/{os.getpid()}/children").split()]


def uid_of(pid: int, zombies: bool = True) -> int | None:
    """
    Returns the real user id of a process, or None if the process is gone. Without `zombies`, a zombie counts as gone:
    only its parent can reap it.
    """
    try:
        status = _read(f"/proc/{pid}/status")
    except (FileNotFoundError, ProcessLookupError):
        return None
    if not zombies and b"\nState:\tZ" in status:
        return None
    return int(status.partition(b"\nUid:")[2].split(None, 1)[0])


def sweep_ipc(uid: int) -> None:
    """
    Removes the System V objects of `uid`, which outlive processes. The system call filter already prevents their
    creation; this is the second line of defense.
    """
    for kind, column, control in _IPC_KINDS:
        try:
            heading, *lines = _read(f"/proc/sysvipc/{kind}").splitlines()
        except FileNotFoundError:
            continue
        for line in lines:
            fields = dict(zip(heading.split(), line.split()))
            if int(fields[b"uid"]) == uid:
                arguments = (0, _IPC_RMID) if kind == "sem" else (_IPC_RMID,)
                kernel.call(control, int(fields[column]), *arguments, 0)


def _read(path: str) -> bytes:
    """Reads a file of /proc without the buffers and decoders of a file object, since this happens for every run."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        chunks: list[bytes] = []
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def sweep_leftovers(pool: UidPool) -> bool:
    """Kills the processes that an earlier zygote left in the range of `pool`. Returns False if some survive."""
    for _ in range(_SWEEPS):
        left = {
            uid
            for uid in (uid_of(int(name), zombies=False) for name in os.listdir("/proc") if name.isdigit())
            if uid is not None and pool.holds(uid)
        }
        if not left:
            return True
        for uid in left:
            kill_all(pool, uid)
            sweep_ipc(uid)
        time.sleep(_SWEEP_PAUSE)
    return False
