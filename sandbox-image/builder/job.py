"""
Where a build gets its job from and sends its result to: standard input and output on one machine, or signed URLs in a
task. Both are JSON; on standard input and output, each is one line.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request

import bundle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Literal, Protocol, TypedDict, Union

    class Limits(TypedDict):
        resolvedCount: int
        buildSeconds: int
        wheelBytes: int
        downloadBytes: int
        unpackedBytes: int
        files: int

    class Job(TypedDict):
        buildId: str
        requirements: list[str]
        limits: Limits

    class TaskJob(Job):
        bundleUrl: str
        resultUrl: str

    class Ready(TypedDict):
        status: Literal["ready"]
        bundleId: str
        lock: str

    class Failure(TypedDict):
        status: Literal["failed"]
        reason: str
        names: list[str]

    Result = Union[Ready, Failure]

    class Source(Protocol):
        base: str
        lifeline: int | None
        """A descriptor; once it reaches its end, no one waits for the build any more."""

        @property
        def job(self) -> Job: ...
        def deliver(self, tree: str, bundle_id: str, lock: str) -> None: ...
        def report(self, result: Result) -> None: ...


_TIMEOUT_SECONDS = 300


class Pipe:
    """Reads the job from the first line of standard input, whose end also ends the build. Bundles go to a folder."""

    def __init__(self, base: str) -> None:
        self.base = base
        lifeline = sys.stdin.fileno()
        self.lifeline: int | None = lifeline
        line = b""
        while not line.endswith(b"\n"):
            # Byte by byte, so that the end of the input is left for the build to detect.
            byte = os.read(lifeline, 1)
            if not byte:
                raise ValueError("standard input contains no job")
            line += byte
        self.job: Job = json.loads(line)

    def deliver(self, tree: str, bundle_id: str, lock: str) -> None:
        bundle.place(tree, self.base, bundle_id, lock)

    def report(self, result: Result) -> None:
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


class Task:
    """
    Fetches the job from STRONGROOM_BUILD_JOB_URL. The job contains the URLs for its bundle and its result. All URLs are
    signed, so that the task needs no rights of its own.
    """

    def __init__(self, url: str, base: str) -> None:
        self.base = base
        self.lifeline: int | None = None
        # S310 warns of file: URLs. These come from the control plane, which signed them.
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            self.job: TaskJob = json.load(response)

    def deliver(self, tree: str, bundle_id: str, lock: str) -> None:
        path = f"{tree}.tar.gz"
        bundle.pack(tree, path)
        with open(path, "rb") as file:
            self._put(self.job["bundleUrl"], file, os.path.getsize(path))

    def report(self, result: Result) -> None:
        body = json.dumps(result).encode()
        self._put(self.job["resultUrl"], body, len(body))

    def _put(self, url: str, body: bytes | BinaryIO, size: int) -> None:
        headers = {"Content-Length": str(size)}
        request = urllib.request.Request(url, data=body, method="PUT", headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310
            pass


def base() -> str:
    """Returns the folder of the bundles. Builds happen in subfolders, so that a finished bundle can be moved."""
    return os.path.abspath(os.environ.get("STRONGROOM_SANDBOX_PACKAGES") or "/var/lib/strongroom/packages")


def source() -> Source:
    place = base()
    os.makedirs(place, mode=0o755, exist_ok=True)
    url = os.environ.get("STRONGROOM_BUILD_JOB_URL")
    return Task(url, place) if url else Pipe(place)
