"""Slots: forked ahead, each waits for one job, runs it, and is ended without a trace."""

import os
import signal
import time

import collector
import ending
import namespaces
import packages
import program
from wipe import wipe

_PATIENCE = 0.25  # seconds that an init gets to end its run before it is killed itself
_COLLECTING = 10  # seconds that a collector gets for what a run left
_MAX_WIPINGS = 3


class Slot:
    def __init__(self, name, uid, directory, token=""):
        self.name = name
        self.uid = uid
        self.directory = directory
        self.token = token
        self.pid = 0
        self.status_reader = None
        self.kill_after = None
        self.ended = None
        self.collector = None
        self.collected = None
        self.wiper = None
        self.wipings = 0


class _Collector:
    def __init__(self, pid, status_reader):
        self.pid = pid
        self.status_reader = status_reader
        self.kill_after = time.monotonic() + _COLLECTING


class Slots:
    """
    `uids` is None where an ordinary user runs this: then namespaces alone separate the runs. `node` is None where
    there is no JavaScript.
    """

    def __init__(self, floor, node, uids, isolated, base, address, tell):
        self._floor = floor
        self._node = node
        self._uids = uids
        self._isolated = isolated
        self._base = base
        self._address = address
        self._tell = tell
        self._collecting = True
        self._slots = {}

    def fork(self, order):
        name, token = order["slot"], order["token"]
        uid = self._uids.take() if self._uids else None
        slot = Slot(name, uid, os.path.join(self._base, name), token)
        bundle = packages.Bundle(order["packages"], order["preimport"]) if order["packages"] else None

        def run():
            if order["language"] == "javascript":
                self._node.run(self._floor, uid, slot.directory, self._address, token)
            else:
                program.run(self._floor, uid, slot.directory, self._address, token, bundle)

        self._make(slot)
        slot.pid, slot.status_reader = self._start(uid, run)
        if bundle:
            bundle.close()
        self._slots[name] = slot
        self._tell(event="forked", slot=name, pid=slot.pid, uid=uid, directory=slot.directory)

    def probe(self, check):
        """Enters the floor once as a run does. Returns what does not hold, None where all does."""
        uid = self._uids.take() if self._uids else None
        slot = Slot("probe", uid, os.path.join(self._base, "probe"))
        self._make(slot)
        reader, writer = os.pipe()
        pid, status_reader = self._start(uid, lambda: program.probe(self._floor, uid, slot.directory, writer, check))
        os.close(writer)
        with open(reader, "rb") as stream:
            fault = stream.read().decode(errors="replace")
        _, status = os.waitpid(pid, 0)
        if self._isolated:
            status = namespaces.read_status(status_reader)
        wipe(slot.directory)
        if not fault and status != 0:
            return f"a trial run ended with wait status {status}"
        return fault or None

    def kill(self, name):
        slot = self._slots.get(name)
        if slot is None or slot.ended:
            return
        if self._isolated:
            # Its init then ends all others first and collects their figures.
            os.kill(slot.pid, signal.SIGTERM)
            slot.kill_after = time.monotonic() + _PATIENCE
        else:
            ending.kill_all(self._uids, slot.uid)
            # It may not have become that user yet.
            os.kill(slot.pid, signal.SIGKILL)

    def kill_everything(self):
        """The supervisor has hung up: there is nobody to tell."""
        self._tell = lambda **event: None
        self._collecting = False
        for slot in list(self._slots.values()):
            if not slot.ended:
                os.kill(slot.pid, signal.SIGKILL)
        while self._slots:
            self.reap()
            time.sleep(0.002)

    @property
    def pressing(self):
        """Whether something has to be looked at again without a signal."""
        return any(slot.ended or slot.kill_after for slot in self._slots.values())

    def reap(self):
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
                self._finish(slot)
            elif slot.kill_after and now > slot.kill_after:
                os.kill(slot.pid, signal.SIGKILL)

    def _make(self, slot):
        os.mkdir(slot.directory, 0o711)
        for path in self._parts(slot):
            os.mkdir(path, 0o700)
            if slot.uid is not None:
                os.chown(path, slot.uid, slot.uid)

    def _start(self, uid, run):
        """Pid of a process that does `run`, and what its wait status is to be read from."""
        if self._isolated:
            return namespaces.fork_init(uid is None, run)
        pid = os.fork()
        if pid == 0:
            try:
                run()
            finally:
                # Whatever a run does, it never becomes a second zygote.
                os._exit(1)
        return pid, None

    def _status(self, status_reader, status):
        if not self._isolated:
            return status
        inner = namespaces.read_status(status_reader)
        return int(signal.SIGKILL) if inner is None else inner

    def _finish(self, slot):
        """Empty first, then collected, then wiped, then told."""
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
        status, usage = slot.ended
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

    def _empty(self, slot):
        """An ended init is the kernel's word that its namespace is empty; otherwise the children are looked at."""
        if self._isolated:
            return True
        ending.kill_all(self._uids, slot.uid)
        known = {other.pid for other in self._slots.values()}
        if any(pid not in known and ending.uid_of(pid) == slot.uid for pid in ending.children()):
            return False
        ending.sweep_ipc(slot.uid)
        return True

    def _left_files(self, slot):
        if not slot.wipings:
            return any(os.listdir(path) for path in self._parts(slot))
        return os.path.lexists(slot.directory)

    @staticmethod
    def _parts(slot):
        return os.path.join(slot.directory, "work"), os.path.join(slot.directory, "tmp")

    def _fork_collector(self, slot):
        """A process at the floor, with no more rights than the run had: what it reads was made by the run."""
        return _Collector(
            *self._start(
                slot.uid,
                lambda: collector.run(self._floor, slot.uid, slot.directory, self._address, slot.token),
            )
        )

    @staticmethod
    def _fork_wiper(directory):
        """A process of its own, since a run can leave more files than the others should wait for."""
        pid = os.fork()
        if pid == 0:
            try:
                wipe(directory)
            finally:
                os._exit(0)
        return pid
