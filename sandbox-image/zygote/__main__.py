"""
The zygote: an interpreter that has its libraries imported, and forks one child per run.

Single-threaded, without network or secrets. It takes orders from the supervisor on descriptor 3, one JSON object a
line (`fork`, `kill`), and answers there (`ready`, `refused`, `forked`, `ended`). A job never passes through it: the
child fetches it from the supervisor itself.
"""

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

_CONTROL = 3
_LANDLOCK_FLOOR = 2

# What most programs begin with. Each module makes every fork and exit slower by the pages that it fills, so what
# takes long to import or is large and rare (urllib.request, ssl, asyncio) is left to the programs that want it.
_PRELOADED = """
abc base64 bisect calendar collections contextlib copy csv dataclasses datetime decimal enum fractions functools hashlib
heapq io itertools json math operator os pathlib random re secrets statistics string struct textwrap threading time
traceback typing urllib.parse uuid
""".split()
# What the image brings beside the standard library. A run with packages of its own has others of the same name.
_PRELOADED_PACKAGES = "numpy numpy.random pandas matplotlib matplotlib.pyplot".split()


class Refused(Exception):
    """Runs cannot be held to the floor here; the text says what is missing and what would help."""


def main():
    channels.reserve()
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=_CONTROL)

    def tell(**event):
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


def _prepare(settings, tell):
    """The slots, the isolation that a trial run found to hold, and whether there are packages of the image."""
    if not kernel.supported():
        raise Refused(f"no system call table for {kernel.MACHINE}; x86_64 and aarch64 are supported.")
    abi = min(landlock.version(), settings["landlockAbi"])
    if abi < _LANDLOCK_FLOOR:
        raise Refused(
            f"Landlock ABI {_LANDLOCK_FLOOR} is missing (found {abi}); Linux 5.19 or newer with landlock among "
            "its security modules (boot option lsm=landlock,...) would help."
        )
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    os.umask(0o022)
    floor.lower_limit(resource.RLIMIT_NOFILE, floor.OPEN_FILES)
    # The supervisor opens jobs: what its memory holds must not come to lie in a file, even where it crashes.
    for pid in (os.getpid(), os.getppid()):
        floor.lower_limit(resource.RLIMIT_CORE, floor.NO_CORE, pid)
    kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0 if os.geteuid() == 0 else 1)
    base = settings["base"]
    uids = UidPool(settings["uidLocks"], settings["firstUid"]) if os.geteuid() == 0 else None
    names = _surround(settings["level"], base)
    floor.prepare()
    if uids and not ending.sweep_leftovers(uids):
        raise Refused("processes of an earlier run cannot be killed; a restart of the host would help.")
    for name in os.listdir(base):
        wipe(os.path.join(base, name))
    preloaded = _preload([*_PRELOADED, *(_PRELOADED_PACKAGES if settings["preloadPackages"] else ())], base)

    _look_untouched()
    ground = floor.Floor(abi, settings["limits"])
    node = settings["node"] and Node(settings["node"], settings["bootstrap"], settings["limits"])
    slots = Slots(ground, node, uids, bool(names), base, settings["socket"], tell)
    # From here on the collector would only dirty pages that the runs share.
    gc.collect()
    gc.disable()
    gc.freeze()
    try:
        fault = slots.probe(floor.check)
    except OSError as error:
        fault = f"a trial run could not be started ({error})"
    if fault:
        raise Refused(f"{fault}.")
    isolation = {
        "level": "namespaces" if names else "floor",
        "uid": "pool" if uids else "user-namespace",
        "seccomp": True,
        "landlock": ground.abi,
        "namespaces": names,
        "cgroup": False,
    }
    return slots, isolation, preloaded


def _surround(level, base):
    """Enters namespaces where they are wanted and there are any; an ordinary user cannot do without."""
    if level == "floor" and os.geteuid() == 0:
        return []
    try:
        return namespaces.surround(base)
    except OSError as error:
        if os.geteuid() != 0:
            raise Refused(
                f"neither root nor user namespaces ({error}); running as root, allowing unprivileged user "
                "namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0), or the container image would help."
            ) from error
        if level == "namespaces":
            raise Refused(f"namespaces were asked for and cannot be had ({error}); level floor would help.") from error
        return []


def _preload(names, base):
    """
    Imported once here, so that no run waits for it. Threads would not survive a fork, so none may start. Returns
    whether any is not of the standard library.
    """
    # A cache of fonts is made where there is none; the rest of the disk may be read-only.
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
        raise Refused("a preloaded Python package started a thread; another STRONGROOM_PYTHON would help.")
    wipe(os.environ["MPLCONFIGDIR"])
    return any(name in sys.modules for name in _PRELOADED_PACKAGES)


def _look_untouched():
    """What a program sees of its interpreter: its environment, path and modules, none of them the zygote's."""
    os.environ.clear()
    os.environ.update(
        LANG="C.UTF-8",
        MPLBACKEND="Agg",
        PATH="/usr/local/bin:/usr/bin:/bin",
        PYTHONDONTWRITEBYTECODE="1",
        USER="sandbox",
    )
    # Figures come back by themselves; a program that shows them means no more.
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != own]
    for name, module in list(sys.modules.items()):
        if name != "__main__" and (getattr(module, "__file__", None) or "").startswith(own + os.sep):
            del sys.modules[name]


def _serve(control, slots):
    """Until the supervisor hangs up."""
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


def _obey(slots, order):
    if order["order"] == "fork":
        slots.fork(order)
    elif order["order"] == "kill":
        slots.kill(order["slot"])


if __name__ == "__main__":
    main()
