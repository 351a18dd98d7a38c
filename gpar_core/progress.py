"""Progress events: how long work tells its caller where it is.

A long function takes `report`, calls it with a `Progress` every so often, and lets through
what it raises. A caller cancels by raising `Cancelled` from `report`.

Work of many parts also takes `remember`, and resumes where it stopped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the supervisor, which reports progress too, does without
    import pandas as pd


@dataclass(frozen=True)
class Progress:
    """One progress event.

    stage: what is being done, in the user's words ("Cross-validation").
    done, total: steps finished and steps in all, in the stage's own unit.
    message: one line for the user.
    values: figures worth drawing, by name (for example fold, step, loss, auroc).
    """

    stage: str
    done: int = 0
    total: int = 0
    message: str = ""
    values: Mapping[str, float] = field(default_factory=dict)


Report = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Ignore a progress event."""


def standing_at(now: Progress, report: Report) -> Report:
    """Report where the whole is for each step within one of its parts."""
    return lambda _: report(now)


def part(report: Report, stage: str, start: int, end: int) -> Report:
    """Report the progress of a part of a stage that goes from start to end percent of the whole.

    In thousandths, so that the speed of a short part is known too.
    """

    def forward(progress: Progress) -> None:
        share = progress.done / progress.total if progress.total else 0.0
        done = round(10 * (start + (end - start) * min(share, 1.0)))
        report(Progress(stage, done, 1000, progress.message or progress.stage))

    return forward


WORK: Final = "work"
"""A value: the share of all the work that is done, where stages or steps differ in length."""

PART_FROM: Final = "part_from"
PART_TO: Final = "part_to"
"""Values: the shares of all the work between which the present part of a `Whole` lies."""


@dataclass(frozen=True)
class Whole:
    """Work of parts that differ in length, and its listener.

    expected: how long each part takes, in any unit, by name and in order.
    """

    expected: Mapping[str, float]
    report: Report

    def of(self, name: str) -> Report:
        """Report a part, with the share of the whole that is done."""
        names = list(self.expected)
        before = sum(self.expected[each] for each in names[: names.index(name)])
        total = sum(self.expected.values())

        def tell(progress: Progress) -> None:
            values = progress.values
            done = progress.done + values.get("step_share", 0.0)
            share = values.get(WORK, done / progress.total if progress.total else 0.0)
            after = before + self.expected[name]
            work = before + min(share, 1.0) * self.expected[name]
            where = {WORK: work / total, PART_FROM: before / total, PART_TO: after / total}
            self.report(replace(progress, values={**values, **where}))

        return tell


Tables = Mapping[str, "pd.DataFrame"]
"""An answer, by name."""

Remember = Callable[[str, Callable[[], Tables]], Tables]
"""`remember(key, compute)`: what was kept under the key, or what is computed and kept now."""


def uncached(key: str, compute: Callable[[], Tables]) -> Tables:
    """Compute it and keep nothing."""
    return compute()
