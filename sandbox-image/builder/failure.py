"""How builds fail: for a reason that the user may read, or all of them for one that the operator has to."""


class Failed(Exception):
    """`reason`: one or two sentences without paths, addresses or hosts. `names`: packages at fault, in normal form."""

    def __init__(self, reason, names=()):
        super().__init__(reason)
        self.reason = reason
        self.names = tuple(names)


class Unavailable(Exception):
    """Nothing can be built here; the text says what would help."""
