"""Bytes, speed and time left as a person reads them."""

import pytest

from gpar_core.data.fetching.meter import Meter, progress_text, size_text, time_text
from gpar_core.progress import Progress


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (9_960, "10 kB"), (14_200_000, "14 MB"),
     (1.24e9, "1.2 GB"), (3.5e12, "3.5 TB")],
)  # fmt: skip
def test_sizes(n_bytes: float, text: str) -> None:
    assert size_text(n_bytes) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (89, "89 s"), (1140, "19 min"), (7500, "2 h 5 min")]
)
def test_times(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


def test_progress_has_the_unit_of_the_total() -> None:
    assert progress_text(1_200_000_000, 14_000_000_000) == "1.2 of 14.0 GB"
    assert progress_text(5, 20) == "5 of 20 bytes"


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_speed_is_that_of_the_last_seconds() -> None:
    told: list[Progress] = []
    clock = _Clock()
    meter = Meter("Fetching x", 14_000_000_000, told.append, clock)
    for second in range(100):
        clock.now = float(second)
        meter.at(min(second, 60) * 1_000_000 + max(second - 60, 0) * 11_000_000)
    assert told[50].message == "0.1 of 14.0 GB, 1.0 MB/s, 3 h 52 min left"
    last = told[-1]
    assert last.stage == "Fetching x"
    assert last.message == "0.5 of 14.0 GB, 11 MB/s, 20 min left"
    assert last.values["bytes_per_second"] == pytest.approx(11e6)
    assert last.values["seconds_left"] == pytest.approx((14e9 - last.done) / 11e6)


def test_what_follows_a_transfer_is_part_of_the_time_left() -> None:
    told: list[Progress] = []
    clock = _Clock()
    meter = Meter("x", 100_000_000, told.append, clock, more=300_000_000, later=1 / 4_000_000)
    for second in range(11):
        clock.now = float(second)
        meter.at(second * 1_000_000)
    assert told[-1].values["seconds_left"] == pytest.approx(390 + 100)
    assert told[-1].message == "10.0 of 100.0 MB, 1.0 MB/s, 8 min left"


def test_it_reports_not_more_than_twice_a_second_but_always_the_end() -> None:
    told: list[Progress] = []
    clock = _Clock()
    meter = Meter("x", 1000, told.append, clock)
    for step in range(1, 1001):
        clock.now = step / 1000
        meter.add(1)
    assert [each.done for each in told] == [1, 501, 1000]


def test_what_was_there_before_is_no_speed() -> None:
    told: list[Progress] = []
    clock = _Clock()
    meter = Meter("x", -1, told.append, clock)
    meter.start(900, 1000)
    clock.now = 1.0
    meter.at(910)
    assert told[-1].values["bytes_per_second"] == 10


def test_an_unknown_total_is_left_out() -> None:
    told: list[Progress] = []
    Meter("x", -1, told.append, _Clock()).at(5000)
    assert told[-1] == Progress("x", 5000, 0, "5.0 kB so far", {"bytes": 5000.0})
