"""
The package builder: executes one build and exits.

    python -I -B sandbox-image/builder --check    checks whether this host can build; if not, explains why on stderr
    python -I -B sandbox-image/builder            builds the job that job.py finds

This process keeps its rights. A child without rights resolves, downloads and unpacks. Neither runs downloaded code.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import traceback

import bundle
import confine
import index
import job
import wheel
from failure import Failed, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index import Entry
    from job import Limits, Result, Source

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bytecode.py"), encoding="utf-8") as _file:
    _BYTECODE = _file.read()

# Larger source files are data, and compiling them needs gigabytes of memory.
_COMPILED_BYTES = 2 * 1024 * 1024


def main() -> None:
    if sys.argv[1:] == ["--check"]:
        _check(job.base())
        return
    source = job.source()
    try:
        source.report(_build(source))
    except confine.Abandoned:
        sys.exit(1)


def _check(base: str) -> None:
    index.check()
    confine.check(base)


def _build(source: Source) -> Result:
    work = tempfile.mkdtemp(prefix=".work-", dir=source.base)
    try:
        _check(source.base)
        bundle_id, lock = _bundle(source, work)
        return {"status": "ready", "bundleId": bundle_id, "lock": lock}
    except Failed as failed:
        return {"status": "failed", "reason": failed.reason, "names": list(failed.names)}
    except Unavailable as unavailable:
        return {"status": "failed", "reason": str(unavailable), "names": []}
    except confine.Abandoned:
        raise
    except Exception:
        traceback.print_exc()
        return {"status": "failed", "reason": "The builder failed unexpectedly.", "names": []}
    finally:
        _remove(work)


def _bundle(source: Source, work: str) -> tuple[str, str]:
    requirements, limits = source.job["requirements"], source.job["limits"]
    temporary = os.path.join(work, "tmp")
    environment = {**index.settings(work), "HOME": temporary, "TMPDIR": temporary}

    def step() -> list[Entry]:
        return _fill(requirements, environment, limits)

    with confine.own_user() as uid:
        entries = confine.run(step, work, uid, limits, source.lifeline)
    tree = os.path.join(work, "tree")
    bundle_id, lock = bundle.seal(tree, entries, requirements)
    source.deliver(tree, bundle_id, lock)
    return bundle_id, lock


def _fill(requirements: Sequence[str], environment: Mapping[str, str], limits: Limits) -> list[Entry]:
    """Fills `tree/` and returns the packages of the lock. Runs in the child."""
    entries = index.resolve(requirements, environment, limits)
    index.download(entries, environment, limits)
    tree = wheel.Tree("tree", limits)
    for entry in entries:
        path = os.path.join("wheels", entry["file"])
        entry["sizeBytes"] = wheel.unpack(path, entry, tree)
        os.unlink(path)
    subprocess.run(
        [sys.executable, "-s", "-B", "-c", _BYTECODE, os.path.abspath("tree"), str(_COMPILED_BYTES)],
        cwd="tmp",
        env={"LANG": "C.UTF-8", "PYTHONHASHSEED": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return entries


def _remove(path: str) -> None:
    """Removes a folder, including subfolders that even their owner cannot access."""
    for folder, folders, _ in os.walk(path):
        for name in folders:
            inner = os.path.join(folder, name)
            if not os.path.islink(inner):
                os.chmod(inner, 0o700)
    shutil.rmtree(path, ignore_errors=True)


try:
    main()
except Unavailable as missing:
    sys.stderr.write(f"{missing}\n")
    sys.exit(1)
