"""Slots: processes forked in advance. Each waits for one job, runs it, and leaves no trace."""

from __future__ import annotations

import os
import signal
import time

import collector
import ending
import namespaces
import packages
import program
from wipe import wipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    import resource
    from collections.abc import Callable
    from typing import Literal, Protocol, TypedDict, Union

    from floor import Floor
    from javascript import Node
    from uids import UidPool

    class Fork(TypedDict):
        order: Literal["fork"]
        slot: str
        token: str
        language: Literal["python", "javascript"]
        packages: str | None
        preimport: list[str]

    class Kill(TypedDict):
        order: Literal["kill"]
        slot: str

    Order = Union[Fork, Kill]

    class Tell(Protocol):
        """Sends an event to the supervisor."""

        def __call__(self, **event: object) -> None: ...


_PATIENCE = 0.25  # seconds that an init has to end its run before it is killed itself
_COLLECTING = 10  # seconds that a collector has for the files of a run
_MAX_WIPINGS = 3


class Slot:
    def __init__(self, name: str, uid: int | None, directory: str, token: str = "") -> None:
        self.name = name
        self.uid = uid
        self.directory = directory
        self.token = token
        self.pid = 0
        self.status_reader: int | None = None
        self.kill_after: float | None = None
        self.ended: tuple[int, resource.struct_rusage] | None = None
        self.collector: _Collector | None = None
        self.collected: bool | None = None
        self.wiper: int | None = None
        self.wipings = 0


class _Collector:
    def __init__(self, pid: int, status_reader: int | None) -> None:
        self.pid = pid
        self.status_reader = status_reader
        self.kill_after = time.monotonic() + _COLLECTING


class Slots:
    """
    `uids` is None if the zygote does not run as root; then only namespaces separate the runs. `node` is None if
    JavaScript is not available. `isolated` means that each run has its own namespaces.
    """

    def __init__(
        self,
        floor: Floor,
        node: Node | None,
        uids: UidPool | None,
        isolated: bool,
        base: str,
        address: str,
        tell: Tell,
    ) -> None:
        self._floor = floor
        self._node = node
        self._uids = uids
        self._isolated = isolated
        self._base = base
        self._address = address
        self._tell = tell
        self._collecting = True
        self._slots: dict[str, Slot] = {}

    def fork(self, order: Fork) -> None:
        name, token = order["slot"], order["token"]
        uid = self._uids.take() if self._uids else None
        slot = Slot(name, uid, os.path.join(self._base, name), token)
        bundle = packages.Bundle(order["packages"], order["preimport"]) if order["packages"] else None

        def run() -> None:
            if order["language"] == "javascript":
                if self._node is None:
                    raise RuntimeError("JavaScript is not available")
                self._node.run(self._floor, uid, slot.directory, self._address, token)
            else:
                program.run(self._floor, uid, slot.directory, self._address, token, bundle)

        self._make(slot)
        slot.pid, slot.status_reader = self._start(uid, run)
        if bundle:
            bundle.close()
        self._slots[name] = slot
        self._tell(event="forked", slot=name, pid=slot.pid, uid=uid, directory=slot.directory)

    def probe(self, check: Callable[[int | None], str | None]) -> str | None:
        """Enters the floor once, as a run does. Returns a clause that names the fault, or None if the floor holds."""
        uid = self._uids.take() if self._uids else None
        slot = Slot("probe", uid, os.path.join(self._base, "probe"))
        self._make(slot)
        reader, writer = os.pipe()
        pid, status_reader = self._start(uid, lambda: program.probe(self._floor, uid, slot.directory, writer, check))
        os.close(writer)
        with open(reader, "rb") as stream:
            fault = stream.read().decode(errors="replace")
        _, status = os.waitpid(pid, 0)
        if status_reader is not None:
            status = namespaces.read_status(status_reader)
        wipe(slot.directory)
        if not fault and status != 0:
            return f"a trial run ended with wait status {status}"
        return fault or None

    def kill(self, name: str) -> None:
        slot = self._slots.get(name)
        if slot is None or slot.ended:
            return
        if self._isolated:
            # The init kills all other processes first, so that their resource usage is counted.
            os.kill(slot.pid, signal.SIGTERM)
            slot.kill_after = time.monotonic() + _PATIENCE
        else:
            self._kill_all(slot)
            # The run may not have changed to its user yet.
            os.kill(slot.pid, signal.SIGKILL)

    def kill_everything(self) -> None:
        """Kills all runs and removes their files, without events, since the supervisor has hung up."""

        def ignore(**event: object) -> None:
            pass

        self._tell = ignore
        self._collecting = False
        for slot in list(self._slots.values()):
            if not slot.ended:
                os.kill(slot.pid, signal.SIGKILL)
        while self._slots:
            self.reap()
            time.sleep(0.002)

    @property
    def pressing(self) -> bool:
        """Whether `reap` must be called again soon, even without a signal."""
        return any(slot.ended or slot.kill_after for slot in self._slots.values())

    def reap(self) -> None:
        """Reaps ended processes, and advances every slot whose run has ended or must be killed."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            for slot in self._slots.values():
                if slot.pid == pid:
                    slot.ended = (self._status(slot.status_reader, status), usage)
                elif slot.collector and slot.collector.pid == pid:
                    slot.collected = self._status(slot.collector.status_reader, status) == 0
                    slot.collector = None
                elif slot.wiper == pid:
                    slot.wiper = None
        now = time.monotonic()
        for slot in list(self._slots.values()):
            if slot.ended:
                self._finish(slot, *slot.ended)
            elif slot.kill_after and now > slot.kill_after:
                os.kill(slot.pid, signal.SIGKILL)

    def _make(self, slot: Slot) -> None:
        os.mkdir(slot.directory, 0o711)
        for path in self._parts(slot):
            os.mkdir(path, 0o700)
            if slot.uid is not None:
                os.chown(path, slot.uid, slot.uid)

    def _start(self, uid: int | None, run: Callable[[], object]) -> tuple[int, int | None]:
        """Starts a process that calls `run`. Returns its pid and, if it has an init, a descriptor for its status."""
        if self._isolated:
            return namespaces.fork_init(uid is None, run)
        pid = os.fork()
        if pid == 0:
            try:
                run()
            finally:
                # The child must never continue as a second zygote.
                os._exit(1)
        return pid, None

    @staticmethod
    def _status(status_reader: int | None, status: int) -> int:
        if status_reader is None:
            return status
        inner = namespaces.read_status(status_reader)
        return int(signal.SIGKILL) if inner is None else inner

    def _finish(self, slot: Slot, status: int, usage: resource.struct_rusage) -> None:
        """
        Takes the next step toward the end of a slot: wait until its run has no process left, collect its files, remove
        them, and report the end.
        """
        if slot.collector is not None:
            if time.monotonic() > slot.collector.kill_after:
                os.kill(slot.collector.pid, signal.SIGKILL)
            return
        if slot.wiper is not None or not self._empty(slot):
            return
        if self._collecting and slot.collected is None and not slot.wipings and os.listdir(self._parts(slot)[0]):
            slot.collector = self._fork_collector(slot)
            return
        if self._left_files(slot):
            slot.wipings += 1
            if slot.wipings > _MAX_WIPINGS:
                raise RuntimeError("a run's directory cannot be removed")
            slot.wiper = self._fork_wiper(slot.directory)
            return
        del self._slots[slot.name]
        self._tell(
            event="ended",
            slot=slot.name,
            exitCode=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
            signal=signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else None,
            cpuMs=round((usage.ru_utime + usage.ru_stime) * 1000),
            peakMemoryBytes=usage.ru_maxrss * 1024,
            collected=slot.collected,
        )
        if not slot.wipings:
            for path in (*self._parts(slot), slot.directory):
                os.rmdir(path)

    def _empty(self, slot: Slot) -> bool:
        """
        Returns whether the run has no process left. With namespaces, the kernel guarantees that once the init has
        ended. Otherwise this kills the remaining processes and checks the children.
        """
        if self._isolated:
            return True
        uid = self._kill_all(slot)
        known = {other.pid for other in self._slots.values()}
        if any(pid not in known and ending.uid_of(pid) == uid for pid in ending.children()):
            return False
        ending.sweep_ipc(uid)
        return True

    def _kill_all(self, slot: Slot) -> int:
        """Kills all processes of a run without namespaces. Returns its user id."""
        if self._uids is None or slot.uid is None:
            raise RuntimeError("a run without namespaces must have its own user id")
        ending.kill_all(self._uids, slot.uid)
        return slot.uid

    def _left_files(self, slot: Slot) -> bool:
        if not slot.wipings:
            return any(os.listdir(path) for path in self._parts(slot))
        return os.path.lexists(slot.directory)

    @staticmethod
    def _parts(slot: Slot) -> tuple[str, str]:
        return os.path.join(slot.directory, "work"), os.path.join(slot.directory, "tmp")

    def _fork_collector(self, slot: Slot) -> _Collector:
        """Starts a collector with no more rights than the run had, since it reads what the run wrote."""
        return _Collector(
            *self._start(
                slot.uid,
                lambda: collector.run(self._floor, slot.uid, slot.directory, self._address, slot.token),
            )
        )

    @staticmethod
    def _fork_wiper(directory: str) -> int:
        """Starts a process that removes the files of a run while other runs continue. Returns its pid."""
        pid = os.fork()
        if pid == 0:
            try:
                wipe(directory)
            finally:
                os._exit(0)
        return pid
