"""Matplotlib figures that a program left open become files, as if it had saved them."""

import os
import sys

_MAX_FIGURES = 20


def save():
    """`figure-<number>.png` in the working directory, beside any file of the program that has the name already."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    get_fignums = getattr(pyplot, "get_fignums", None)
    if get_fignums is None:
        return
    for number in get_fignums()[:_MAX_FIGURES]:
        name = _free_name(number)
        try:
            pyplot.figure(number).savefig(name, format="png")
        except Exception as error:
            _remove(name)
            print(f"figure {number} could not be saved: {type(error).__name__}: {error}", file=sys.stderr)


def _free_name(number):
    name, copy = f"figure-{number}.png", 1
    while os.path.lexists(name):
        copy += 1
        name = f"figure-{number}-{copy}.png"
    return name


def _remove(name):
    try:
        os.unlink(name)
    except OSError:
        pass
