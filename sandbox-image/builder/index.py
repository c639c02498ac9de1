"""Resolves and downloads packages from the index through pip, without running any code of a wheel."""

from __future__ import annotations

import ast
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import sysconfig
from urllib.parse import unquote

from failure import Failed, Unavailable
from names import normal
from reasons import explain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TypedDict

    from job import Limits

    class ResolvedEntry(TypedDict):
        name: str
        version: str
        requested: bool
        file: str
        sha256: str

    class Entry(ResolvedEntry, total=False):
        """A package of the lock. `download` adds `wheelBytes`, and unpacking adds `sizeBytes`."""

        wheelBytes: int
        sizeBytes: int


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "only_index.py"), encoding="utf-8") as _file:
    _PIP = _file.read()

_COMMON = ("--no-input", "--no-color", "--disable-pip-version-check", "--no-cache-dir", "--progress-bar", "off")
_WHEELS = ("--only-binary", ":all:")
_REQUIREMENT = re.compile(r"[a-z0-9][a-z0-9.-]*(\[[a-z0-9.,-]+\])?([<>=!~][a-z0-9<>=!~.,*+_-]*)?")
_SETTINGS = (
    "index-url extra-index-url find-links no-index trusted-host cert proxy default-timeout timeout retries"
).split()
_NETWORK = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
)
_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT")
_LOG_BYTES = 256 * 1024
_REPORTED_BYTES = 2000


def check() -> None:
    """Raises Unavailable if this interpreter has no suitable pip."""
    oldest = (23, 0)
    try:
        version = subprocess.run(_command("--version"), capture_output=True, text=True, timeout=60, env=_plain())
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"pip cannot be started ({error})") from error
    found = re.match(r"pip (\d+)\.(\d+)", version.stdout)
    if not found:
        raise Unavailable(
            f"the Python that programs run with ({sys.executable}) has no pip; install it (python3-pip, or "
            "python3 -m ensurepip), or set STRONGROOM_BUILDER_PIP to a folder that contains pip"
        )
    if (int(found[1]), int(found[2])) < oldest:
        raise Unavailable(f"pip {found[1]}.{found[2]} is too old; install 23.0 or newer")


def settings(work: str) -> dict[str, str]:
    """
    Returns the environment for pip: the index that STRONGROOM_PACKAGE_INDEX names, or pip's own configuration on this
    machine. Must be called before rights are dropped, since the builder's user may lack the right to read these files;
    for the same reason, this copies certificates to `work`.
    """
    network = {name: os.environ[name] for name in _NETWORK if os.environ.get(name)}
    index = os.environ.get("STRONGROOM_PACKAGE_INDEX")
    if index:
        chosen = {"index-url": index}
        if os.environ.get("PIP_CERT"):
            chosen["cert"] = os.environ["PIP_CERT"]
    else:
        chosen = _configured()
    as_variables = {f"PIP_{name.upper().replace('-', '_')}": value for name, value in chosen.items()}
    patience = {"PIP_RETRIES": "2", "PIP_DEFAULT_TIMEOUT": "30"}
    return _with_certificates({**_plain(), **patience, **network, **as_variables}, work)


def _with_certificates(environment: dict[str, str], work: str) -> dict[str, str]:
    for name in _CERTIFICATES:
        path = environment.get(name)
        if path and os.path.isfile(path):
            environment[name] = shutil.copyfile(path, os.path.join(work, f"{name.lower()}.pem"))
    return environment


def _configured() -> dict[str, str]:
    listed = subprocess.run(_command("config", "list"), capture_output=True, text=True, timeout=60)
    ranked: dict[str, tuple[int, str]] = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        rank = {"global": 0, "install": 1, "download": 1, ":env:": 2}.get(section, -1)
        if name in _SETTINGS and rank >= ranked.get(name, (-1, ""))[0]:
            ranked[name] = (rank, str(ast.literal_eval(value)))
    return {name: value for name, (_, value) in ranked.items()}


def resolve(requirements: Sequence[str], environment: Mapping[str, str], limits: Limits) -> list[Entry]:
    """Returns the packages to install for `requirements`, sorted by name. Raises Failed."""
    if not all(_REQUIREMENT.fullmatch(requirement) for requirement in requirements):
        raise ValueError("invalid requirement")
    arguments = ("install", "--dry-run", "--ignore-installed", "--report", "report.json", *_COMMON, *_WHEELS)
    _run([*arguments, *requirements], environment)
    with open("report.json", encoding="utf-8") as file:
        report = json.load(file)
    if report["version"] != "1":
        raise RuntimeError("pip's report has an unsupported version")
    found = [_entry(item) for item in report["install"]]
    if len(found) > limits["resolvedCount"]:
        raise Failed(
            f"The list needs {len(found)} packages including dependencies; {limits['resolvedCount']} are allowed."
        )
    return sorted(found, key=lambda entry: entry["name"])


def _entry(item: Mapping[str, Any]) -> Entry:
    name = normal(item["metadata"]["name"])
    info = item["download_info"]
    file = unquote(info["url"].split("#")[0].rsplit("/", 1)[-1])
    hashes = info.get("archive_info", {}).get("hashes", {})
    if item.get("is_direct") or not file.endswith(".whl") or not re.fullmatch("[a-f0-9]{64}", hashes.get("sha256", "")):
        raise Failed(f"The index has no wheel of {name} with a SHA-256 hash.", [name])
    return {
        "name": name,
        "version": item["metadata"]["version"],
        "requested": bool(item["requested"]),
        "file": file,
        "sha256": hashes["sha256"],
    }


def download(entries: Sequence[Entry], environment: Mapping[str, str], limits: Limits) -> None:
    """Downloads the wheels of `entries` to `wheels/`, verifies their hashes, and adds `wheelBytes`. Raises Failed."""
    with open("locked.txt", "w", encoding="ascii") as file:
        for entry in entries:
            file.write(f"{entry['name']}=={entry['version']} --hash=sha256:{entry['sha256']}\n")
    arguments = ("download", "--no-deps", "--require-hashes", "--dest", "wheels", *_COMMON, *_WHEELS)
    _run([*arguments, "--requirement", "locked.txt"], environment)
    total = 0
    for entry in entries:
        entry["wheelBytes"] = os.path.getsize(os.path.join("wheels", entry["file"]))
        total += entry["wheelBytes"]
    if total > limits["downloadBytes"]:
        raise Failed(
            f"The wheels have {_mebibytes(total)} MiB in total; {_mebibytes(limits['downloadBytes'])} are allowed."
        )


def platform_name() -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    return f"Python {version} on {sysconfig.get_platform()}"


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    with open("pip.log", "w+b") as log:
        done = subprocess.run(
            _command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            preexec_fn=_alone,
        )
        if done.returncode == 0:
            return
        log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_BYTES))
        text = log.read().decode("utf-8", "replace")
    explained = explain(text, platform_name())
    if explained:
        raise Failed(*explained)
    sys.stderr.write(text[-_REPORTED_BYTES:])
    raise Failed("The list could not be resolved; see the operator's log.")


def _alone() -> None:
    """Prevents this process from starting others, so that pip cannot build or run anything."""
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-I", "-B", "-c", _PIP, os.environ.get("STRONGROOM_BUILDER_PIP") or "-", *arguments]


def _plain() -> dict[str, str]:
    return {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": os.devnull}


def _mebibytes(size: int) -> int:
    return -(-size // (1024 * 1024))
