"""
Compiles the modules of a tree to bytecode, so that no run has to. Compiling does not execute them.

The builder passes this file as text to `python -c`, as a process of its own. If the compiler fails on a file, only that
file stays without bytecode.
"""

from __future__ import annotations

import sys

# Nothing must be imported from the working directory.
sys.path.pop(0)

import os
import py_compile
import warnings

warnings.simplefilter("ignore")
root, limit = sys.argv[1], int(sys.argv[2])
for folder, folders, files in os.walk(root):
    folders.sort()
    for name in sorted(files):
        path = os.path.join(folder, name)
        if not name.endswith(".py") or os.path.getsize(path) > limit:
            continue
        try:
            py_compile.compile(
                path,
                dfile=os.path.relpath(path, root),
                doraise=True,
                quiet=2,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except (py_compile.PyCompileError, ValueError, RecursionError, MemoryError, OSError):
            continue
