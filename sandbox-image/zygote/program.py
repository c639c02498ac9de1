"""A run of Python, from the fork to the last line of the user's program."""

from __future__ import annotations

import atexit
import fcntl
import gc
import io
import json
import linecache
import os
import resource
import signal
import struct
import sys
import threading
import traceback
import types

import channels
import figures
from floor import JOB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn, TypedDict, Union

    from floor import Floor
    from packages import Bundle

    class File(TypedDict):
        path: str
        sizeBytes: int
        content: bytes

    # Not a TypedDict, since those cannot be cleared.
    Job = dict[str, Any]
    """`code`, `args`, `env`, `stdin`, `timeoutMs` and `files` (a list of `File`)."""

    ExitCode = Union[str, int, None]

_F_ADD_SEALS, _ALL_SEALS = 1033, 0b1111
_NAME = "main.py"
# Limit of processor time for imports ahead of the job.
_PREIMPORT_SECONDS = 30


def run(floor: Floor, uid: int | None, directory: str, address: str, token: str, packages: Bundle | None) -> NoReturn:
    """Executes the job in this process, which must be a child of the zygote."""
    code = 1
    try:
        channels.connect(address, token)
        floor.enter(uid, directory, lent=packages.rights if packages else ())
        _settle(directory)
        if packages:
            resource.setrlimit(resource.RLIMIT_CPU, (_PREIMPORT_SECONDS, resource.RLIM_INFINITY))
            packages.add()
        os.write(JOB, b"R")
        job = _receive()
        if job is not None:
            _begin(job)
            code = _guard(lambda: _place(job["files"])) or _execute(job)
    finally:
        os._exit(code)


def probe(
    floor: Floor, uid: int | None, directory: str, writer: int, check: Callable[[int | None], str | None]
) -> NoReturn:
    """
    Enters the floor without a job and writes the result of `check` to `writer`. This process must be a child of the
    zygote.
    """
    try:
        os.dup2(writer, JOB)
        floor.enter(uid, directory)
        os.write(JOB, (check(uid) or "").encode())
    except BaseException as error:
        os.write(JOB, f"entering the floor failed: {error}".encode())
    finally:
        os._exit(0)


def _receive() -> Job | None:
    """Reads the job: a length of 4 bytes, a header in JSON, and its files. Returns None if the supervisor hung up."""
    with open(JOB, "rb", closefd=True) as stream:
        prefix = stream.read(4)
        if len(prefix) < 4:
            return None
        job: Job = json.loads(stream.read(struct.unpack(">I", prefix)[0]))
        for file in job["files"]:
            file["content"] = stream.read(file["sizeBytes"])
    return job


def _settle(directory: str) -> None:
    """
    Makes the process look like an interpreter that has just started. This does everything that does not depend on the
    job ahead of it, including the first write to pages that every program writes to, which copies them.
    """
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    work, temporary = os.getcwd(), os.path.join(directory, "tmp")
    os.environ.update(HOME=work, MPLCONFIGDIR=temporary, TMPDIR=temporary)
    sys.stdin = sys.__stdin__ = _reader(0)
    sys.stdout = sys.__stdout__ = _writer(1, "surrogateescape", False)
    sys.stderr = sys.__stderr__ = _writer(2, "backslashreplace", True)
    threading.excepthook = _show_in_thread
    sys.path.insert(0, work)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        # Python reseeds its own generator after every fork, but not this one.
        numpy_random.seed()
    json.loads('{"files": []}')
    warm_up = "try:\n    raise ValueError(f'{0}')\nexcept ValueError:\n    pass"
    exec(compile(warm_up, _NAME, "exec"), {})  # noqa: S102 - a constant
    gc.enable()


def _begin(job: Job) -> None:
    # Normally the supervisor ends a run at its deadline. If it fails to, this limit does; a run may use all cores.
    seconds = (-(-job["timeoutMs"] // 1000) + 1) * (os.cpu_count() or 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    os.environ.update(job["env"])
    sys.argv = [_NAME, *job["args"]]
    os.write(0, job["stdin"].encode("utf-8", "surrogatepass"))
    os.lseek(0, 0, os.SEEK_SET)
    fcntl.fcntl(0, _F_ADD_SEALS, _ALL_SEALS)


def _place(files: Sequence[File]) -> None:
    """Writes the files of the job. Since the floor already holds, no path can lead out of the run's directory."""
    for file in files:
        os.makedirs(os.path.dirname(file["path"]) or ".", exist_ok=True)
        with open(file["path"], "wb") as target:
            target.write(file["content"])


def _reader(descriptor: int) -> io.TextIOWrapper:
    return open(descriptor, encoding="utf-8", errors="surrogateescape", closefd=False)


def _writer(descriptor: int, errors: str, line_buffering: bool) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors=errors, line_buffering=line_buffering)


def _execute(job: Job) -> int:
    """Runs the program as `__main__`, shuts down as the interpreter would, and returns the exit code."""
    source: str = job["code"]
    main = types.ModuleType("__main__")
    main.__file__ = os.path.join(os.getcwd(), _NAME)
    main.__dict__["__builtins__"] = sys.modules["builtins"]
    sys.modules["__main__"] = main
    # The file does not exist. Without a modification time, linecache never considers the entry stale.
    linecache.cache[_NAME] = (len(source), None, source.splitlines(True), _NAME)
    job.clear()
    code = _guard(lambda: exec(compile(source, _NAME, "exec", dont_inherit=True), main.__dict__))  # noqa: S102 - inside the floor
    # The interpreter itself ends a program with these two functions. There are no public ones.
    _guard(threading._shutdown)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
    _guard(figures.save)
    _guard(atexit._run_exitfuncs)  # pyright: ignore[reportPrivateUsage]
    return _flush(code)


def _guard(step: Callable[[], object]) -> int:
    """Runs a step of the program and returns the exit code that results; 0 means that the step succeeded."""
    try:
        step()
    except SystemExit as exit:
        return _exit_code(exit.code)
    except BaseException as error:
        _report(error)
        return 1
    return 0


def _exit_code(code: ExitCode) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    try:
        print(code, file=sys.stderr)
    except BaseException:  # noqa: S110 - the program may have closed it
        pass
    return 1


def _report(error: BaseException) -> None:
    """Prints the traceback as the user expects it: starting in their own file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    error.with_traceback(trace)
    hook = _show if sys.excepthook is sys.__excepthook__ else sys.excepthook
    try:
        hook(type(error), error, trace)
    except SystemExit:
        pass
    except BaseException:
        _show(type(error), error, trace)


def _show(kind: type[BaseException], error: BaseException | None, trace: types.TracebackType | None) -> None:
    """
    Prints a traceback with source lines. Before Python 3.13, the interpreter's own hook reads them only from files,
    and the program is not in one.
    """
    try:
        traceback.print_exception(kind, error, trace)
    except BaseException:
        sys.__excepthook__(kind, error, trace)  # pyright: ignore[reportArgumentType] - None is accepted


def _show_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_type is not SystemExit:
        name = arguments.thread.name if arguments.thread else threading.get_ident()
        print(f"Exception in thread {name}:", file=sys.stderr)
        _show(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _flush(code: int) -> int:
    """Flushes the output. Like the interpreter, returns 120 instead of 0 if output was lost."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException:
            code = code or 120
    return code
