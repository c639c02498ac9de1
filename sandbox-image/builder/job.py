"""
Where a build's job comes from and its result goes: standard input and output on one machine, signed URLs in a task.

A job: `{"buildId", "requirements": ["numpy", ...], "limits": {...}}`. A result: one line of JSON, `{"status": "ready",
"bundleId", "lock"}` or `{"status": "failed", "reason", "names"}`.
"""

import json
import os
import sys
import urllib.request

import bundle

_TIMEOUT_SECONDS = 300


class Pipe:
    """The job is the first line of standard input, whose end also ends the build; bundles go to a folder."""

    def __init__(self, base):
        self.base = base
        self.lifeline = sys.stdin.fileno()
        line = b""
        while not line.endswith(b"\n"):
            # Byte by byte: what is behind the line is for the build to see.
            byte = os.read(self.lifeline, 1)
            if not byte:
                raise ValueError("no job on standard input")
            line += byte
        self.job = json.loads(line)

    def deliver(self, tree, bundle_id, lock):
        bundle.place(tree, self.base, bundle_id, lock)

    def report(self, result):
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


class Task:
    """
    STRONGROOM_BUILD_JOB_URL is where the job is; the job says where its bundle and its result are to be put. The URLs
    carry their own rights, so that the task needs none.
    """

    lifeline = None

    def __init__(self, url, base):
        self.base = base
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            self.job = json.load(answer)

    def deliver(self, tree, bundle_id, lock):
        path = f"{tree}.tar.gz"
        bundle.pack(tree, path)
        with open(path, "rb") as file:
            self._put(self.job["bundleUrl"], file, os.path.getsize(path))

    def report(self, result):
        body = json.dumps(result).encode()
        self._put(self.job["resultUrl"], body, len(body))

    def _put(self, url, body, size):
        headers = {"Content-Length": str(size)}
        request = urllib.request.Request(url, data=body, method="PUT", headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310
            pass


def base():
    """Where bundles are put, and built beside."""
    return os.path.abspath(os.environ.get("STRONGROOM_SANDBOX_PACKAGES") or "/var/lib/strongroom/packages")


def source():
    place = base()
    os.makedirs(place, mode=0o755, exist_ok=True)
    url = os.environ.get("STRONGROOM_BUILD_JOB_URL")
    return Task(url, place) if url else Pipe(place)
