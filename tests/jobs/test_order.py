from collections.abc import Sequence

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.registry import is_short
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs.order import (
    MAX_PASSES,
    Places,
    Running,
    Waiting,
    fair_order,
    next_to_start,
    seconds_to_start,
)
from gpar_core.storage.access import SERVER

TWO = Places(2, 2)


def queue(*names: str) -> list[Waiting]:
    """'a1' is a short job of owner a; in capitals, a long one of the same owner."""
    return [Waiting(name, name[0].lower(), name.islower()) for name in names]


def order(waiting: Sequence[Waiting], running: dict[str, int] | None = None) -> list[str]:
    return [each.id for each in fair_order(waiting, running or {})]


def start(waiting: Sequence[Waiting], running: Sequence[Running], places: Places = TWO) -> str:
    chosen = next_to_start(waiting, running, places)
    return chosen.id if chosen else ""


def test_the_owner_with_the_fewest_running_is_next_and_the_oldest_job_first() -> None:
    waiting = queue("a1", "a2", "b1", "a3", "c1")
    assert order(waiting) == ["a1", "b1", "c1", "a2", "a3"]
    assert order(waiting, {"a": 1, "c": 2}) == ["b1", "a1", "a2", "c1", "a3"]


def test_short_jobs_pass_long_ones_of_their_owner_alone() -> None:
    assert order(queue("A1", "A2", "a3", "a4")) == ["a3", "a4", "A1", "A2"]
    assert order(queue("A1", "b1", "a2")) == ["a2", "b1", "A1"]
    assert order(queue("A1", "b1")) == ["A1", "b1"]


def test_a_long_job_does_not_starve() -> None:
    shorts = [f"a{number}" for number in range(2, MAX_PASSES + 5)]
    started = order(queue("A1", *shorts))
    assert started.index("A1") == MAX_PASSES
    assert started[:MAX_PASSES] == shorts[:MAX_PASSES]
    worn = Waiting("A1", "a", short=False, passed=MAX_PASSES)
    assert order([worn, *queue("a2")]) == ["A1", "a2"]
    late = order(queue(*shorts, "A1", *(f"a{number}" for number in range(50, 65))))
    assert late.index("A1") == len(shorts) + MAX_PASSES  # those before it do not pass it


def test_long_jobs_leave_a_place_free_where_there_are_two() -> None:
    long = Running("b", short=False)
    assert start(queue("A1"), []) == "A1"
    assert start(queue("A1"), [long]) == ""
    assert start(queue("A1", "a2"), [long]) == "a2"
    assert start(queue("A1"), [long], Places(3, 2)) == "A1"
    assert start(queue("B1", "A1"), [long], Places(9, 2)) == "A1"  # b has a long one
    assert start(queue("b2"), [long], Places(9, 2)) == "b2"
    assert start(queue("B1"), [Running("a")]) == "B1"


def test_the_only_place_is_for_all() -> None:
    one = Places(1, 1)
    assert start(queue("A1"), [], one) == "A1"
    assert start(queue("a1"), [Running("b", short=False)], one) == ""
    assert start(queue("a1"), [Running("a")], Places(4, 1)) == ""


def test_the_start_is_foreseen_from_what_runs_and_waits_before() -> None:
    one = Places(1, 1)
    running = [Running("b", short=False, left=100)]
    waiting = queue("A1", "a2", "a3")
    expected = {"a2": 5.0, "a3": 7.0, "A1": 1000.0}
    assert seconds_to_start("a2", waiting, running, one, expected) == 100
    assert seconds_to_start("a3", waiting, running, one, expected) == 105
    assert seconds_to_start("A1", waiting, running, one, expected) == 112
    assert seconds_to_start("a2", waiting, running, TWO, expected) == 0
    assert seconds_to_start("A1", waiting, running, TWO, expected) == 100


def test_nothing_is_foreseen_from_what_nobody_knows() -> None:
    one = Places(1, 1)
    assert seconds_to_start("a1", queue("a1"), [Running("b")], one, {}) is None
    known = [Running("b", left=4)]
    assert seconds_to_start("a2", queue("a1", "a2"), known, one, {}) is None
    assert seconds_to_start("a1", queue("a1", "a2"), known, one, {}) == 4


def test_a_training_is_short_unless_it_trains_on_permuted_labels_too() -> None:
    training = TrainRequest("demo", "f", DrugSet(moa="A"))
    assert is_short(training)
    assert not is_short(TrainRequest("demo", "f", DrugSet(moa="A"), null_repeats=5))


def test_jobs_of_the_server_come_last_and_take_no_place() -> None:
    own = Waiting("own", SERVER.name)
    assert order([own, *queue("a1", "a2")]) == ["a1", "a2", "own"]
    busy = [Running(SERVER.name), Running(SERVER.name, short=False)]
    assert start([own, *queue("A1")], busy) == "A1"
    assert start([own], busy) == ""
    assert start([own], [Running("a")]) == "own"
