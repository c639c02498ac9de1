"""Controls which files a run can access (landlock(7)). By default, none."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct

import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Grant = tuple[int, int]
    """A descriptor and the rights to what is below it."""

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_DIR = 1 << 3
_MAKE_CHAR = 1 << 6
_MAKE_SOCK = 1 << 9
_MAKE_FIFO = 1 << 10
_MAKE_BLOCK = 1 << 11
_REFER = 1 << 13
_TRUNCATE = 1 << 14
_IOCTL_DEV = 1 << 15

# The newest interface that this module knows. A newer kernel still accepts it.
_NEWEST = 6
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV


def version() -> int:
    """Returns the version of the kernel's Landlock interface, or 0 without Landlock."""
    try:
        return kernel.call("landlock_create_ruleset", 0, 0, _CREATE_RULESET_VERSION)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            return 0
        raise


class Rules:
    """Grants every run the same paths, opened once, and each run its own directory."""

    def __init__(self, abi: int) -> None:
        self.abi = min(abi, _NEWEST)
        self._files = (1 << 13) - 1
        if self.abi >= 2:
            self._files |= _REFER
        if self.abi >= 3:
            self._files |= _TRUNCATE
        if self.abi >= 5:
            self._files |= _IOCTL_DEV
        attributes = [self._files]
        if self.abi >= 4:
            attributes.append(0b11)  # bind and connect of TCP
        if self.abi >= 6:
            attributes.append(0b11)  # abstract unix sockets and signals to processes outside
        self._attributes = ctypes.create_string_buffer(struct.pack(f"={len(attributes)}Q", *attributes))
        self._attributes_size = 8 * len(attributes)
        self._shared: list[Grant] = []

    def allow(self, path: str, rights: int) -> None:
        """Grants every run `rights` to a path. A missing path is not an error, since hosts differ."""
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FILE_RIGHTS
        self._shared.append((descriptor, rights & self._files))

    def enter(self, writable: Iterable[str], readable: Iterable[str], lent: Iterable[Grant]) -> None:
        """
        Restricts this process and its descendants, irrevocably, to these directories, to `lent`, and to the paths that
        every run is granted.
        """
        ruleset = kernel.call("landlock_create_ruleset", self._attributes, self._attributes_size, 0)
        special = EXECUTE | _MAKE_CHAR | _MAKE_BLOCK | _MAKE_FIFO | _MAKE_SOCK | _IOCTL_DEV
        own = [
            (os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC), rights)
            for paths, rights in ((writable, self._files & ~special), (readable, READ_FILE | READ_DIR))
            for path in paths
        ]
        for descriptor, rights in (*self._shared, *lent, *own):
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
            kernel.call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, rule, 0)
        kernel.call("landlock_restrict_self", ruleset, 0)
        for descriptor in (*(descriptor for descriptor, _ in own), ruleset):
            os.close(descriptor)
