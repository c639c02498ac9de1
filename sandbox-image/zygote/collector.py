"""
Collects the files that a run left, after all its processes have ended.

A hostile program may have arranged these files. The collector therefore has no more rights than the program had: it
runs as the same user, at the floor, and Landlock denies it all writes. It has its own connection to the supervisor:

    in:  length (4, big-endian) ‖ {"maxFiles", "maxBytes", "known": {path: [size, SHA-256 in hex]}}
    out: length (4, big-endian) ‖ {"files": [{"path", "sizeBytes"}], "omitted"} ‖ contents, one after another
"""

from __future__ import annotations

import collections
import hashlib
import json
import os
import resource
import socket
import stat
import struct

from floor import JOB

TYPE_CHECKING = False
if TYPE_CHECKING:
    import io
    from collections.abc import Mapping
    from typing import NoReturn, TypedDict, Union

    from floor import Floor

    Known = Mapping[str, list[Union[int, str]]]
    """Path to size and SHA-256."""

    class Wanted(TypedDict):
        maxFiles: int
        maxBytes: int
        known: Known


_CHANNEL = b"F"
_MAX_ENTRIES = 20_000
_MAX_DEPTH = 32
_MAX_PATH_BYTES = 1024
_CPU_SECONDS = 5
_CHUNK = 1 << 20

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK, because opening a FIFO would otherwise wait for a writer.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def run(floor: Floor, uid: int | None, directory: str, address: str, token: str) -> NoReturn:
    """Collects the files and exits. This process must be a child of the zygote."""
    code = 1
    try:
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.connect(address)
        stream.sendall(token.encode("ascii") + _CHANNEL)
        os.dup2(stream.detach(), JOB)
        floor.enter(uid, directory, writable=(), readable=("work",))
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        with open(JOB, "r+b", buffering=0) as supervisor:
            _serve(supervisor)
        code = 0
    finally:
        os._exit(code)


def _serve(supervisor: io.FileIO) -> None:
    prefix = _read(supervisor, 4)
    wanted: Wanted = json.loads(_read(supervisor, struct.unpack(">I", prefix)[0]))
    top = os.open(".", _DIRECTORY)
    files, omitted = collect(top, wanted["maxFiles"], wanted["maxBytes"], wanted["known"])
    header = {
        "files": [{"path": path, "sizeBytes": len(content)} for path, content in files],
        "omitted": omitted,
    }
    encoded = json.dumps(header).encode()
    for part in (struct.pack(">I", len(encoded)), encoded, *(content for _, content in files)):
        left = memoryview(part)
        while left:
            left = left[supervisor.write(left) :]


def _read(stream: io.FileIO, size: int) -> bytes:
    content = b""
    while len(content) < size:
        chunk = stream.read(size - len(content))
        if not chunk:
            raise EOFError
        content += chunk
    return content


def collect(top: int, max_files: int, max_bytes: int, known: Known) -> tuple[list[tuple[str, bytes]], int]:
    """
    Returns the files below the directory `top`, least nested first, and the number of omitted entries: links, special
    files, files beyond a limit, and names that are not portable. Files that match `known` are neither.
    """
    paths, omitted = _find(top)
    files: list[tuple[str, bytes]] = []
    room = max_bytes
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        descriptor = _open(top, path)
        if descriptor is None:
            omitted += 1
            continue
        try:
            size = os.fstat(descriptor).st_size
            if path in known and known[path] == [size, _digest(descriptor)]:
                continue
            content = _content(descriptor, size) if len(files) < max_files and size <= room else None
        finally:
            os.close(descriptor)
        if content is None:
            omitted += 1
        else:
            files.append((path, content))
            room -= size
    return files, omitted


def _find(top: int) -> tuple[list[str], int]:
    """Returns the paths of all regular files, and the number of omitted entries."""
    paths: list[str] = []
    omitted, seen = 0, 0
    waiting = collections.deque([""])
    while waiting:
        prefix = waiting.popleft()
        directory = _descend(top, prefix)
        if directory is None:
            omitted += 1
            continue
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    seen += 1
                    if seen > _MAX_ENTRIES:
                        return paths, omitted + 1
                    path = prefix + entry.name
                    if not _presentable(path):
                        omitted += 1
                    elif entry.is_dir(follow_symlinks=False):
                        waiting.append(path + "/")
                    elif entry.is_file(follow_symlinks=False):
                        paths.append(path)
                    else:
                        omitted += 1
        except OSError:
            omitted += 1
        finally:
            os.close(directory)
    return paths, omitted


def _presentable(path: str) -> bool:
    """Returns whether the path means the same on every system: no control characters, no foreign separators."""
    try:
        encoded = path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return (
        len(encoded) <= _MAX_PATH_BYTES
        and path.count("/") < _MAX_DEPTH
        and not any(character < " " or character in "\\\x7f" for character in path)
    )


def _open(top: int, path: str) -> int | None:
    """Opens a regular file that has one name and is owned by this user. Returns None for anything else."""
    parent, _, name = path.rpartition("/")
    directory = _descend(top, parent)
    if directory is None:
        return None
    try:
        descriptor = os.open(name, _FILE, dir_fd=directory)
    except OSError:
        return None
    finally:
        os.close(directory)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid == os.getuid():
        return descriptor
    os.close(descriptor)
    return None


def _descend(top: int, path: str) -> int | None:
    """Opens a directory below `top`, one step at a time, so that no step can be a link. Returns None on failure."""
    at = os.dup(top)
    for name in path.split("/"):
        if not name:
            continue
        try:
            inner = os.open(name, _DIRECTORY, dir_fd=at)
        except OSError:
            inner = None
        os.close(at)
        if inner is None:
            return None
        at = inner
    return at


def _digest(descriptor: int) -> str:
    digest = hashlib.sha256()
    at = 0
    while chunk := os.pread(descriptor, _CHUNK, at):
        digest.update(chunk)
        at += len(chunk)
    return digest.hexdigest()


def _content(descriptor: int, size: int) -> bytes | None:
    """Returns the content, or None if it does not have exactly `size` bytes."""
    content = b""
    while chunk := os.pread(descriptor, min(_CHUNK, size + 1 - len(content)), len(content)):
        content += chunk
    return content if len(content) == size else None
