"""Who is stopped: against a slow reference, the best kept and the hopeless stopped."""

import numpy as np
import pytest
from scipy import stats

from gpar_core.analyses.hyper_parameters.racing import (
    ALPHA,
    MIN_LOSS,
    Race,
    behind_best,
    race,
    rungs,
)


def run_of(table: np.ndarray, asked: list[tuple[list[int], range]] | None = None):  # type: ignore[no-untyped-def]
    """A fake: the AUROC of each setting and fold is in the table."""

    def run(running: np.ndarray, folds: range) -> np.ndarray:
        if asked is not None:
            asked.append((running.tolist(), folds))
        return table[running][:, list(folds)]

    return run


def table_of(means: np.ndarray, k: int, seed: int) -> np.ndarray:
    """Folds that are hard for all alike, and noise of each setting's own."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 0.08, k) + rng.normal(0, 0.03, (len(means), k))
    return np.clip(means[:, None] + noise, 0, 1)


def naive_race(table: np.ndarray, never_stopped: tuple[int, ...]) -> np.ndarray:
    """(n,) folds that each setting runs: the rule in words, one setting after another."""
    n, k = table.shape
    n_folds = [0] * n
    running = list(range(n))
    done = 0
    for step in (3, 2, 2, 2, 2, 2):
        done = min(done + step, k)
        for number in running:
            n_folds[number] = done
        if done == k:
            break
        best = max(running, key=lambda number: table[number, :done].mean())
        for number in list(running):
            differences = table[best, :done] - table[number, :done]
            t = stats.t.ppf(1 - ALPHA, done - 1)
            noise = t * np.std(differences, ddof=1) / done**0.5
            hopeless = differences.mean() >= max(noise, MIN_LOSS)
            if hopeless and number not in never_stopped:
                running.remove(number)
    return np.array(n_folds)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("k", [2, 3, 4, 5, 10])
def test_the_race_is_the_rule_in_words(k: int, seed: int) -> None:
    table = table_of(np.linspace(0.5, 0.9, 9), k, seed)
    raced = race(9, k, run_of(table), never_stopped=[0])
    np.testing.assert_array_equal(raced.n_folds, naive_race(table, (0,)))
    for number, n_folds in enumerate(raced.n_folds):
        np.testing.assert_array_equal(raced.auroc[number, :n_folds], table[number, :n_folds])
    assert raced.n_folds[0] == k
    assert (raced.stopped == (raced.n_folds < k)).all()


def test_rungs_are_all_folds_once() -> None:
    for k in range(2, 12):
        assert [fold for rung in rungs(k) for fold in rung] == list(range(k))
    assert rungs(3) == [range(3)]
    assert [rung.stop for rung in rungs(10)] == [3, 5, 7, 9, 10]


def test_a_stopped_setting_is_asked_for_nothing_more() -> None:
    table = np.array([[0.9, 0.8] * 5, [0.8, 0.9] * 5, [0.3, 0.25] * 5])
    asked: list[tuple[list[int], range]] = []
    raced = race(3, 10, run_of(table, asked))
    assert [running for running, _ in asked[1:]] == [[0, 1]] * 4
    assert raced.n_folds.tolist() == [10, 10, 3]
    assert raced.behind[2] >= raced.limit[2]
    assert raced.behind[0] < raced.limit[0]


def test_the_limit_is_students_quantile_of_paired_differences() -> None:
    auroc = np.array([[0.9, 0.7, 0.8, 0.95], [0.6, 0.55, 0.5, 0.7], [0.9, 0.7, 0.8, 0.95]])
    behind, limit = behind_best(auroc)
    differences = auroc[0] - auroc[1]
    expected = stats.ttest_1samp(differences, 0).confidence_interval(1 - 2 * ALPHA)
    assert behind[1] - limit[1] == pytest.approx(expected.low)
    assert (behind[0], limit[0]) == (0, MIN_LOSS)


def test_a_trifle_stops_nobody() -> None:
    """Behind by the same 0.001 on every fold: no noise at all, and no loss worth the name."""
    table = np.array([[0.9] * 10, [0.899] * 10])
    assert not race(2, 10, run_of(table)).stopped.any()


def races(means: np.ndarray, k: int, n: int = 200) -> list[tuple[np.ndarray, Race]]:
    tables = [table_of(means, k, seed) for seed in range(n)]
    return [(table, race(len(means), k, run_of(table))) for table in tables]


def test_among_equals_the_best_is_rarely_lost() -> None:
    done = races(np.full(25, 0.85), 10)
    lost = sum(raced.stopped[table.mean(axis=1).argmax()] for table, raced in done)
    assert lost <= 6


def test_the_hopeless_are_stopped_and_folds_are_saved() -> None:
    means = np.linspace(0.55, 0.85, 25)
    done = races(means, 10, n=50)
    assert np.mean([raced.stopped[means < 0.75].mean() for _, raced in done]) > 0.95
    assert np.mean([raced.n_folds.sum() / (25 * 10) for _, raced in done]) < 0.65
