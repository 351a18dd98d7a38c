"""Progress, speed and time left of a transfer, as progress events."""

from collections import deque
from collections.abc import Callable
from typing import Final

from gpar_core.progress import Progress, Report

REPORT_SECONDS: Final = 0.5
SPEED_SECONDS: Final = 15.0
"""The speed is averaged over this many last seconds."""


class Meter:
    """Reports the bytes of one transfer, at most twice a second.

    stage: as in `Progress`. total: bytes in all, -1 where unknown. clock: monotonic seconds.
    more: bytes of later transfers, at the same speed. later: seconds a byte of what follows all of
    them. Both are part of the time left.
    """

    def __init__(
        self,
        stage: str,
        total: int,
        report: Report,
        clock: Callable[[], float],
        *,
        more: int = 0,
        later: float = 0.0,
    ) -> None:
        self._stage = stage
        self._more = more
        self._later = later
        self._total = total
        self._report = report
        self._clock = clock
        self._done = 0
        self._past: deque[tuple[float, int]] = deque()
        self._next = clock()

    def start(self, done: int, total: int) -> None:
        """Start over with `done` of `total` bytes already present."""
        self._total = total
        self._past.clear()
        self.at(done)

    def at(self, done: int) -> None:
        """Set the bytes done. Raises what `report` raises."""
        now = self._clock()
        self._done = done
        if now < self._next and done != self._total and self._past:
            return
        self._next = now + REPORT_SECONDS
        self._past.append((now, done))
        while self._past[0][0] < now - SPEED_SECONDS:
            self._past.popleft()
        self._tell(self._message())

    def add(self, n_bytes: int) -> None:
        """Add to the bytes done."""
        self.at(self._done + n_bytes)

    def tell(self, trouble: str) -> None:
        """Report a problem that is being retried."""
        self._tell(f"{self._message()}; {trouble}")

    def _tell(self, message: str) -> None:
        values = {"bytes": float(self._done)}
        if self._total >= 0:
            values["bytes_total"] = float(self._total)
        if speed := self._speed():
            values["bytes_per_second"] = speed
            if self._total >= 0:
                values["seconds_left"] = self._left(speed)
        self._report(Progress(self._stage, self._done, max(self._total, 0), message, values))

    def _speed(self) -> float:
        """Bytes per second, 0 while unknown."""
        if len(self._past) < 2:
            return 0.0
        (then, before), (now, done) = self._past[0], self._past[-1]
        return (done - before) / (now - then) if now > then else 0.0

    def _left(self, speed: float) -> float:
        whole = self._total + self._more
        return (whole - self._done) / speed + whole * self._later

    def _message(self) -> str:
        if self._total < 0:
            parts = [f"{size_text(self._done)} so far"]
        else:
            parts = [progress_text(self._done, self._total)]
        if speed := self._speed():
            parts.append(f"{size_text(speed)}/s")
            if self._total > self._done:
                parts.append(f"{time_text(self._left(speed))} left")
        return ", ".join(parts)


_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def size_text(n_bytes: float) -> str:
    """'1.2 GB', '14 MB', '512 bytes': at least two digits, in powers of 1,000."""
    for unit, name in _UNITS:
        if n_bytes >= unit:
            return f"{_digits(n_bytes / unit)} {name}"
    return f"{n_bytes:.0f} bytes"


def progress_text(done: int, total: int) -> str:
    """'1.2 of 14.0 GB', both in the unit of the total."""
    for unit, name in _UNITS:
        if total >= unit:
            return f"{done / unit:.1f} of {total / unit:.1f} {name}"
    return f"{done} of {total} bytes"


def time_text(seconds: float) -> str:
    """'40 s', '19 min', '2 h 5 min'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _digits(number: float) -> str:
    return f"{number:.1f}" if number < 9.95 else f"{number:.0f}"
