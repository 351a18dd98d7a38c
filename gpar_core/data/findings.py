"""What an import counted and left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_NAMES = 100


@dataclass(frozen=True)
class Finding:
    """Something the import counted: what, how many, and the first `MAX_NAMES` names."""

    what: str
    count: int
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, what: str, names: Iterable[str]) -> "Finding":
        listed = tuple(names)
        return cls(what, len(listed), listed[:MAX_NAMES])


def as_json(findings: Iterable[Finding]) -> Mapping[str, Any]:
    """The findings as a manifest holds them."""
    return {"findings": [{"what": f.what, "count": f.count, "names": f.names} for f in findings]}
