"""A run of JavaScript: a Node.js that is started at the floor ahead of its job, and waits for it."""

import os
import resource
import signal

import channels
import landlock
from floor import JOB

_PROGRAM = JOB + 2
# V8 maps this much ahead, beyond what it touches, and starts so many threads.
_MAPPED_BYTES = 1 << 30
_THREADS = 16
# Of the memory of a run, for the heap; the rest is for buffers, code and stacks.
_HEAP_SHARE = 0.75
# The contract's longest run, on all cores; the supervisor's clock ends it long before.
_CPU_SECONDS = 901


class Node:
    """Opened once by the zygote: whoever may not reach the program's path can still be made to run it."""

    def __init__(self, path, bootstrap, limits):
        self._path = path
        self._limits = limits
        self._bootstrap = bootstrap
        self.program = os.open(path, os.O_PATH | os.O_CLOEXEC)
        script = os.open(bootstrap, os.O_PATH | os.O_CLOEXEC)
        self._rights = (
            (self.program, landlock.READ_FILE | landlock.EXECUTE),
            (script, landlock.READ_FILE),
        )

    def run(self, floor, uid, directory, address, token):
        """In the child: never returns."""
        try:
            channels.connect_for_exec(address, token, self.program)
            for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
                if signal.getsignal(number) is not None:
                    signal.signal(number, signal.SIG_DFL)
            work, temporary = (os.path.join(directory, part) for part in ("work", "tmp"))
            environment = {
                "HOME": work,
                "LANG": "C.UTF-8",
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "TMPDIR": temporary,
                "USER": "sandbox",
                "UV_USE_IO_URING": "0",
            }
            floor.enter(uid, directory, lent=self._rights, last=_PROGRAM, mapped=_MAPPED_BYTES, threads=_THREADS)
            seconds = _CPU_SECONDS * (os.cpu_count() or 1)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            heap = int(self._limits["memoryBytes"] * _HEAP_SHARE) >> 20
            arguments = ["node", f"--max-old-space-size={heap}", "--require", self._bootstrap, "main.js"]
            os.execve(f"/proc/self/fd/{_PROGRAM}", arguments, environment)
        except BaseException as error:
            os.write(2, f"Node.js could not be started: {error}\n".encode())
        finally:
            os._exit(127)
