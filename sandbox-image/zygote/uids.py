"""User ids for runs: a range that no other zygote of this host has, given out in turn."""

import fcntl
import os

_FIRST = 200_000
_COUNT = 10_000
_RANGES = 1_000


class UidPool:
    def __init__(self, directory, first):
        """`first` fixes the range; None takes the first range whose lock in `directory` is free."""
        self.first = first if first is not None else self._lock(directory)
        # The first id is nobody's run: the zygote takes it as its real id while it ends one.
        self.killer = self.first
        self._next = 0

    def _lock(self, directory):
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
        raise RuntimeError(f"all {_RANGES} ranges of user ids are taken")

    def take(self):
        """An id whose last run, if any, was long ago and is confirmed to have ended."""
        self._next = self._next % (_COUNT - 1) + 1
        return self.first + self._next

    def holds(self, uid):
        return self.first < uid < self.first + _COUNT
