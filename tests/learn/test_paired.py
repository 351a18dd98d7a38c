"""Paired differences: against a slow reference, at chance and with a planted difference."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core.learn.metrics import resample
from gpar_core.learn.paired import HeldOut, against, differences

K = 3


def held_out(
    seed: int, *, effect: float = 1.0, n_positive: int = 6, without: tuple[str, ...] = ()
) -> HeldOut:
    """Scores of two signatures a drug, positives higher by `effect`, rounded so that some tie."""
    rng = np.random.default_rng(seed)
    names = [f"p{i}" for i in range(n_positive)] + [f"n{i}" for i in range(12)]
    drug = np.repeat([name for name in names if name not in without], 2)
    positive = np.char.startswith(drug, "p")
    fold = np.repeat(np.arange(len(drug) // 2) % K, 2)
    score = np.round(rng.normal(size=len(drug)) + effect * positive, 1)
    return HeldOut(positive, score, fold, drug)


def naive_auroc(each: HeldOut, times: dict[str, int]) -> float:
    """Repeat the signatures of each drug as often as it is drawn, and ask scikit-learn."""
    rows = np.repeat(np.arange(len(each.drug)), [times[name] for name in each.drug])
    folds = [rows[each.fold[rows] == number] for number in range(K)]
    return float(
        np.mean(
            [
                roc_auc_score(each.positive[held], each.score[held])
                for held in folds
                if len(set(each.positive[held])) == 2
            ]
        )
    )


@pytest.mark.parametrize("without", [(), ("p1", "n3")])
def test_the_interval_is_that_of_drawing_drugs_one_by_one(without: tuple[str, ...]) -> None:
    """A drug that is drawn counts in both, one that a set lacks in the other alone."""
    sets = {"one": held_out(0), "other": held_out(1, without=without)}
    found = differences(sets, [("one", "other")], seed=5, n_resamples=60).iloc[0]
    rng = np.random.default_rng([5, 0xD1FF])
    positives = sorted({*sets["one"].drug[sets["one"].positive]})
    negatives = sorted({*sets["one"].drug[~sets["one"].positive]})
    p, n = (resample(len(drugs), 60, rng) for drugs in (positives, negatives))
    drawn = []
    for ours, theirs in zip(p, n, strict=True):
        times = dict(zip(positives, ours.astype(int), strict=True))
        times |= dict(zip(negatives, theirs.astype(int), strict=True))
        drawn.append(naive_auroc(sets["one"], times) - naive_auroc(sets["other"], times))
    once = dict.fromkeys([*positives, *negatives], 1)
    difference = naive_auroc(sets["one"], once) - naive_auroc(sets["other"], once)
    assert found["difference"] == pytest.approx(difference)
    low, high = difference + np.sqrt(1 + K / (K - 1)) * (
        np.percentile(drawn, [2.5, 97.5]) - difference
    )
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert found["n_drugs"] == 6 - len([name for name in without if name.startswith("p")])


def test_the_same_scores_do_not_differ_at_all() -> None:
    found = differences({"a": held_out(0), "b": held_out(0)}, [("a", "b")], seed=0).iloc[0]
    assert (found["difference"], found["low"], found["high"]) == (0, 0, 0)
    assert found["within_noise"]


def test_what_both_find_hard_is_no_part_of_the_difference() -> None:
    """Scores that differ by drug alike in both: the paired interval is the narrower one."""
    base = held_out(0, effect=0.3, n_positive=9)
    noise = np.random.default_rng(9).normal(0, 0.05, len(base.score))
    alike = HeldOut(base.positive, base.score + noise, base.fold, base.drug)
    other = held_out(7, effect=0.3, n_positive=9)
    pairs = differences(
        {"base": base, "alike": alike, "other": other},
        [("base", "alike"), ("base", "other")],
        seed=0,
    )
    width = pairs["high"] - pairs["low"]
    assert width[0] < 0.5 * width[1]


def test_a_planted_difference_is_found_and_none_is_not() -> None:
    found, alarms = 0, 0
    for seed in range(40):
        sets = {
            "well": held_out(3 * seed, effect=3.0),
            "badly": held_out(3 * seed + 1, effect=0.0),
            "badly too": held_out(3 * seed + 2, effect=0.0),
        }
        pairs = differences(
            sets, [("well", "badly"), ("badly", "badly too")], seed=seed, n_resamples=200
        )
        found += bool(not pairs["within_noise"][0] and pairs["difference"][0] > 0)
        alarms += not pairs["within_noise"][1]
    assert found >= 36
    assert alarms <= 4


def test_seen_from_the_other_side_a_difference_turns() -> None:
    sets = {name: held_out(seed) for seed, name in enumerate("abc")}
    pairs = differences(sets, [("a", "b"), ("a", "c"), ("b", "c")], seed=0)
    turned = against(pairs, "b").set_index("first")
    assert set(turned.index) == {"a", "c"}
    first, last = pairs.iloc[0], pairs.iloc[2]
    assert turned.loc["a", "difference"] == first["difference"]
    assert turned.loc["c", "difference"] == -last["difference"]
    assert (turned.loc["c", "low"], turned.loc["c", "high"]) == (-last["high"], -last["low"])


def test_the_seed_decides() -> None:
    sets = {"a": held_out(0), "b": held_out(1)}
    one, same, other = (differences(sets, [("a", "b")], seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert one["low"][0] != other["low"][0]
