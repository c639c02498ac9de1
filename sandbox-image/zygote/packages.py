"""A bundle of a user's packages: read-only, and on the module path of one run."""

from __future__ import annotations

import importlib
import os
import sys

import landlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Bundle:
    def __init__(self, path: str, preimport: Sequence[str]) -> None:
        """
        The zygote opens the bundle, but must never run its code, which belongs to the user. `preimport` names modules
        that the run imports ahead of its job.
        """
        self._path = path
        self._preimport = preimport
        descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self.rights = ((descriptor, landlock.READ_FILE | landlock.READ_DIR),)

    def close(self) -> None:
        for descriptor, _ in self.rights:
            os.close(descriptor)

    def add(self) -> None:
        """
        Adds the bundle to `sys.path`, in the run. It comes after the standard library, so that no package can shadow a
        standard module, and before the packages of the image, so that the user's version takes precedence.
        """
        at = next(
            (at for at, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages"))),
            len(sys.path),
        )
        sys.path.insert(at, self._path)
        # Threads that a library starts on import would count toward the limit of the run.
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
        for name in self._preimport:
            try:
                importlib.import_module(name)
            except BaseException:  # noqa: S112 - the program gets the same error when it imports the module
                continue
        for name in _ONE_THREAD:
            del os.environ[name]
