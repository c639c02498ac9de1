"""The end of a run whose user id is its own: every process of that id is killed, and seen to be gone."""

import os
import signal
import time

import kernel

_SWEEPS, _SWEEP_PAUSE = 500, 0.01  # times, seconds

_IPC_RMID = 0
_IPC_KINDS = (("shm", b"shmid", "shmctl"), ("sem", b"semid", "semctl"), ("msg", b"msqid", "msgctl"))


def kill_all(pool, uid):
    """
    SIGKILL to all processes of `uid`, in one step that no fork escapes.

    The sender is, for that moment, `uid` with a real id that nobody has, and without capabilities: so the signal
    reaches that id only, and none of its processes can signal the zygote.
    """
    if not pool.holds(uid):
        raise ValueError(f"{uid} is not an id of a run")
    os.setresuid(pool.killer, uid, 0)
    try:
        if os.getresuid() != (pool.killer, uid, 0) or kernel.effective_capabilities():
            raise RuntimeError("kept privileges with which kill(-1) would reach other users")
        os.kill(-1, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # There is no process but ones that this id may not signal.
        pass
    finally:
        os.setresuid(0, 0, 0)


def children():
    """Pids of this process's children; the kernel appends the orphans that it adopts."""
    return [int(pid) for pid in _read(f"/proc/self/task/{os.getpid()}/children").split()]


def uid_of(pid, zombies=True):
    """Real user id of a process, None where it is gone. Another's zombie is not ours to collect: it counts as gone."""
    try:
        status = _read(f"/proc/{pid}/status")
    except (FileNotFoundError, ProcessLookupError):
        return None
    if not zombies and b"\nState:\tZ" in status:
        return None
    return int(status.partition(b"\nUid:")[2].split(None, 1)[0])


def sweep_ipc(uid):
    """System V objects outlive processes. The filter forbids them; this is what holds if it ever did not."""
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


def _read(path):
    """All of a file of /proc, without the buffers and decoders of a file object: this is done for every run."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        chunks = []
        while chunk := os.read(descriptor, 65536):
            chunks.append(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def sweep_leftovers(pool):
    """Processes that a zygote before this one left in the range: killed until there are none. False if some stay."""
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
