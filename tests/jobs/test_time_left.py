"""The time left of jobs whose speed is known, asked all the way from a tenth of the work on."""

from collections.abc import Callable

import numpy as np
import pytest

from gpar_core.jobs.events import Event
from gpar_core.jobs.time_left import Course, course_of, seconds_left
from gpar_core.progress import Progress, Report, Whole

START = 1000.0
Position = Callable[[float], float]
"""Parts done after so many seconds."""


def log(*stages: tuple[str, Position, int, float], every: float = 1.0) -> list[Event]:
    """Events of stages one after the other: name, position, total and seconds of each."""
    events: list[Event] = []
    begun = START
    for stage, position, total, seconds in stages:
        for number in range(round(seconds / every) + 1):
            at = min(position(number * every), total)
            progress = Progress(stage, int(at), total, values={"step_share": at % 1})
            events.append(Event(len(events) + 1, begun + number * every, progress))
        begun += seconds
    return events


def at(seconds: float) -> Position:
    """One part in so many seconds."""
    return lambda t: t / seconds


def slow_start(t: float) -> float:
    """Ten seconds for nothing, then a part each second."""
    return max(t - 10, 0.0)


def resumed(t: float) -> float:
    """In two seconds, 40 parts that were done before; then one in five seconds."""
    return min(20 * t, 40) + max(t - 2, 0) / 5


def whole(t: float) -> float:
    """As a library tells it: only what is done."""
    return t // 12


def assert_right(
    events: list[Event],
    begin: float,
    end: float,
    factor: float = 2.0,
    usual: Course | None = None,
) -> None:
    """Of all moments from `begin` on until only a few seconds are left."""
    for now in range(round(begin), round(end) - 5):
        so_far = [event for event in events if event.time <= START + now]
        said = seconds_left(so_far, START + now, usual)
        assert said is not None, now
        assert (end - now) / factor <= said <= (end - now) * factor, (now, said)


@pytest.mark.parametrize(
    ("position", "total", "seconds"),
    [
        pytest.param(at(5), 60, 300, id="constant"),
        pytest.param(at(0.01), 10_000, 100, id="many small steps"),
        pytest.param(whole, 30, 360, id="only whole parts"),
        pytest.param(resumed, 100, 302, id="resumed"),
    ],
)
def test_it_is_right_after_a_tenth_of_the_work(
    position: Position, total: int, seconds: float
) -> None:
    assert_right(log(("Work", position, total, seconds)), seconds / 10, seconds)


def test_a_resumed_job_is_right_beside_one_that_was_not() -> None:
    whole_ = log(("Work", at(5), 100, 500))
    resumed_ = log(("Work", resumed, 100, 302))
    assert_right(resumed_, 30, 302, usual=course_of(whole_, START + 500))


def test_a_slow_start_is_forgotten() -> None:
    assert_right(log(("Work", slow_start, 100, 110)), begin=10 + 6, end=110)


def test_before_the_first_part_nothing_is_said() -> None:
    assert seconds_left([], START) is None
    begun = log(("Work", whole, 30, 11))
    assert seconds_left(begun, START + 11) is None


def test_what_is_late_is_not_said_to_be_ever_later() -> None:
    events = log(("Work", at(10), 10, 90))
    assert seconds_left(events, START + 90) == pytest.approx(10)
    assert seconds_left(events, START + 500) == pytest.approx(0, abs=1e-6)


def test_a_stage_that_begins_again_is_timed_again() -> None:
    events = log(("Work", at(1), 20, 20), ("Work", at(10), 20, 60))
    assert seconds_left(events, START + 80) == pytest.approx(140, rel=0.1)


def test_an_earlier_job_tells_the_stages_to_come() -> None:
    before = log(("Reading", at(1), 0, 5), ("Work", at(2), 20, 40), ("Test", at(1), 0, 30))
    usual = course_of(before, START + 75)
    assert [each.seconds for each in usual.values()] == [5, 40, 30]
    reading = log(("Reading", at(1), 0, 2))
    assert seconds_left(reading, START + 2, usual) == pytest.approx(3 + 40 + 30)
    as_fast = log(("Reading", at(1), 0, 8), ("Work", at(2), 20, 20))
    assert seconds_left(as_fast, START + 28, usual) == pytest.approx(20 + 30)
    twice_as_slow = log(("Work", at(4), 20, 40))
    assert seconds_left(twice_as_slow, START + 40, usual) == pytest.approx(40 + 60)
    other = log(("Unknown", at(2), 20, 20))
    assert seconds_left(other, START + 20, usual) == pytest.approx(20)


def stuck(t: float) -> float:
    """To 15 of 100 at once, no further for 50 seconds, then one each second."""
    return 15 if t < 50 else t - 35


def test_an_earlier_job_tells_where_a_stage_is_slow() -> None:
    map_ = log(("Map", stuck, 100, 135))
    assert_right(map_, 2, 135, usual=course_of(map_, START + 135), factor=1.1)
    slower = log(("Map", lambda t: stuck(t / 2) // 1, 100, 270))
    assert_right(slower, 150, 270, usual=course_of(map_, START + 135), factor=1.1)


def test_a_first_step_of_many_is_not_the_speed_of_all() -> None:
    map_ = log(("Map", lambda t: stuck(t) // 1, 100, 135))
    for now in range(10, 130):
        said = seconds_left([e for e in map_ if e.time <= START + now], START + now)
        assert said is None or 0.5 < said / (135 - now) < 2, now


def test_a_job_of_unlike_stages_says_nothing_without_an_earlier_one() -> None:
    events = log(("Work", at(2), 20, 20))
    assert seconds_left(events, START + 20, in_parts=False) is None


def test_stages_that_differ_in_length_are_weighed_from_the_start() -> None:
    """As an evaluation's; one of them is expected to be shorter than it is."""
    told: list[Progress] = []
    whole = Whole({"short": 5, "long": 60, "unused": 0, "last": 35}, told.append)
    events: list[Event] = []

    def happens(report: Report, second: int, done: int, total: int) -> None:
        report(Progress("Stage", done, total))
        events.append(Event(len(events) + 1, START + second, told[-1]))

    for second in range(5):
        happens(whole.of("short"), second, second, 5)
    for second in range(0, 80, 2):
        happens(whole.of("long"), 5 + second, second, 80)
    for second in range(36):
        happens(whole.of("last"), 85 + second, second, 35)
    for now in range(12, 118):
        so_far = [event for event in events if event.time <= START + now]
        said = seconds_left(so_far, START + now, in_parts=False)
        assert said is not None
        assert 0.5 < said / (120 - now) < 2, now
    assert seconds_left(events[:3], START + 2, in_parts=False) is None


@pytest.mark.parametrize("seconds", [1, 60, 600])
def test_a_part_far_from_its_expectation_says_nothing_of_the_others(seconds: int) -> None:
    """It is expected to take 60 s, and only known to be long once it runs."""
    told: list[Progress] = []
    expected = {"a": 10, "b": 10, "c": 10, "odd": 60, "d": 20, "e": 40}
    whole, lengths = Whole(expected, told.append), {**expected, "odd": seconds}
    events: list[Event] = []
    begun = 0.0
    for name, length in lengths.items():
        for step in range(11):
            whole.of(name)(Progress("Stage", step, 10))
            events.append(Event(len(events) + 1, START + begun + step * length / 10, told[-1]))
        begun += length
    known = 30 + seconds / 5
    for now in np.arange(known, 0.9 * begun, 0.5):
        so_far = [event for event in events if event.time <= START + now]
        said = seconds_left(so_far, START + now, in_parts=False)
        assert said is not None
        assert 0.7 < said / (begun - now) < 1.4, now


def test_without_a_step_the_time_left_by_work_only_falls() -> None:
    told: list[Progress] = []
    report = Whole({"a": 1, "b": 1}, told.append)
    report.of("a")(Progress("Stage", 0, 1))
    report.of("b")(Progress("Stage", 0, 1))
    events = [Event(k, START + 50 * k, each) for k, each in enumerate(told)]
    said = [
        seconds_left(events, START + 50 + since, in_parts=False) or 0.0 for since in (0, 25, 500)
    ]
    assert said[0] == pytest.approx(50)
    assert said == sorted(said, reverse=True)
    assert said[-1] > 0


def test_a_transfer_knows_itself() -> None:
    progress = Progress("Fetching", 1, 10, values={"seconds_left": 77.0})
    assert seconds_left([Event(1, START, progress)], START + 1) == 77


def test_a_stage_counts_again_each_time_it_begins() -> None:
    """As an evaluation goes through its methods."""
    events = log(("Methods", at(1), 20, 20), ("Methods", at(3), 20, 60), ("End", at(1), 0, 9))
    usual = course_of(events, START + 89)
    assert [(each, usual[each].seconds) for each in usual] == [
        (("Methods", 0), 20), (("Methods", 1), 60), (("End", 0), 9),
    ]  # fmt: skip
    assert_right(events, 1, 89, usual=usual, factor=1.1)


def test_a_part_that_seems_done_again_and_again_is_not() -> None:
    """The share within parts goes back and forth; only whole parts count."""
    events = log(("Work", lambda t: t // 20 + (t % 5) / 5, 20, 400))
    assert_right(events, 40, 400)
