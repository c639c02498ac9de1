"""
The zygote: an interpreter that has imported its libraries and forks one child per run.

It is single-threaded and has neither network access nor secrets. On descriptor 3 it receives orders from the supervisor
(`fork`, `kill`), one JSON object per line, and sends events (`ready`, `refused`, `forked`, `ended`). Jobs never pass
through the zygote: each child fetches its own from the supervisor.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import sys
import warnings

import channels
import ending
import floor
import kernel
import landlock
import namespaces
from javascript import Node
from slots import Slots
from uids import UidPool
from wipe import wipe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypedDict

    from slots import Order, Tell

    class Settings(TypedDict):
        base: str
        socket: str
        level: str
        landlockAbi: int
        firstUid: int | None
        uidLocks: str
        limits: floor.Limits
        node: str | None
        bootstrap: str
        preloadPackages: bool


_CONTROL = 3
_LANDLOCK_FLOOR = 2

# What most programs import. Each module fills pages, which slow down every fork and exit. Large modules that few
# programs use (urllib.request, ssl, asyncio) are therefore left out.
_PRELOADED = """
abc base64 bisect calendar collections contextlib copy csv dataclasses datetime decimal enum fractions functools hashlib
heapq io itertools json math operator os pathlib random re secrets statistics string struct textwrap threading time
traceback typing urllib.parse uuid
""".split()
# Packages that the image provides in addition to the standard library. A run with a bundle may have other versions.
_PRELOADED_PACKAGES = "numpy numpy.random pandas matplotlib matplotlib.pyplot".split()


class Refused(Exception):
    """The floor cannot be enforced on this host. The message says what is missing and what to do."""


def main() -> None:
    channels.reserve()
    settings: Settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=_CONTROL)

    def tell(**event: object) -> None:
        control.sendall(json.dumps(event).encode() + b"\n")

    try:
        slots, isolation, preloaded = _prepare(settings, tell)
    except Refused as refusal:
        tell(event="refused", reason=str(refusal))
        return
    tell(event="ready", isolation=isolation, packagesPreloaded=preloaded)
    try:
        _serve(control, slots)
    finally:
        slots.kill_everything()


def _prepare(settings: Settings, tell: Tell) -> tuple[Slots, dict[str, object], bool]:
    """
    Returns the slots, the isolation that a trial run has verified, and whether packages of the image were preloaded.

    Raises Refused.
    """
    if not kernel.supported():
        raise Refused(f"{kernel.MACHINE} is not supported; use x86_64 or aarch64.")
    abi = min(landlock.version(), settings["landlockAbi"])
    if abi < _LANDLOCK_FLOOR:
        raise Refused(
            f"Landlock ABI {_LANDLOCK_FLOOR} is missing (found {abi}); use Linux 5.19 or newer and enable landlock "
            "(boot option lsm=landlock,...)."
        )
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    os.umask(0o022)
    floor.lower_limit(resource.RLIMIT_NOFILE, floor.OPEN_FILES)
    # The supervisor decrypts jobs. Its memory must never be written to a core file.
    for pid in (os.getpid(), os.getppid()):
        floor.lower_limit(resource.RLIMIT_CORE, floor.NO_CORE, pid)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0 if os.geteuid() == 0 else 1)
    base = settings["base"]
    uids = UidPool(settings["uidLocks"], settings["firstUid"]) if os.geteuid() == 0 else None
    names = _surround(settings["level"], base)
    floor.prepare()
    if uids and not ending.sweep_leftovers(uids):
        raise Refused("processes of an earlier run cannot be killed; restart the host.")
    for name in os.listdir(base):
        wipe(os.path.join(base, name))
    preloaded = _preload([*_PRELOADED, *(_PRELOADED_PACKAGES if settings["preloadPackages"] else ())], base)

    _restore_interpreter()
    ground = floor.Floor(abi, settings["limits"])
    node = Node(settings["node"], settings["bootstrap"], settings["limits"]) if settings["node"] else None
    slots = Slots(ground, node, uids, bool(names), base, settings["socket"], tell)
    # From here on, garbage collection would only dirty pages that the runs share.
    gc.collect()
    gc.disable()
    gc.freeze()
    try:
        fault = slots.probe(floor.check)
    except OSError as error:
        fault = f"a trial run could not be started ({error})"
    if fault:
        raise Refused(f"{fault}.")
    isolation: dict[str, object] = {
        "level": "namespaces" if names else "floor",
        "uid": "pool" if uids else "user-namespace",
        "seccomp": True,
        "landlock": ground.abi,
        "namespaces": names,
        "cgroup": False,
    }
    return slots, isolation, preloaded


def _surround(level: str, base: str) -> list[str]:
    """
    Enters namespaces and returns their names; returns an empty list if they are not wanted or not available. Raises
    Refused if they are required: at level `namespaces`, or if the zygote does not run as root.
    """
    if level == "floor" and os.geteuid() == 0:
        return []
    try:
        return namespaces.surround(base)
    except OSError as error:
        if os.geteuid() != 0:
            raise Refused(
                f"user namespaces are not available, and this is not root ({error}); run as root, allow unprivileged "
                "user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0), or use the container image."
            ) from error
        if level == "namespaces":
            raise Refused(f"namespaces are not available ({error}); set STRONGROOM_SANDBOX_LEVEL=floor.") from error
        return []


def _preload(names: Sequence[str], base: str) -> bool:
    """
    Imports modules once, so that no run has to. None may start a thread, which would not survive a fork. Returns
    whether any package of the image was imported.
    """
    # Matplotlib writes a font cache there. The rest of the disk may be read-only.
    os.environ["MPLCONFIGDIR"] = os.path.join(base, "matplotlib")
    os.environ["MPLBACKEND"] = "Agg"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    if len(os.listdir("/proc/self/task")) != 1:
        raise Refused("a preloaded Python package started a thread; set STRONGROOM_PYTHON to another Python.")
    wipe(os.environ["MPLCONFIGDIR"])
    return any(name in sys.modules for name in _PRELOADED_PACKAGES)


def _restore_interpreter() -> None:
    """Removes what a program could see of the zygote from the environment, `sys.path` and `sys.modules`."""
    os.environ.clear()
    os.environ.update(
        LANG="C.UTF-8",
        MPLBACKEND="Agg",
        PATH="/usr/local/bin:/usr/bin:/bin",
        PYTHONDONTWRITEBYTECODE="1",
        USER="sandbox",
    )
    # A program need not call savefig, since figures are saved when it ends; so show() is not a mistake.
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != own]
    for name, module in list(sys.modules.items()):
        if name != "__main__" and (getattr(module, "__file__", None) or "").startswith(own + os.sep):
            del sys.modules[name]


def _serve(control: socket.socket, slots: Slots) -> None:
    """Executes orders until the supervisor hangs up."""
    reader, writer = socket.socketpair()
    for end in (reader, writer):
        end.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda signum, frame: None)
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(reader, select.POLLIN)
    pending = b""
    while True:
        for descriptor, _ in poll.poll(10 if slots.pressing else None):
            if descriptor == reader.fileno():
                reader.recv(4096)
                continue
            received = control.recv(65536)
            if not received:
                return
            *lines, pending = (pending + received).split(b"\n")
            for line in lines:
                _obey(slots, json.loads(line))
        slots.reap()


def _obey(slots: Slots, order: Order) -> None:
    if order["order"] == "fork":
        slots.fork(order)
    elif order["order"] == "kill":
        slots.kill(order["slot"])


if __name__ == "__main__":
    main()
