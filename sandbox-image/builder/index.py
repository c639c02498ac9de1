"""The package index, by way of pip: what to install, and the wheels of it. Nothing of a wheel is run."""

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
_TOLD_BYTES = 2000


def check():
    """Whether this interpreter has a pip that can do it. Raises Unavailable."""
    oldest = (23, 0)
    try:
        told = subprocess.run(_command("--version"), capture_output=True, text=True, timeout=60, env=_plain())
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"pip does not start ({error})") from error
    found = re.match(r"pip (\d+)\.(\d+)", told.stdout)
    if not found:
        raise Unavailable(
            f"the Python that programs run with ({sys.executable}) has no pip; install it (python3-pip, or "
            "python3 -m ensurepip), or name a folder that has one in STRONGROOM_BUILDER_PIP"
        )
    if (int(found[1]), int(found[2])) < oldest:
        raise Unavailable(f"pip {found[1]}.{found[2]} is too old; 23.0 or newer would help")


def settings(work):
    """
    The environment for pip: the index that STRONGROOM_PACKAGE_INDEX names, or pip's own configuration on this
    machine. Read before any right is given up, as the files may be closed to the builder's user; certificates are
    copied to `work` therefore.
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


def _with_certificates(environment, work):
    for name in _CERTIFICATES:
        path = environment.get(name)
        if path and os.path.isfile(path):
            environment[name] = shutil.copyfile(path, os.path.join(work, f"{name.lower()}.pem"))
    return environment


def _configured():
    listed = subprocess.run(_command("config", "list"), capture_output=True, text=True, timeout=60)
    ranked = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        rank = {"global": 0, "install": 1, "download": 1, ":env:": 2}.get(section, -1)
        if name in _SETTINGS and rank >= ranked.get(name, (-1,))[0]:
            ranked[name] = (rank, str(ast.literal_eval(value)))
    return {name: value for name, (_, value) in ranked.items()}


def resolve(requirements, environment, limits):
    """What to install for `requirements`: a list of `{name, version, file, sha256, requested}` by name."""
    if not all(_REQUIREMENT.fullmatch(requirement) for requirement in requirements):
        raise ValueError("not a requirement")
    arguments = ("install", "--dry-run", "--ignore-installed", "--report", "report.json", *_COMMON, *_WHEELS)
    _run([*arguments, *requirements], environment)
    with open("report.json", encoding="utf-8") as file:
        report = json.load(file)
    if report["version"] != "1":
        raise RuntimeError("pip's report has another version")
    found = [_entry(item) for item in report["install"]]
    if len(found) > limits["resolvedCount"]:
        raise Failed(
            f"The list needs {len(found)} packages with all that they depend on; {limits['resolvedCount']} are allowed."
        )
    return sorted(found, key=lambda entry: entry["name"])


def _entry(item):
    name = normal(item["metadata"]["name"])
    info = item["download_info"]
    file = unquote(info["url"].split("#")[0].rsplit("/", 1)[-1])
    hashes = info.get("archive_info", {}).get("hashes", {})
    if item.get("is_direct") or not file.endswith(".whl") or not re.fullmatch("[a-f0-9]{64}", hashes.get("sha256", "")):
        raise Failed(f"{name} is not a wheel of the index with a SHA-256.", [name])
    return {
        "name": name,
        "version": item["metadata"]["version"],
        "requested": bool(item["requested"]),
        "file": file,
        "sha256": hashes["sha256"],
    }


def download(entries, environment, limits):
    """Fetches the wheels of `entries` to `wheels/`, each held to its hash; adds `wheelBytes`."""
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
        raise Failed(f"The wheels have {_mebibytes(total)} MiB; {_mebibytes(limits['downloadBytes'])} are allowed.")


def platform_name():
    version = ".".join(map(str, sys.version_info[:2]))
    return f"Python {version} on {sysconfig.get_platform()}"


def _run(arguments, environment):
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
    sys.stderr.write(text[-_TOLD_BYTES:])
    raise Failed("The list could not be resolved; the operator's log has more.")


def _alone():
    """No process may be started from here on: whatever pip is talked into, it builds and runs nothing."""
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))


def _command(*arguments):
    return [sys.executable, "-I", "-B", "-c", _PIP, os.environ.get("STRONGROOM_BUILDER_PIP") or "-", *arguments]


def _plain():
    return {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "PIP_CONFIG_FILE": os.devnull}


def _mebibytes(size):
    return -(-size // (1024 * 1024))
