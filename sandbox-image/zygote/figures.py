"""Saves the Matplotlib figures that a program left open, as if the program had saved them itself."""

from __future__ import annotations

import os
import sys

_MAX_FIGURES = 20


def save() -> None:
    """Writes `figure-<number>.png` to the working directory; never overwrites a file of the program."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    get_fignums = getattr(pyplot, "get_fignums", None)
    if pyplot is None or get_fignums is None:
        return
    for number in get_fignums()[:_MAX_FIGURES]:
        name = _free_name(number)
        try:
            pyplot.figure(number).savefig(name, format="png")
        except Exception as error:
            _remove(name)
            print(f"figure {number} could not be saved: {type(error).__name__}: {error}", file=sys.stderr)


def _free_name(number: int) -> str:
    name, copy = f"figure-{number}.png", 1
    while os.path.lexists(name):
        copy += 1
        name = f"figure-{number}-{copy}.png"
    return name


def _remove(name: str) -> None:
    try:
        os.unlink(name)
    except OSError:
        pass
