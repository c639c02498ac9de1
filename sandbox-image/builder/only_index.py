"""
pip, held to the index. A wheel's metadata can name a dependency by URL ("name @ git+https://..."), and pip would fetch
it from anywhere and run its build; such a requirement is invalid here, before anything is fetched.

Started as text (`python -c`), since the builder's user need not be able to read this file. Arguments: the folder that
pip is imported from, or "-" for the interpreter's own; then pip's.
"""

import runpy
import sys

if sys.argv[1] != "-":
    sys.path.insert(0, sys.argv[1])
del sys.argv[1]

from pip._vendor.packaging.requirements import InvalidRequirement, Requirement  # noqa: E402

_parse = Requirement.__init__


def _parse_named(self, *arguments, **options):
    _parse(self, *arguments, **options)
    if self.url:
        raise InvalidRequirement("strongroom: a dependency by URL")


Requirement.__init__ = _parse_named
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
