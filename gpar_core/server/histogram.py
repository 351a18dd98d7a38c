"""Histograms of durations in the text format of Prometheus."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Final

BOUNDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0)
"""Upper bounds of the buckets in seconds; one more holds the rest."""

Counts = dict[str, list[float]]
"""By labels: the sum of the seconds, then the number in each bucket."""


class Histogram:
    """Durations by labels. Several threads may use it."""

    def __init__(self) -> None:
        self._counts: Counts = {}
        self._lock = Lock()

    def observe(self, labels: str, seconds: float) -> None:
        """Count a duration. labels: as Prometheus writes them, such as 'page="map"', or ''."""
        with self._lock:
            counts = self._counts.setdefault(labels, [0.0] * (len(BOUNDS) + 2))
            counts[0] += seconds
            counts[1 + bisect_left(BOUNDS, seconds)] += 1

    @property
    def counts(self) -> Counts:
        """A copy of what was counted."""
        with self._lock:
            return {labels: list(counts) for labels, counts in self._counts.items()}


def added(parts: Iterable[Mapping[str, list[float]]]) -> Counts:
    """The counts of several histograms together; those of other buckets are left out."""
    total: Counts = {}
    for part in parts:
        for labels, counts in part.items():
            if len(counts) == len(BOUNDS) + 2:
                before = total.get(labels, [0.0] * len(counts))
                total[labels] = [one + other for one, other in zip(before, counts, strict=True)]
    return total


def lines(name: str, counts: Mapping[str, list[float]]) -> list[str]:
    """The samples of a histogram, cumulative as Prometheus wants them."""
    written = [f"# TYPE {name} histogram"]
    for labels, (seconds, *buckets) in sorted(counts.items()):
        others = f"{labels}," if labels else ""
        braces = f"{{{labels}}}" if labels else ""
        so_far = 0
        for bound, n in zip((*map(str, BOUNDS), "+Inf"), buckets, strict=True):
            so_far += int(n)
            written.append(f'{name}_bucket{{{others}le="{bound}"}} {so_far}')
        written += [f"{name}_sum{braces} {seconds}", f"{name}_count{braces} {so_far}"]
    return written
