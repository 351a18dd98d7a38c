"""The counts of an import: what was kept and left out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

MAX_NAMES = 100


@dataclass(frozen=True)
class Finding:
    """A count of the import: what, how many, and the first `MAX_NAMES` names."""

    what: str
    count: int
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, what: str, names: Collection[str]) -> "Finding":
        return cls(what, len(names), tuple(islice(names, MAX_NAMES)))


def summed(findings: Iterable[Finding]) -> list[Finding]:
    """Merge equal findings of several series, and drop those with a count of 0."""
    by_what: dict[str, list[Finding]] = {}
    for finding in findings:
        by_what.setdefault(finding.what, []).append(finding)
    both = [
        Finding(
            what,
            sum(finding.count for finding in same),
            tuple(islice(chain.from_iterable(finding.names for finding in same), MAX_NAMES)),
        )
        for what, same in by_what.items()
    ]
    return [finding for finding in both if finding.count]


def from_json(content: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The findings of `as_json`. Raises KeyError or TypeError."""
    return tuple(
        Finding(each["what"], each["count"], tuple(each["names"])) for each in content["findings"]
    )


def as_json(findings: Iterable[Finding]) -> Mapping[str, Any]:
    """The findings in the form of a manifest."""
    return {"findings": [{"what": f.what, "count": f.count, "names": f.names} for f in findings]}
