"""Names of packages."""

import re


def normal(name):
    """PEP 503, "Normalized names"."""
    return re.sub(r"[-_.]+", "-", name).lower()
