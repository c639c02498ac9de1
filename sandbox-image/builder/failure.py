"""How a build fails: for a reason that the user may read."""


class Failed(Exception):
    """`reason`: one or two sentences without paths, addresses or hosts. `names`: packages at fault, in normal form."""

    def __init__(self, reason, names=()):
        super().__init__(reason)
        self.reason = reason
        self.names = tuple(names)
