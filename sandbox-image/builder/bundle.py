"""
A bundle: the importable tree of a lock, read-only, under the lock's hash.

    <base>/<id>/           the tree; its root goes on sys.path
    <base>/<id>.lock.json  the lock; the id is its SHA-256
"""

import hashlib
import json
import os
import stat
import sys
import sysconfig
import tarfile

_CHUNK = 1 << 20


def seal(tree, entries, requirements):
    """
    Makes `tree` the caller's own and read-only, and returns `(id, lock as text)`.

    The tree comes from a process that handled foreign bytes, and that has ended: whatever is not a folder or a file
    with one name is refused, and its hash is taken here, so that an id is good for its content too.
    """
    lines, size = [], 0
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


def place(tree, base, bundle_id, text):
    """Puts a sealed tree where the sandbox finds it. The same bundle, built twice, is there once."""
    target = os.path.join(base, bundle_id)
    if os.path.isdir(target):
        # Whoever removes bundles that are no longer used sees that this one is.
        os.utime(target)
        return
    lock = os.path.join(base, f"{bundle_id}.lock.json")
    with open(f"{tree}.lock", "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o444)
        os.fsync(file.fileno())
    os.rename(f"{tree}.lock", lock)
    os.sync()
    # A folder that is not writable keeps even its owner from moving it (its ".." changes).
    os.chmod(tree, 0o755)  # noqa: S103 - every user may read a bundle
    try:
        os.rename(tree, target)
    except OSError:
        # Another builder was quicker.
        if not os.path.isdir(target):
            raise
        return
    os.chmod(target, 0o555)  # noqa: S103
    descriptor = os.open(base, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)


def pack(tree, path):
    """
    Writes the tree to one gzipped archive (ustar with pax names). The same tree gives the same bytes, except for the
    timestamp of gzip.
    """
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT, compresslevel=6) as archive:
        for each in sorted(_walk(tree)):
            archive.add(each, os.path.relpath(each, tree), recursive=False, filter=_anonymous)


def _anonymous(member):
    member.uid = member.gid = member.mtime = 0
    member.uname = member.gname = ""
    return member


def _walk(tree):
    """All below `tree`. No link is followed, and nothing but folders and files is let by."""
    pending = [tree]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(status.st_mode):
                    pending.append(entry.path)
                elif not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
                    raise RuntimeError("a tree holds a link or a special file")
                yield entry.path


def _own(path, mode):
    os.chown(path, os.geteuid(), os.getegid(), follow_symlinks=False)
    os.chmod(path, mode)


def _sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            digest.update(chunk)
    return digest.hexdigest()
