"""A run of JavaScript: Node.js starts at the floor, ahead of its job, and waits for it."""

from __future__ import annotations

import os
import resource
import signal

import channels
import landlock
from floor import JOB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from floor import Floor, Limits

_PROGRAM = JOB + 2
# V8 maps about this much memory in advance without using it, and starts about this many threads.
_MAPPED_BYTES = 1 << 30
_THREADS = 16
# Share of the memory limit for the heap; the rest is for buffers, code and stacks.
_HEAP_SHARE = 0.75
# The longest run that the contract allows, per core. The supervisor normally ends the run long before.
_CPU_SECONDS = 901


class Node:
    """Opens the program once, in the zygote, so that runs can execute it without access to its path."""

    def __init__(self, path: str, bootstrap: str, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._bootstrap = bootstrap
        self.program = os.open(path, os.O_PATH | os.O_CLOEXEC)
        script = os.open(bootstrap, os.O_PATH | os.O_CLOEXEC)
        self._rights = (
            (self.program, landlock.READ_FILE | landlock.EXECUTE),
            (script, landlock.READ_FILE),
        )

    def run(self, floor: Floor, uid: int | None, directory: str, address: str, token: str) -> NoReturn:
        """Executes Node.js in this process, which must be a child of the zygote."""
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
