"""Names of packages."""

from __future__ import annotations

import re


def normal(name: str) -> str:
    """Normalizes a name (PEP 503, "Normalized Names")."""
    return re.sub(r"[-_.]+", "-", name).lower()
