"""A run, from the fork to the last line of the user's program."""

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

_F_ADD_SEALS, _ALL_SEALS = 1033, 0b1111
_NAME = "main.py"
# Processor time for imports ahead of the job.
_PREIMPORT_SECONDS = 30


def run(floor, uid, directory, address, token, packages):
    """In the child: never returns. `packages` is None or a `packages.Bundle`."""
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


def probe(floor, uid, directory, writer, check):
    """In a child that gets no job: enters the floor and reports whether it holds. Never returns."""
    try:
        os.dup2(writer, JOB)
        floor.enter(uid, directory)
        os.write(JOB, (check(uid) or "").encode())
    except BaseException as error:
        os.write(JOB, f"entering the floor failed: {error}".encode())
    finally:
        os._exit(0)


def _receive():
    """The job: a length of 4 bytes, a header in JSON, its files one after another. None where none came."""
    with open(JOB, "rb", closefd=True) as stream:
        prefix = stream.read(4)
        if len(prefix) < 4:
            return None
        job = json.loads(stream.read(struct.unpack(">I", prefix)[0]))
        for file in job["files"]:
            file["content"] = stream.read(file["sizeBytes"])
    return job


def _settle(directory):
    """
    Makes the process look like an interpreter that has just started. All that does not depend on the job is done
    here, ahead of it, down to the copying of the pages that every program writes to.
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
        # Python's own generator is seeded anew by every fork; this one is not.
        numpy_random.seed()
    json.loads('{"files": []}')
    warm_up = "try:\n    raise ValueError(f'{0}')\nexcept ValueError:\n    pass"
    exec(compile(warm_up, _NAME, "exec"), {})  # noqa: S102
    gc.enable()


def _begin(job):
    # The supervisor's clock ends a run; this is for the case that it cannot. All cores may be busy until then.
    seconds = (-(-job["timeoutMs"] // 1000) + 1) * (os.cpu_count() or 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    os.environ.update(job["env"])
    sys.argv = [_NAME, *job["args"]]
    os.write(0, job["stdin"].encode("utf-8", "surrogatepass"))
    os.lseek(0, 0, os.SEEK_SET)
    fcntl.fcntl(0, _F_ADD_SEALS, _ALL_SEALS)


def _place(files):
    """Writes the files that came with the job; from inside the floor, so none can land elsewhere."""
    for file in files:
        os.makedirs(os.path.dirname(file["path"]) or ".", exist_ok=True)
        with open(file["path"], "wb") as target:
            target.write(file["content"])


def _reader(descriptor):
    return open(descriptor, encoding="utf-8", errors="surrogateescape", closefd=False)


def _writer(descriptor, errors, line_buffering):
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors=errors, line_buffering=line_buffering)


def _execute(job):
    """Runs the program as `__main__` and ends as the interpreter would; returns the exit code."""
    source = job["code"]
    main = types.ModuleType("__main__")
    main.__file__ = os.path.join(os.getcwd(), _NAME)
    main.__builtins__ = sys.modules["builtins"]
    sys.modules["__main__"] = main
    # Without a time of modification, the entry is never dropped as stale; there is no such file.
    linecache.cache[_NAME] = (len(source), None, source.splitlines(True), _NAME)
    job.clear()
    code = _guard(lambda: exec(compile(source, _NAME, "exec", dont_inherit=True), main.__dict__))  # noqa: S102
    _guard(threading._shutdown)
    _guard(figures.save)
    _guard(atexit._run_exitfuncs)
    return _flush(code)


def _guard(step):
    """The exit code that a step of the program asks for."""
    try:
        step()
    except SystemExit as exit:
        return _exit_code(exit.code)
    except BaseException as error:
        _report(error)
        return 1
    return 0


def _exit_code(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    try:
        print(code, file=sys.stderr)
    except BaseException:  # noqa: S110
        pass
    return 1


def _report(error):
    """The traceback as the user knows it: from the first line of their own file."""
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


def _show(kind, error, trace):
    """Before Python 3.13 the interpreter's own hook takes source lines from files only; the program is not in one."""
    try:
        traceback.print_exception(kind, error, trace)
    except BaseException:
        sys.__excepthook__(kind, error, trace)


def _show_in_thread(arguments):
    if arguments.exc_type is not SystemExit:
        name = arguments.thread.name if arguments.thread else threading.get_ident()
        print(f"Exception in thread {name}:", file=sys.stderr)
        _show(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _flush(code):
    """As the interpreter does it: 120 where output was lost."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException:
            code = code or 120
    return code
