"""The isolation floor: the restrictions that apply to every run, on every host."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import sysconfig

import kernel
import landlock
import seccomp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypedDict

    from landlock import Grant

    class Limits(TypedDict):
        memoryBytes: int
        processes: int
        openFiles: int
        fileBytes: int


# Descriptor of the connection to the supervisor, on which a run waits for its job.
JOB = 3
# No descriptor of the zygote has a higher number.
OPEN_FILES = 4096

# With a limit of 0, the kernel still pipes core dumps to a handler (core(5), do_coredump). With 1 it does not, and that
# is too small for a core file.
NO_CORE = 1

# Root has no privileges, none are kept across a change of user, there are no ambient ones, and all this is locked. The
# change of user itself must still clear capabilities: that is how a run loses them.
_SECUREBITS = 0b1110_1011

_READABLE = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/usr/share/ca-certificates",
    "/usr/share/fonts",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
)
_WRITABLE_DEVICES = ("/dev/null", "/dev/full")


class Floor:
    """Prepared once by the zygote and entered by each run."""

    def __init__(self, abi: int, limits: Limits) -> None:
        self._filter = seccomp.Filter(seccomp.program())
        self._rules = landlock.Rules(abi)
        self._limits = limits
        self._baseline = _data_bytes()
        read = landlock.READ_FILE | landlock.READ_DIR
        for path in {*_READABLE, *_interpreter_paths(), os.path.join(sys.prefix, "pyvenv.cfg")}:
            self._rules.allow(path, read)
        for path in _WRITABLE_DEVICES:
            self._rules.allow(path, landlock.READ_FILE | landlock.WRITE_FILE)
        for path in _executables():
            self._rules.allow(path, landlock.READ_FILE | landlock.EXECUTE)

    @property
    def abi(self) -> int:
        return self._rules.abi

    def enter(
        self,
        uid: int | None,
        directory: str,
        writable: Iterable[str] = ("work", "tmp"),
        readable: Iterable[str] = (),
        lent: Iterable[Grant] = (),
        last: int = JOB,
        mapped: int = 0,
        threads: int = 0,
    ) -> None:
        """
        Drops all rights of this process except those of `uid` on the given subdirectories of `directory`. If `uid` is
        None, the user stays the same.

        `lent` grants further access, and `last` is the highest descriptor to keep open. `mapped` bytes and `threads`
        are the interpreter's own needs, which do not count toward the limits of the run.
        """
        os.setsid()
        os.umask(0o077)
        os.chdir(os.path.join(directory, "work"))
        self._limit(mapped, threads)
        if uid is not None:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        kernel.drop_capabilities()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        self._rules.enter(
            [os.path.join(directory, name) for name in writable],
            [os.path.join(directory, name) for name in readable],
            lent,
        )
        os.closerange(last + 1, OPEN_FILES)
        self._filter.install()

    def _limit(self, mapped: int, threads: int) -> None:
        limits = self._limits
        data = self._baseline + mapped + limits["memoryBytes"]
        for which, value in (
            (resource.RLIMIT_DATA, data),
            (resource.RLIMIT_NPROC, limits["processes"] + threads),
            (resource.RLIMIT_NOFILE, limits["openFiles"]),
            (resource.RLIMIT_FSIZE, limits["fileBytes"]),
            (resource.RLIMIT_CORE, NO_CORE),
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_MSGQUEUE, 0),
        ):
            lower_limit(which, value)


def lower_limit(which: int, value: int, pid: int = 0) -> None:
    """Sets a soft and hard limit of this or another process. A hard limit that is already lower stays."""
    _, hard = resource.prlimit(pid, which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.prlimit(pid, which, (value, value))


def prepare() -> None:
    """Drops what the zygote itself, and thus no run, needs. Works without privileges, but uses those that it has."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    try:
        kernel.prctl(kernel.PR_SET_SECUREBITS, _SECUREBITS)
        kernel.drop_bounding_set()
    except PermissionError:
        # CAP_SETPCAP is missing. no_new_privs alone already prevents every exec from gaining a capability.
        pass


def check(uid: int | None) -> str | None:
    """Checks the floor from inside. Returns a clause that names the fault, or None if the floor holds."""
    if uid is not None and (os.getresuid() != (uid,) * 3 or os.getresgid() != (uid,) * 3 or os.getgroups()):
        return "the run kept a user or group that it should have dropped"
    if kernel.effective_capabilities():
        return "the run kept capabilities"
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
        return "the system call filter allowed a network socket"
    except PermissionError:
        pass
    for path in ("/etc/passwd", "/proc/self/status"):
        try:
            os.close(os.open(path, os.O_RDONLY))
            return f"Landlock allowed access to {path}"
        except OSError:
            pass
    try:
        with open("probe", "w", encoding="ascii") as file:
            file.write("x")
        os.unlink("probe")
    except OSError as error:
        return f"the run cannot write to its own directory ({error.strerror})"
    try:
        with open(os.path.join(sysconfig.get_path("stdlib"), "this.py"), encoding="utf-8"):
            pass
    except OSError as error:
        return (
            f"the sandbox's user cannot read the Python at {sys.base_prefix} ({error.strerror}); set "
            "STRONGROOM_PYTHON to one that every user can read, such as /usr/bin/python3"
        )
    return None


def _interpreter_paths() -> set[str]:
    """Returns the directories of this interpreter's modules."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = {os.path.realpath(sysconfig.get_path(name)) for name in names}
    paths.add(os.path.join(os.path.realpath(sys.base_prefix), "lib"))
    return paths


def _executables() -> set[str]:
    """
    Returns the interpreter and its loader, so that subprocess and multiprocessing can start another Python. This gives
    a run no new power: ctypes already runs any machine code, and the floor persists across exec.
    """
    loaders = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")
    return {os.path.realpath(sys.executable), *(os.path.realpath(path) for path in loaders)}


def _data_bytes() -> int:
    """Returns the size of the private writable memory of this process, which RLIMIT_DATA counts in every fork."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return 0
