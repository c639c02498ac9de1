"""pip's complaints, told again for the user: without paths, addresses and what only an operator can use."""

import re

from names import normal

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


def explain(log, platform):
    """`(reason, names)` out of what pip wrote; None where it is nothing that is known."""
    missing = _NO_VERSION.search(log)
    if "strongroom: a dependency by URL" in log:
        return "A package depends on something by its URL; only packages of the index are installed.", ()
    if _DENIED.search(log):
        return "The package index refuses this installation; its operator has to look at that.", ()
    if _UNREACHABLE.search(log):
        return "The package index cannot be reached; try again later.", ()
    if missing:
        return _no_version(log, platform, *missing.groups())
    conflict = _CANNOT.search(log)
    if conflict:
        names = [_name(part) for part in re.split(r", | and ", conflict[1])]
        causes = _CAUSES.search(log)
        told = "; ".join(line.strip() for line in causes[1].splitlines()) if causes else clean(conflict[1])
        return clean(f"Their requirements contradict one another: {told}."), names
    if "DO NOT MATCH THE HASHES" in log or "HashMismatch" in log:
        return "The package index sent other bytes than it announced.", ()
    if "File too large" in log or "Errno 27" in log:
        return "A wheel is larger than the limit.", ()
    if "No space left" in log or "Errno 28" in log:
        return "The builder has run out of disk space.", ()
    if "MemoryError" in log or "Cannot allocate memory" in log:
        return "Resolving the list takes more memory than the limit.", ()
    errors = re.findall(r"^ERROR: (?!Exception)(.+)$", log, re.M)
    return (clean(errors[0]), ()) if errors else None


def _no_version(log, platform, requirement, wanted_by, versions):
    name = _name(requirement)
    asked = clean(requirement)
    origin = _name(wanted_by.split("->")[0]) if wanted_by else name
    needed = f", which {origin} needs" if origin != name else ""
    known = [version for version in (versions or "").split(", ") if version and version != "none"]
    if known:
        shown = ", ".join(known[-10:])
        reason = f"No version satisfies {asked}{needed}; the index has {shown} for {platform}."
    else:
        reason = f"The index has no wheel of {asked}{needed} for {platform}; packages of source code are not built."
    if "Ignored the following versions that require a different python" in log:
        reason += " Other versions need another Python."
    return clean(reason), (origin,)


def _name(requirement):
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return normal(found[1].rstrip("._-")) if found else ""


def clean(text):
    text = _UNSEEN.sub(" ", _PATH.sub("…", _URL.sub("…", text)))
    text = re.sub(r" {2,}", " ", text).strip()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
