"""Rewords errors of pip for the user: without paths, addresses or what only the operator can act on."""

from __future__ import annotations

import re

from names import normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    Reason = tuple[str, tuple[str, ...]]
    """One or two sentences, and the names of the packages at fault."""

_URL = re.compile(r"\(?\b[a-z][a-z0-9+.-]*://\S+", re.I)
_PATH = re.compile(r"(?<![\w.])/[\w.@+~-]+(?:/[\w.@+~-]+)+")
_UNSEEN = re.compile(r"[^\x20-\x7e\u00a1-\uffff]+")
_LONGEST = 600

_NO_VERSION = re.compile(
    r"^ERROR: Could not find a version that satisfies the requirement (.+?)"
    r"(?: \(from (?!versions: )([^)]*)\))?(?: \(from versions: ([^)]*)\))?$",
    re.M,
)
_CANNOT = re.compile(r"^ERROR: Cannot install (.+?) because these package versions have conflicting", re.M)
_CAUSES = re.compile(r"^The conflict is caused by:\n((?:    .*\n?)+)", re.M)
_UNREACHABLE = re.compile(
    r"^WARNING: Retrying \(Retry|Could not fetch URL|Max retries exceeded|connection error|"
    r"is not a trusted or secure host",
    re.M | re.I,
)
_DENIED = re.compile(r"\b(?:401|403) Client Error|HTTP error (?:401|403)")


def explain(log: str, platform: str) -> Reason | None:
    """Returns the reason for which pip failed, or None if its log contains no known error."""
    missing = _NO_VERSION.search(log)
    if "strongroom: a dependency by URL" in log:
        return "A package has a dependency by URL; only packages from the index can be installed.", ()
    if _DENIED.search(log):
        return "The package index denies access; the operator must check its credentials.", ()
    if _UNREACHABLE.search(log):
        return "The package index cannot be reached; try again later.", ()
    if missing:
        requirement, wanted_by, versions = missing.groups()
        return _no_version(log, platform, requirement, wanted_by, versions)
    conflict = _CANNOT.search(log)
    if conflict:
        names = tuple(_name(part) for part in re.split(r", | and ", conflict[1]))
        causes = _CAUSES.search(log)
        told = "; ".join(line.strip() for line in causes[1].splitlines()) if causes else clean(conflict[1])
        return clean(f"Their requirements conflict: {told}."), names
    if "DO NOT MATCH THE HASHES" in log or "HashMismatch" in log:
        return "The package index sent a file that does not match its hash.", ()
    if "File too large" in log or "Errno 27" in log:
        return "A wheel exceeds the size limit.", ()
    if "No space left" in log or "Errno 28" in log:
        return "The builder ran out of disk space.", ()
    if "MemoryError" in log or "Cannot allocate memory" in log:
        return "Resolving the list exceeds the memory limit.", ()
    errors = re.findall(r"^ERROR: (?!Exception)(.+)$", log, re.M)
    return (clean(errors[0]), ()) if errors else None


def _no_version(log: str, platform: str, requirement: str, wanted_by: str | None, versions: str | None) -> Reason:
    name = _name(requirement)
    asked = clean(requirement)
    origin = _name(wanted_by.split("->")[0]) if wanted_by else name
    needed = f", which {origin} needs" if origin != name else ""
    known = [version for version in (versions or "").split(", ") if version and version != "none"]
    if known:
        shown = ", ".join(known[-10:])
        reason = f"No version satisfies {asked}{needed}; the index has {shown} for {platform}."
    else:
        reason = f"The index has no wheel of {asked}{needed} for {platform}; source distributions are not built."
    if "Ignored the following versions that require a different python" in log:
        reason += " Other versions need another Python version."
    return clean(reason), (origin,)


def _name(requirement: str) -> str:
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return normal(found[1].rstrip("._-")) if found else ""


def clean(text: str) -> str:
    """Removes paths, URLs and control characters from a text, and shortens it."""
    text = _UNSEEN.sub(" ", _PATH.sub("…", _URL.sub("…", text)))
    text = re.sub(r" {2,}", " ", text).strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
