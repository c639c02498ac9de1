# What sandbox-image/builder/only_index.py uses of pip, whose own types depend on the version that is installed.
from typing import Any

class InvalidRequirement(ValueError): ...

class Requirement:
    url: str | None
    def __init__(self, *arguments: Any, **options: Any) -> None: ...
