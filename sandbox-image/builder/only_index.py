"""
Runs pip, restricted to the index. The metadata of a wheel can name a dependency by URL ("name @ git+https://..."),
which pip would fetch from anywhere and build. Here such a requirement is invalid, before anything is fetched.

The builder passes this file as text to `python -c`, since the builder's user may lack the right to read it. Arguments:
the folder to import pip from, or "-" for the interpreter's own pip; then the arguments of pip.
"""

from __future__ import annotations

import runpy
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

if sys.argv[1] != "-":
    sys.path.insert(0, sys.argv[1])
del sys.argv[1]

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement  # noqa: E402

_parse = Requirement.__init__


def _parse_named(self: Requirement, *arguments: Any, **options: Any) -> None:
    _parse(self, *arguments, **options)
    if self.url:
        raise InvalidRequirement("strongroom: a dependency by URL")


Requirement.__init__ = _parse_named
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
