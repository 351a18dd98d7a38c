"""The ranked list: who is on it, in which order, and what the filters say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.errors import EmptyRankingError, RequestError
from gpar_core.rank.ranking import (
    filtered,
    known_members,
    order_by,
    rank_compounds,
    rank_signatures,
    training_drugs,
)
from tests.synthetic import Drug, build, drugs_of

HDAC = ("hdac0", "hdac1", "hdac2", "hdac3")


def _scores(tiny: Compendium, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(tiny.n_signatures).astype(np.float32)


def _ranked(tiny: Compendium, score: np.ndarray, negatives: str = "inactive") -> pd.DataFrame:
    training = select(tiny, HDAC, negatives=negatives)
    held_out = np.zeros(tiny.n_signatures, dtype=bool)
    return rank_signatures(tiny, training, score, held_out, seed=0)


# ---------------------------------------------------------------------------- ranked signatures


def test_inactive_negatives_and_all_signatures_of_the_positives_are_left_out(
    tiny: Compendium,
) -> None:
    ranked = _ranked(tiny, _scores(tiny))
    drugs = tiny.signatures["drug"].iloc[ranked["row"]]
    assert set(drugs) == {"both", "annotated elsewhere", *(f"mtor{i}" for i in range(5))}
    # Every signature of these, not their representatives alone.
    assert len(ranked) == tiny.signatures["drug"].isin(set(drugs)).sum()
    assert not ranked["held_out"].any()


def test_other_negatives_are_ranked_and_marked_as_held_out(tiny: Compendium) -> None:
    training = select(tiny, HDAC, negatives="others")
    score = _scores(tiny)
    held_out = np.arange(tiny.n_signatures) % 2 == 0
    ranked = rank_signatures(tiny, training, score, held_out, seed=0).set_index("row")
    assert set(tiny.signatures["drug"].iloc[ranked.index]) == set(tiny.signatures["drug"]) - {*HDAC}
    np.testing.assert_array_equal(ranked["score"], score[ranked.index])
    np.testing.assert_array_equal(ranked["held_out"], held_out[ranked.index])


def test_a_training_set_that_leaves_nothing_to_rank_is_refused(tmp_path: Path) -> None:
    compendium = build(tmp_path, [*drugs_of("X", 2), *drugs_of("", 5, tas=0.1)])
    training = select(compendium, ("x0", "x1"), negatives="inactive")
    nothing = np.zeros(14, dtype=bool)
    with pytest.raises(EmptyRankingError, match="All 7 drugs of 'tiny' are in the training"):
        rank_signatures(compendium, training, np.zeros(14), nothing, seed=0)


def test_ranks_run_from_one_without_gaps_the_highest_score_first(tiny: Compendium) -> None:
    ranked = _ranked(tiny, _scores(tiny))
    assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))
    assert ranked["score"].is_monotonic_decreasing


# ----------------------------------------------------------------------------- ranked compounds


def test_a_planted_compound_comes_first_and_is_significant(tmp_path: Path) -> None:
    hit = Drug("HIT", "hit", replicates=4)
    compendium = build(tmp_path, [*drugs_of("X", 2), hit, *drugs_of("", 80, replicates=2, tas=0.1)])
    training = select(compendium, ("x0", "x1"), negatives="others")
    score = np.random.default_rng(0).random(compendium.n_signatures)
    score[(compendium.signatures["drug"] == "hit").to_numpy()] += 0.7
    held_out = np.zeros(compendium.n_signatures, dtype=bool)
    ranked = rank_signatures(compendium, training, score, held_out, seed=0)
    ranking = rank_compounds(compendium, ranked, seed=0)
    first = ranking.iloc[0]
    assert (first["pert_id"], first["k"]) == ("HIT", 8)
    assert first["p"] < 0.05
    assert first["p_exact"] < 0.001
    assert first["es"] > 0.8
    assert filtered(ranking, min_signatures=5, max_p=0.05)["pert_id"].tolist() == ["HIT"]
    assert len(ranking) == 81


def test_a_compound_is_described_by_its_signatures(tiny: Compendium) -> None:
    ranked = _ranked(tiny, _scores(tiny))
    ranking = rank_compounds(tiny, ranked, seed=0).set_index("drug")
    for drug, row in ranking.iterrows():
        own = ranked[(tiny.signatures["drug"] == drug).to_numpy()[ranked["row"]]]
        assert row["k"] == len(own)
        assert row["mean_score"] == pytest.approx(own["score"].mean(), rel=1e-6)
        assert row["best_score"] == own["score"].max()
    columns = ["pert_id", "pert_iname", "pert_ids", "names", "moa", "tas"]
    assert ranking.loc["both", columns].tolist() == [
        "BOTH-1", "Both", "BOTH-1|BOTH-2", "Both|both", "HDAC inhibitor|MTOR inhibitor", 0.5,
    ]  # fmt: skip


def test_the_order_of_the_signatures_does_not_matter(tiny: Compendium) -> None:
    ranked = _ranked(tiny, np.round(_scores(tiny), 1))
    straight = rank_compounds(tiny, ranked, seed=0)
    shuffled = rank_compounds(tiny, ranked.sample(frac=1, random_state=0), seed=0)
    pd.testing.assert_frame_equal(straight, shuffled)


def test_the_fdr_is_that_of_benjamini_and_hochberg(tiny: Compendium) -> None:
    ranking = rank_compounds(tiny, _ranked(tiny, _scores(tiny)), seed=0)
    by_p = ranking.sort_values("p_exact")
    m = len(by_p)
    expected, lowest = [], 1.0
    for place in range(m, 0, -1):
        lowest = min(lowest, by_p["p_exact"].iloc[place - 1] * m / place)
        expected.insert(0, lowest)
    np.testing.assert_allclose(by_p["fdr"], expected)


@pytest.mark.parametrize(("order", "expected"), [("es", "abdc"), ("nes", "cabd"), ("p", "cdab")])
def test_a_ranking_is_sorted_as_asked_with_ties_by_score_then_id(order: str, expected: str) -> None:
    ranking = pd.DataFrame(
        {
            "pert_id": list("dcba"),
            "es": [0.5, 0.4, 0.5, 0.5],
            "nes": [1.0, 2.0, 1.5, 1.5],
            "p_exact": [0.1, 0.1, 0.2, 0.2],
            "mean_score": [0.1, 0.9, 0.3, 0.3],
        }
    )
    assert "".join(order_by(ranking, order)["pert_id"]) == expected


def test_an_unknown_order_is_answered_with_the_choices(tiny: Compendium) -> None:
    with pytest.raises(RequestError, match="Use score, es, nes, p"):
        order_by(pd.DataFrame(), "rank")


# ------------------------------------------------------------------------------------- filters


def _table(k: list[int], p: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"k": k, "p": p})


def test_the_filter_keeps_enough_signatures_and_p_strictly_below() -> None:
    table = _table([5, 4, 5, 9], [0.049, 0.001, 0.05, 0.02])
    assert filtered(table, min_signatures=5, max_p=0.05).index.tolist() == [0, 1]
    assert filtered(table, min_signatures=5, max_p=0.05)["k"].tolist() == [5, 9]


def test_too_high_a_minimum_says_which_minimum_would_show_how_many() -> None:
    table = _table([1, 3, 3, 3, 2], [0.001, 0.01, 0.02, 0.5, 0.001])
    with pytest.raises(
        EmptyRankingError,
        match=r"No compound has 5 signatures; the highest number is 3. Lower the minimum to "
        r"3 signatures to see 2 compounds with p < 0.05",
    ):
        filtered(table, min_signatures=5, max_p=0.05)


def test_a_compendium_with_one_signature_per_compound_is_told_to_ask_for_one() -> None:
    with pytest.raises(EmptyRankingError, match="Lower the minimum to 1 signature to see 1 comp"):
        filtered(_table([1, 1], [0.01, 0.5]), min_signatures=5, max_p=0.05)


def test_too_low_a_limit_of_p_says_the_lowest_there_is() -> None:
    with pytest.raises(EmptyRankingError, match=r"None of the 2 compounds .* lowest p is 0.2"):
        filtered(_table([5, 6, 1], [0.3, 0.2, 0.001]), min_signatures=5, max_p=0.05)


def test_where_both_filters_are_in_the_way_both_are_named() -> None:
    with pytest.raises(EmptyRankingError, match=r"number is 3, and the lowest p is 0\.2\."):
        filtered(_table([3, 3], [0.3, 0.2]), min_signatures=5, max_p=0.05)


def test_the_minimum_named_is_one_at_which_something_is_significant() -> None:
    with pytest.raises(EmptyRankingError, match="Lower the minimum to 2 signatures to see 1 comp"):
        filtered(_table([4, 2, 1], [0.3, 0.01, 0.01]), min_signatures=5, max_p=0.05)


def test_a_ranking_without_any_compound_says_so() -> None:
    with pytest.raises(EmptyRankingError, match="no compounds to show"):
        filtered(_table([], []), min_signatures=1, max_p=1.0)


# ------------------------------------------------------------------------------ known compounds


def test_training_drugs_are_compared_with_held_out_negatives(tiny: Compendium) -> None:
    drug = np.array(["hdac0", "hdac0", "hdac1", "dark0", "dark1", "dark2", "dark3"], dtype=object)
    first = tiny.signatures.drop_duplicates("drug").reset_index().set_index("drug")["index"]
    rows = first[drug].to_numpy()
    training = TrainingSet(rows, np.array([True] * 3 + [False] * 4), drug, "inactive", "")
    score = np.array([0.9, 0.3, 0.5, 0.1, 0.3, 0.4, 0.8])
    whole = pd.Series({"hdac0": 0.7, "hdac1": 0.2, "dark0": 0.1})
    table = training_drugs(tiny, training, score, whole).set_index("pert_iname")
    # hdac0 beats 4 and 1 of 4 (a tie is no win); hdac1 beats 3.
    assert table.loc["hdac0"].tolist() == [2, pytest.approx(0.6), pytest.approx(5 / 8), 0.7]
    assert table.loc["hdac1"].tolist() == [1, pytest.approx(0.5), pytest.approx(3 / 4), 0.2]
    assert training_drugs(tiny, training, score)["score"].isna().all()
    assert table.index.tolist() == ["hdac1", "hdac0"]


def test_known_members_share_a_whole_moa_name() -> None:
    ranking = pd.DataFrame({"moa": ["A inhibitor", "", "B|A inhibitor", "A inhibitor (weak)"]})
    assert known_members(ranking, ["A inhibitor", "C"]).tolist() == [True, False, True, False]
    assert not known_members(ranking, []).any()
