"""The isolation floor: what every run is under, on every host."""

import os
import resource
import signal
import socket
import sys
import sysconfig

import kernel
import landlock
import seccomp

# Descriptor of the connection to the supervisor while a run waits for its job.
JOB = 3
# No descriptor of the zygote has a higher number.
OPEN_FILES = 4096

# A limit of 0 does not keep the kernel from handing a core to a program (core(5), do_coredump); 1 does, and is too
# little for a file.
NO_CORE = 1

# Root without privileges, none kept over a change of user, no ambient ones; all locked. The change of user itself
# must go on clearing them: that is how a run loses its capabilities.
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
    """Prepared once by the zygote, entered by each run."""

    def __init__(self, abi, limits):
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
    def abi(self):
        return self._rules.abi

    def enter(self, uid, directory, writable=("work", "tmp"), readable=(), lent=(), last=JOB, mapped=0, threads=0):
        """
        Gives up everything that `uid` alone in the parts of `directory` does not have. `uid` is None where it stays.

        `lent` are pairs of a descriptor and what may be done below it, `last` is the last descriptor to be kept;
        `mapped` bytes and `threads` are what the run's interpreter takes for itself.
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
        parts = ([os.path.join(directory, part) for part in parts] for parts in (writable, readable))
        self._rules.enter(*parts, lent)
        os.closerange(last + 1, OPEN_FILES)
        self._filter.install()

    def _limit(self, mapped, threads):
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


def lower_limit(which, value, pid=0):
    """Sets a limit, of this process or another, for good. What the host allows less of stays as it is."""
    _, hard = resource.prlimit(pid, which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.prlimit(pid, which, (value, value))


def prepare():
    """What the zygote gives up for itself and so for all runs. Needs no privilege, uses what it has."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    try:
        kernel.prctl(kernel.PR_SET_SECUREBITS, _SECUREBITS)
        kernel.drop_bounding_set()
    except PermissionError:
        # CAP_SETPCAP is missing. no_new_privs alone already keeps every exec from gaining a capability.
        pass


def check(uid):
    """Run inside the floor: says in one sentence what does not hold, None where all does."""
    if uid is not None and (os.getresuid() != (uid,) * 3 or os.getresgid() != (uid,) * 3 or os.getgroups()):
        return "the run kept a user or group that it should have lost"
    if kernel.effective_capabilities():
        return "the run kept capabilities"
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
        return "the system call filter let a network socket through"
    except PermissionError:
        pass
    for path in ("/etc/passwd", "/proc/self/status"):
        try:
            os.close(os.open(path, os.O_RDONLY))
            return f"Landlock left {path} open"
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


def _interpreter_paths():
    """Where this interpreter's modules are."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    paths = {os.path.realpath(sysconfig.get_path(name)) for name in names}
    paths.add(os.path.join(os.path.realpath(sys.base_prefix), "lib"))
    return paths


def _executables():
    """
    The interpreter and its loader, so that subprocess and multiprocessing can start another Python. It gives a run
    nothing new: ctypes already runs any machine code, and the floor stays on through exec.
    """
    loaders = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1")
    return {os.path.realpath(sys.executable), *(os.path.realpath(path) for path in loaders)}


def _data_bytes():
    """Private writable memory that a fork of this process begins with; RLIMIT_DATA counts it."""
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return 0
