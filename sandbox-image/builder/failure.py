"""How builds fail: one build for a reason to show to the user, or all builds for a reason to show to the operator."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Failed(Exception):
    """
    `reason` is one or two sentences without paths, addresses or hosts. `names` are the packages at fault, normalized.
    """

    def __init__(self, reason: str, names: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.names = tuple(names)


class Unavailable(Exception):
    """This host cannot build anything. The message says what to do."""
