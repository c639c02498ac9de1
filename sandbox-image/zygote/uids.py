"""User ids for runs, from a range that no other zygote of this host uses."""

from __future__ import annotations

import fcntl
import os

_FIRST = 200_000
_COUNT = 10_000
_RANGES = 1_000


class UidPool:
    def __init__(self, directory: str, first: int | None) -> None:
        """`first` fixes the range. None selects the first range whose lock in `directory` is free."""
        self.first = first if first is not None else self._lock(directory)
        # Never assigned to a run: the real id of the zygote while it kills the processes of a run.
        self.killer = self.first
        self._next = 0

    def _lock(self, directory: str) -> int:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        if os.stat(directory).st_uid != 0:
            raise PermissionError(f"{directory} belongs to another user")
        for at in range(_RANGES):
            path = os.path.join(directory, f"uids-{at}.lock")
            self._descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return _FIRST + at * _COUNT
            except BlockingIOError:
                os.close(self._descriptor)
        raise RuntimeError(f"all {_RANGES} ranges of user ids are in use")

    def take(self) -> int:
        """Returns the next id in turn: an id is assigned again only after all others."""
        self._next = self._next % (_COUNT - 1) + 1
        return self.first + self._next

    def holds(self, uid: int) -> bool:
        return self.first < uid < self.first + _COUNT
