"""The confined part of a build: a separate process without rights, secrets or the appliance's environment."""

from __future__ import annotations

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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import NoReturn, TypeVar

    from job import Limits

    Outcome = TypeVar("Outcome")

_FIRST_UID = 199_000
_UIDS = 1_000
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 36, 38
_MEMORY_BYTES = 3 << 30
_OPEN_FILES = 256
_RESULT_BYTES = 1 << 20
_POLL_SECONDS = 0.5
_SLACK_BYTES = 64 << 20


class Abandoned(Exception):
    """No one waits for the result any more."""


def check(base: str) -> None:
    """Raises Unavailable if the user ids of builds and programs cannot reach `base`."""
    if os.geteuid() != 0:
        return
    folder = os.path.realpath(base)
    while True:
        if os.path.exists(folder) and not os.stat(folder).st_mode & 0o001:
            raise Unavailable(
                f"other users cannot enter {folder}; set STRONGROOM_SANDBOX_PACKAGES to a folder that every user can "
                "reach"
            )
        if folder == os.path.dirname(folder):
            return
        folder = os.path.dirname(folder)


@contextlib.contextmanager
def own_user() -> Generator[int | None]:
    """Reserves a user id that no other build of this host uses. Yields None if the builder does not run as root."""
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
            _kill_all_of(uid)
            yield uid
        finally:
            os.close(lock)
        return
    raise RuntimeError("all user ids for builds are in use")


def run(step: Callable[[], Outcome], work: str, uid: int | None, limits: Limits, lifeline: int | None) -> Outcome:
    """
    Runs `step` in a separate process, in the directory `work`, and returns its result, which must be JSON.

    Raises Failed, or Abandoned once the descriptor `lifeline` reaches its end.
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
        _kill(pid, uid)
    if not result:
        raise Failed("The build stopped without a result; a wheel may need too much memory.")
    outcome = json.loads(result)
    if "failed" in outcome:
        raise Failed(*outcome["failed"])
    return outcome["result"]


def _await(reader: int, work: str, limits: Limits, lifeline: int | None) -> bytes:
    """Returns what the child wrote, once it has closed its end. Enforces time and disk space meanwhile."""
    deadline = time.monotonic() + limits["buildSeconds"]
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    if lifeline is not None:
        poll.register(lifeline, select.POLLIN)
    received = b""
    while True:
        for descriptor, _ in poll.poll(_POLL_SECONDS * 1000):
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
        # pip briefly has two copies of each wheel: one in its download folder, one at the destination.
        if _size(work, ("tmp", "wheels")) > 2 * limits["downloadBytes"] + _SLACK_BYTES:
            raise Failed(f"The wheels are larger than {limits['downloadBytes'] >> 20} MiB in total.")
        if _size(work, ("tree",)) > 2 * limits["unpackedBytes"] + _SLACK_BYTES:
            raise Failed(f"The packages unpack to more than {limits['unpackedBytes'] >> 20} MiB.")


def _size(work: str, parts: Sequence[str]) -> int:
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


def _child(step: Callable[[], object], work: str, uid: int | None, limits: Limits, writer: int) -> NoReturn:
    def confined() -> object:
        _enter(work, uid, limits)
        return step()

    try:
        outcome = _outcome(confined)
        with open(writer, "w", encoding="utf-8") as file:
            json.dump(outcome, file)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _outcome(step: Callable[[], object]) -> dict[str, object]:
    """Returns `{"result"}`, or `{"failed": (reason, names)}`."""
    try:
        return {"result": step()}
    except Failed as failed:
        return {"failed": (failed.reason, failed.names)}
    except MemoryError:
        return {"failed": ("The build exceeds the memory limit.", ())}
    except OSError as error:
        traceback.print_exc()
        return {"failed": (f"The builder failed ({error.strerror}).", ())}
    except Exception:
        traceback.print_exc()
        return {"failed": ("The builder failed unexpectedly.", ())}


def _enter(work: str, uid: int | None, limits: Limits) -> None:
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


def _kill(pid: int, uid: int | None) -> None:
    """Kills the child and everything that it started, and waits until no process is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    if uid is not None:
        _kill_all_of(uid)
    while True:
        try:
            # This process is the subreaper, so all orphans of the build are its children. They were killed above.
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _kill_all_of(uid: int) -> None:
    """
    Kills all processes of `uid`. kill(-1) reaches every process that the caller may signal (kill(2)), hence a process
    with that user id sends the signal.
    """
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


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
