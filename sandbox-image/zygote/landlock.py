"""Which files a run may reach (landlock(7)): by default none at all."""

import ctypes
import errno
import os
import stat
import struct

import kernel

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

# Newest interface whose rights are known here; a newer kernel still takes the older ones.
_NEWEST = 6
_FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV


def version():
    """The kernel's interface version, 0 where there is none."""
    try:
        return kernel.call("landlock_create_ruleset", 0, 0, _CREATE_RULESET_VERSION)
    except OSError as error:
        if error.errno in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            return 0
        raise


class Rules:
    """Rules for a run: what every run may read, opened once, and its own directory."""

    def __init__(self, abi):
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
            attributes.append(0b11)  # abstract unix sockets and signals stay inside
        self._attributes = ctypes.create_string_buffer(struct.pack(f"={len(attributes)}Q", *attributes))
        self._attributes_size = 8 * len(attributes)
        self._shared = []

    def allow(self, path, rights):
        """Opens a path that every run may reach. What is not there is not needed."""
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FILE_RIGHTS
        self._shared.append((descriptor, rights & self._files))

    def enter(self, writable, readable, lent):
        """
        Binds this process and its descendants, for good: to these directories, to `lent` (pairs of a descriptor and
        rights), and to what all runs may reach.
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
