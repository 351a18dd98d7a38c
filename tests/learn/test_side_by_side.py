"""Parts side by side: all done, told about, stopped together."""

import threading
from collections.abc import Mapping

import pytest

from gpar_core.errors import Cancelled, WorkerError
from gpar_core.learn.side_by_side import AT_ONCE, side_by_side
from gpar_core.progress import Progress, Report
from tests.waiting import PATIENCE, until


def quiet(done: Mapping[str, object], share: float) -> None:
    pass


def patient(report: Report) -> None:
    """Work until told to stop."""
    until(lambda: report(Progress("Training", 1, 4)))


def test_results_come_in_the_order_of_the_parts() -> None:
    after = {"slow": ["quick", "middle"], "quick": [], "middle": ["quick"]}
    told: list[list[str]] = [[]]

    def part(name: str) -> str:
        until(lambda: told[-1] == after[name])
        return name.upper()

    found = side_by_side(
        {name: lambda _, n=name: part(n) for name in after},
        lambda done, _: told.append(list(done)),
    )
    assert list(found.items()) == [(name, name.upper()) for name in after]
    assert told[0] == []
    assert told[-1] == ["quick", "middle", "slow"]


def test_how_much_is_done_counts_the_parts_under_way() -> None:
    shares: list[float] = []

    def half(report: Report) -> None:
        report(Progress("Training", 1, 2))
        until(lambda: 1.0 in shares)

    side_by_side({"a": half, "b": half}, lambda _, share: shares.append(share))
    assert max(shares) == 1.0
    assert shares[-1] == 0.0


def test_an_error_stops_the_others() -> None:
    def fails(report: Report) -> None:
        begun.wait(PATIENCE)
        raise WorkerError("A process died.")

    begun = threading.Event()
    ended: list[type[BaseException]] = []

    def part(report: Report) -> None:
        begun.set()
        try:
            patient(report)
        except (Cancelled, AssertionError) as error:
            ended.append(type(error))

    with pytest.raises(WorkerError):
        side_by_side({"patient": part, "fails": fails}, quiet)
    assert ended == [Cancelled]


def test_whoever_is_told_may_stop_it() -> None:
    begun: list[str] = []

    def part(report: Report, name: str) -> None:
        begun.append(name)
        patient(report)

    def tell(done: Mapping[str, object], share: float) -> None:
        if begun:
            raise Cancelled("Cancelled.")

    names = [str(number) for number in range(3 * AT_ONCE)]
    with pytest.raises(Cancelled):
        side_by_side({name: lambda report, n=name: part(report, n) for name in names}, tell)
    assert len(begun) < len(names)
