"""A bundle of a user's packages, for one run: read-only, and on the path of its interpreter."""

import importlib
import os
import sys

import landlock

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Bundle:
    def __init__(self, path, preimport):
        """
        Opened by the zygote. What is in it is the user's: nothing of it runs but in a run, as the run's own user.

        `preimport` names modules to import ahead of the job.
        """
        self._path = path
        self._preimport = preimport
        descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        self.rights = ((descriptor, landlock.READ_FILE | landlock.READ_DIR),)

    def close(self):
        for descriptor, _ in self.rights:
            os.close(descriptor)

    def add(self):
        """
        In the run. After the standard library, so that no package stands in for a part of it; before what the
        image brings, so that the user's own version counts.
        """
        at = next(
            (at for at, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages"))),
            len(sys.path),
        )
        sys.path.insert(at, self._path)
        # A library that starts threads on import would take the run's.
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
        for name in self._preimport:
            try:
                importlib.import_module(name)
            except BaseException:  # noqa: S112
                # The program gets the same error where it asks for the module.
                continue
        for name in _ONE_THREAD:
            del os.environ[name]
