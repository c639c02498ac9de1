"""
Bytecode of a tree, so that no run compiles what it imports. Started as text (`python -c`) by the builder, in a process
of its own: source that makes the compiler fail costs that file its bytecode and nothing else. Compiling runs nothing.
"""

import sys

# The working directory, from which nothing is to be imported.
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
