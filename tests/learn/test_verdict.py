"""The verdict, from its three questions."""

import pytest

from gpar_core.learn.metrics import Metrics
from gpar_core.learn.verdict import (
    BY_CHANCE,
    MIN_TRAININGS,
    RARE,
    UNCERTAIN,
    WELL_TRAINED,
    Chance,
    chance,
    judge,
)


def metrics(mean: float, low: float, high: float, n: int = 9) -> Metrics:
    return Metrics((mean,), mean, mean, 0.1, 0.1, (low, high), n)


@pytest.mark.parametrize(
    ("mean", "low", "n_reached", "name"),
    [
        (0.6, 0.501, 4, WELL_TRAINED),
        (0.5999, 0.501, 4, UNCERTAIN),
        (0.6, 0.5, 4, UNCERTAIN),
        (0.6, 0.501, 5, UNCERTAIN),
        (0.6, 0.5, 5, UNCERTAIN),
        (0.5999, 0.501, 5, UNCERTAIN),
        (0.5999, 0.5, 4, UNCERTAIN),
        (0.5999, 0.5, 5, BY_CHANCE),
        (0.4, 0.2, 99, BY_CHANCE),
    ],
)
def test_three_yes_three_no_or_anything_between(
    mean: float, low: float, n_reached: int, name: str
) -> None:
    found = judge(metrics(mean, low, 0.9), Chance(99, n_reached, quick=True), held_out="drug")
    assert found.name == name
    assert f"{n_reached} of 99 quick permuted-label runs" in found.why


def test_a_good_mean_that_permuted_labels_often_reach_is_uncertain() -> None:
    found = judge(metrics(0.635, 0.505, 0.707), Chance(20, 4, quick=False), held_out="drug")
    assert (found.name, found.title) == (UNCERTAIN, "Uncertain")
    assert found.why == (
        "The mean AUROC (0.635) reaches the paper's threshold of 0.60, and its 95% interval "
        "(0.505–0.707) lies above 0.5, but permuted labels often do as well (4 of 20 full "
        "permuted-label runs reach it; chance about 0.24). 9 drugs were held out in turn."
    )


def test_a_weak_signal_that_is_none_of_chance_says_so() -> None:
    found = judge(metrics(0.588, 0.535, 0.639), Chance(20, 0, quick=False), held_out="drug")
    assert found.name == UNCERTAIN
    assert found.why.startswith("Better than chance, but below the paper's threshold.")
    assert "chance about 0.048" in found.why


def test_what_was_held_out_is_said() -> None:
    good, rare = metrics(0.9, 0.8, 1.0, 3), Chance(99, 0, quick=True)
    assert (
        "3 drugs were held out in turn. With only 3, the" in judge(good, rare, held_out="drug").why
    )
    alone = judge(good, rare, held_out="signature").why
    assert "3 signatures of one drug were held out" in alone
    assert "not how well another drug of the class would be found" in alone


def test_the_model_counts_as_one_of_the_runs() -> None:
    found = chance(0.6, [0.5, 0.6, 0.7], quick=True)
    assert (found.n_runs, found.n_reached, found.p) == (3, 2, 0.75)
    assert str(chance(0.6, [0.7, 0.5], quick=False)).startswith("1 of 2 full permuted-label runs r")
    assert "reaches it" in str(chance(0.6, [0.7, 0.5], quick=False))


def test_fewer_trainings_than_needed_could_not_show_a_small_chance() -> None:
    assert Chance(MIN_TRAININGS, 0, quick=False).p <= RARE < Chance(18, 0, quick=False).p
