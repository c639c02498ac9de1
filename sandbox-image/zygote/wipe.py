"""Removes a run's directory, however deep, wide or unreadable the run left it."""

from __future__ import annotations

import os


def wipe(directory: str) -> None:
    """Never follows a symbolic link and never recurses: moves each directory to the top and empties it there."""
    if not os.path.lexists(directory):
        return
    os.chmod(directory, 0o700)
    top = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    moved = 0
    try:
        while True:
            with os.scandir(top) as entries:
                names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
            if not names:
                break
            for name, is_directory in names:
                if not is_directory:
                    os.unlink(name, dir_fd=top)
                    continue
                moved = _empty(top, name, moved)
    finally:
        os.close(top)
    os.rmdir(directory)


def _empty(top: int, name: str, moved: int) -> int:
    """
    Removes a directory after unlinking its files and moving its directories to the top. Returns how many directories
    were moved so far.
    """
    os.chmod(name, 0o700, dir_fd=top)
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=top)
    try:
        with os.scandir(inner) as entries:
            children = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        for child, is_directory in children:
            if is_directory:
                # Moving a directory rewrites its "..", which requires write permission on it.
                os.chmod(child, 0o700, dir_fd=inner)
                while True:
                    moved += 1
                    target = f".wipe-{moved}"
                    if not _exists(top, target):
                        break
                os.rename(child, target, src_dir_fd=inner, dst_dir_fd=top)
            else:
                os.unlink(child, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)
    return moved


def _exists(directory: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
