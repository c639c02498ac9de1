"""
A bundle: the read-only tree of modules that a lock describes, named by the hash of the lock.

    <base>/<id>/           the tree; its root is added to sys.path
    <base>/<id>.lock.json  the lock; the id is its SHA-256
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import sysconfig
import tarfile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index import Entry

_CHUNK = 1 << 20


def seal(tree: str, entries: Sequence[Entry], requirements: Sequence[str]) -> tuple[str, str]:
    """
    Makes `tree` read-only and the caller's own. Returns the id of the bundle, and its lock as text.

    The process that wrote the tree handled untrusted bytes, and must have ended. This rejects everything except
    folders and files with one name, and includes a hash of the tree in the lock, so that the id also covers content.
    """
    lines: list[tuple[str, int, str]] = []
    size = 0
    for path in _walk(tree):
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            continue
        _own(path, 0o444)
        lines.append((os.path.relpath(path, tree), status.st_size, _sha256(path)))
        size += status.st_size
    for path in [*_walk(tree), tree]:
        if stat.S_ISDIR(os.lstat(path).st_mode):
            _own(path, 0o555)
    listed = "".join(f"{digest} {length} {path}\n" for path, length, digest in sorted(lines))
    lock = {
        "lockVersion": 1,
        "python": ".".join(map(str, sys.version_info[:3])),
        "platform": sysconfig.get_platform(),
        "requirements": sorted(requirements),
        "packages": entries,
        "tree": {
            "sha256": hashlib.sha256(listed.encode("utf-8", "surrogateescape")).hexdigest(),
            "files": len(lines),
            "sizeBytes": size,
        },
    }
    text = json.dumps(lock, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest(), text


def place(tree: str, base: str, bundle_id: str, text: str) -> None:
    """Moves a sealed tree to where the sandbox looks for it. Does nothing if the bundle already exists."""
    target = os.path.join(base, bundle_id)
    if os.path.isdir(target):
        # Tells the cleanup of unused bundles that this one is in use.
        os.utime(target)
        return
    lock = os.path.join(base, f"{bundle_id}.lock.json")
    with open(f"{tree}.lock", "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())
    os.rename(f"{tree}.lock", lock)
    os.sync()
    # Moving a folder changes its "..", so even its owner needs write permission.
    os.chmod(tree, 0o755)  # noqa: S103 - every user may read a bundle
    try:
        os.rename(tree, target)
    except OSError:
        # Another builder was faster.
        if not os.path.isdir(target):
            raise
        return
    os.chmod(target, 0o555)  # noqa: S103 - the same
    descriptor = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def pack(tree: str, path: str) -> None:
    """
    Writes the tree to one gzipped archive (ustar with pax names). The same tree gives the same bytes, except for the
    timestamp of gzip.
    """
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT, compresslevel=6) as archive:
        for each in sorted(_walk(tree)):
            archive.add(each, os.path.relpath(each, tree), recursive=False, filter=_anonymous)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def _walk(tree: str) -> Iterator[str]:
    """Yields all paths below `tree` without following links. Raises RuntimeError for anything but folders and files."""
    pending = [tree]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    pending.append(entry.path)
                elif not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                    raise RuntimeError("the tree contains a link or a special file")
                yield entry.path


def _own(path: str, mode: int) -> None:
    os.chown(path, os.geteuid(), os.getegid(), follow_symlinks=False)
    os.chmod(path, mode)


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            digest.update(chunk)
    return digest.hexdigest()
