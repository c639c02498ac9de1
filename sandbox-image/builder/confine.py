"""The confined part of a build: a process of its own, without rights, secrets or the appliance's environment."""

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import time
import traceback

from failure import Failed, Unavailable

_FIRST_UID = 199_000
_UIDS = 1_000
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38
_MEMORY_BYTES = 3 << 30
_OPEN_FILES = 256
_RESULT_BYTES = 1 << 20
_LOOK_SECONDS = 0.5
_SLACK_BYTES = 64 << 20


class Abandoned(Exception):
    """Nobody waits for the result any more."""


def check(base):
    """Whether a user of its own could build in `base`, and programs could read it."""
    if os.geteuid() != 0:
        return
    folder = os.path.realpath(base)
    while True:
        if os.path.exists(folder) and not os.stat(folder).st_mode & 0o001:
            raise Unavailable(
                f"other users cannot enter {folder}; name a folder in STRONGROOM_SANDBOX_PACKAGES that every user can "
                "reach"
            )
        if folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)


@contextlib.contextmanager
def own_user():
    """A user id that no other build of this host has now; None where the builder is not root."""
    if os.geteuid() != 0:
        yield None
        return
    directory = os.environ.get("STRONGROOM_BUILDER_LOCKS") or "/run/strongroom-builder"
    os.makedirs(directory, mode=0o700, exist_ok=True)
    if os.stat(directory).st_uid != 0:
        raise PermissionError(f"{directory} belongs to another user")
    for uid in range(_FIRST_UID, _FIRST_UID + _UIDS):
        path = os.path.join(directory, f"uid-{uid}.lock")
        lock = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        try:
            _end_all_of(uid)
            yield uid
        finally:
            os.close(lock)
        return
    raise RuntimeError("all user ids for builds are taken")


def run(step, work, uid, limits, lifeline):
    """
    Runs `step` in a process of its own, in the directory `work`, and returns what it returns (JSON).

    `lifeline`: a descriptor; once it ends, so does the build. Raises Failed, Abandoned.
    """
    for name in ("", "tmp", "wheels", "tree"):
        directory = os.path.join(work, name)
        os.makedirs(directory, mode=0o700, exist_ok=True)
        if uid is not None:
            os.chown(directory, uid, uid)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _child(step, work, uid, limits, writer)
    os.close(writer)
    try:
        result = _await(reader, work, limits, lifeline)
    finally:
        os.close(reader)
        _end(pid, uid)
    if not result:
        raise Failed("The build ended before its time; a wheel may need more memory than the limit.")
    told = json.loads(result)
    if "failed" in told:
        raise Failed(*told["failed"])
    return told["result"]


def _await(reader, work, limits, lifeline):
    """What the child has written, once it has closed its end."""
    deadline = time.monotonic() + limits["buildSeconds"]
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    if lifeline is not None:
        poll.register(lifeline, select.POLLIN)
    received = b""
    while True:
        for descriptor, _ in poll.poll(_LOOK_SECONDS * 1000):
            chunk = os.read(descriptor, 65536)
            if descriptor == lifeline:
                if not chunk:
                    raise Abandoned
            elif not chunk:
                return received
            else:
                received += chunk
        if len(received) > _RESULT_BYTES:
            raise Failed("The lock of the list is too large.")
        if time.monotonic() > deadline:
            raise Failed(f"The build took longer than {limits['buildSeconds']} seconds.")
        # pip has each wheel twice for a moment: where it downloads it, and where it is to go.
        if _size(work, ("tmp", "wheels")) > 2 * limits["downloadBytes"] + _SLACK_BYTES:
            raise Failed(f"The wheels have more than {limits['downloadBytes'] >> 20} MiB.")
        if _size(work, ("tree",)) > 2 * limits["unpackedBytes"] + _SLACK_BYTES:
            raise Failed(f"The packages unpack to more than {limits['unpackedBytes'] >> 20} MiB.")


def _size(work, parts):
    total = 0
    pending = [os.path.join(work, part) for part in parts]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
        except FileNotFoundError:
            continue
    return total


def _child(step, work, uid, limits, writer):
    """Never returns."""
    try:
        told = _told(lambda: _enter(work, uid, limits) or step())
        with open(writer, "w", encoding="utf-8") as file:
            json.dump(told, file)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _told(step):
    try:
        return {"result": step()}
    except Failed as failed:
        return {"failed": (failed.reason, failed.names)}
    except MemoryError:
        return {"failed": ("The build takes more memory than the limit.", ())}
    except OSError as error:
        traceback.print_exc()
        return {"failed": (f"The builder could not go on ({error.strerror}).", ())}
    except Exception:
        traceback.print_exc()
        return {"failed": ("Something went wrong in the builder.", ())}


def _enter(work, uid, limits):
    os.setsid()
    os.umask(0o022)
    os.chdir(work)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    for which, value in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, limits["wheelBytes"]),
        (resource.RLIMIT_CPU, limits["buildSeconds"] * 2),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (value, value))
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    temporary = os.path.join(work, "tmp")
    os.environ.clear()
    os.environ.update(LANG="C.UTF-8", PATH="/usr/bin:/bin", HOME=temporary, TMPDIR=temporary)


def _end(pid, uid):
    """Nothing of the build is left: neither the child nor what it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    if uid is not None:
        _end_all_of(uid)
    while True:
        try:
            # This process is the subreaper, so all orphans are its children; they die with their session.
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _end_all_of(uid):
    """kill(2): -1 reaches all processes that this one may signal; with the user's id, that user's alone."""
    killer = os.fork()
    if killer == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os._exit(0)
    os.waitpid(killer, 0)


def _prctl(option, value):
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
