"""
The package builder: one build, then it ends.

    python -I -B sandbox-image/builder --check    whether it can build here; one sentence on stderr where it cannot
    python -I -B sandbox-image/builder            builds the job that job.py finds

This process keeps the rights; resolving, downloading and unpacking are done by a child that has none. It runs nothing
of what it downloads.
"""

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

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bytecode.py"), encoding="utf-8") as _file:
    _BYTECODE = _file.read()

# Source that is larger is data; to compile it takes gigabytes.
_COMPILED_BYTES = 2 * 1024 * 1024


def main():
    if sys.argv[1:] == ["--check"]:
        _check(job.base())
        return
    source = job.source()
    try:
        source.report(_build(source))
    except confine.Abandoned:
        sys.exit(1)


def _check(base):
    index.check()
    confine.check(base)


def _build(source):
    work = tempfile.mkdtemp(prefix=".work-", dir=source.base)
    try:
        _check(source.base)
        bundle_id, lock = _bundle(source, work)
        return {"status": "ready", "bundleId": bundle_id, "lock": lock}
    except (Failed, Unavailable) as failed:
        names = getattr(failed, "names", ())
        return {"status": "failed", "reason": str(failed), "names": list(names)}
    except confine.Abandoned:
        raise
    except Exception:
        traceback.print_exc()
        return {"status": "failed", "reason": "Something went wrong in the builder.", "names": []}
    finally:
        _remove(work)


def _bundle(source, work):
    requirements, limits = source.job["requirements"], source.job["limits"]
    temporary = os.path.join(work, "tmp")
    environment = {**index.settings(work), "HOME": temporary, "TMPDIR": temporary}

    def step():
        return _fill(requirements, environment, limits)

    with confine.own_user() as uid:
        entries = confine.run(step, work, uid, limits, source.lifeline)
    tree = os.path.join(work, "tree")
    bundle_id, lock = bundle.seal(tree, entries, requirements)
    source.deliver(tree, bundle_id, lock)
    return bundle_id, lock


def _fill(requirements, environment, limits):
    """In the child: `tree/` filled, and the entries of the lock."""
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


def _remove(path):
    """Also what is closed even to its owner."""
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
