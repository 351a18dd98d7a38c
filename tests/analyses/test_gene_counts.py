"""More genes tell more, the important ones sooner, and held-out drugs have no part in choosing."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.analyses.genes import counts
from gpar_core.analyses.genes.counts import (
    DEFAULT_COUNTS,
    curves,
    drawn_genes,
    enough_genes,
    gene_counts,
    n_networks,
    pair_correlations,
    summary,
)
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.errors import Cancelled
from gpar_core.learn.engine import FitTask
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.gene_selection import logistic_coefficients
from gpar_core.learn.presets import PRESETS, LayeredSettings, Settings
from gpar_core.learn.training import train
from gpar_core.progress import Progress, Report, Tables
from gpar_core.rank.scoring import LayeredNetwork
from tests.pools import Means
from tests.synthetic import build, drugs_of

FAST = PRESETS["fast"]
LAYERED = LayeredSettings()
"""Trained by the pool, here `Means`."""

N_PLANTED = 40


class Noting(Means):
    """Notes what it learned from too, and apart the networks that were trained alone."""

    def __init__(self) -> None:
        super().__init__()
        self.alone: list[tuple[np.ndarray, FitTask]] = []

    def fit_all(
        self, x: np.ndarray, settings: Settings, tasks: Sequence[FitTask], *, report: Report
    ) -> Generator[tuple[FitTask, LayeredNetwork], None, None]:
        if len(tasks) == 1:
            self.alone.append((x, tasks[0]))
        yield from super().fit_all(x, settings, tasks, report=report)


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """A MOA of six drugs that do nothing, and 40 inactive drugs, in two cell lines."""
    drugs = [*drugs_of("Planted inhibitor", 6), *drugs_of("", 40, tas=0.1)]
    return build(tmp_path_factory.mktemp("noise"), drugs)


@pytest.fixture(scope="module")
def planted(noise: Compendium) -> Compendium:
    """The same, but the MOA raises 40 of the genes."""
    matrix = np.array(noise.matrix)
    rows = noise.signatures["drug"].str.startswith("planted").to_numpy()
    genes = np.random.default_rng(5).choice(fields.N_LANDMARKS, N_PLANTED, replace=False)
    matrix[np.ix_(rows, genes)] += 1.0
    return replace(noise, matrix=matrix)


def chosen(compendium: Compendium) -> TrainingSet:
    return select(compendium, [f"planted{i}" for i in range(6)], negatives="inactive")


def counted(
    compendium: Compendium,
    numbers: Sequence[int],
    settings: Settings = LAYERED,
    *,
    repeats: int = 4,
    **how: object,
) -> dict[str, pd.DataFrame]:
    how = {"pool": Means(), "seed": 0} | how
    training_set = chosen(compendium)
    return dict(
        gene_counts(compendium, training_set, settings, counts=numbers, repeats=repeats, **how)  # type: ignore[arg-type]
    )


def test_more_random_genes_tell_more_and_important_ones_tell_it_sooner(planted: Compendium) -> None:
    tables = counted(planted, [10, 100, 978], FAST, repeats=10)
    told = summary(tables["auroc"], tables["similarity"]).set_index("n_genes")
    assert told.loc[10, "random"] < told.loc[100, "random"] < told.loc[978, "random"]
    assert told.loc[978, "random"] > 0.9
    assert told.loc[10, "important"] > told.loc[10, "random"] + 0.15
    assert told.loc[10, "beaten"] >= 9
    # Signatures of a MOA are alike however few genes are looked at; telling so takes many.
    assert told.loc[10, "distance"] < told.loc[100, "distance"] < told.loc[978, "distance"]
    assert told.loc[978, "within"] > told.loc[978, "between"]


def test_without_an_effect_important_genes_are_no_better_than_chance(noise: Compendium) -> None:
    """Chosen by all drugs, the 20 most important of 978 would seem to tell noise from noise."""
    tables = [counted(noise, [20], FAST, repeats=1, seed=seed)["auroc"] for seed in range(8)]
    found = pd.concat(tables).query("way == 'important'")["auroc"]
    assert found.mean() == pytest.approx(0.5, abs=0.12)
    training_set = chosen(noise)
    x, positive = training_set.z_scores(noise), training_set.positive
    peeked = np.argsort(-np.abs(logistic_coefficients(x, positive)))[:20]
    matrix = np.zeros_like(noise.matrix)
    matrix[:, peeked] = noise.matrix[:, peeked]
    cheated = counted(replace(noise, matrix=matrix), [978], FAST)["auroc"]["auroc"].iloc[0]
    assert cheated > 0.8


def test_the_genes_of_a_fold_are_chosen_by_what_it_does_not_hold_out(planted: Compendium) -> None:
    pool = Noting()
    counted(planted, [15], repeats=1, pool=pool)
    training_set = chosen(planted)
    x, positive = training_set.z_scores(planted), training_set.positive
    folds = assign_folds(positive, training_set.drug, seed=0)
    assert len(pool.alone) == folds.k
    for learned, task in pool.alone:
        seen = folds.fold != int(task.name)
        np.testing.assert_array_equal(task.rows, np.flatnonzero(seen))
        weight = np.abs(logistic_coefficients(x[seen], positive[seen]))
        genes = np.sort(np.argsort(-weight, kind="stable")[:15])
        np.testing.assert_array_equal(learned, x[:, genes])


def test_random_genes_are_seeded_distinct_and_differ_between_draws() -> None:
    draws = [drawn_genes(50, draw, seed=3) for draw in range(1, 20)]
    assert all(len(np.unique(genes)) == 50 and (np.diff(genes) > 0).all() for genes in draws)
    assert len({tuple(genes) for genes in draws}) == len(draws)
    np.testing.assert_array_equal(draws[0], drawn_genes(50, 1, seed=3))
    assert not np.array_equal(draws[0], drawn_genes(50, 1, seed=4))


@pytest.mark.parametrize("settings", [FAST, LAYERED])
def test_all_genes_are_the_cross_validation_of_the_model(
    planted: Compendium, settings: Settings
) -> None:
    tables = counted(planted, [30, 978], settings, repeats=1)
    model = train(planted, chosen(planted), settings, seed=0, pool=Means())
    whole = tables["auroc"].query("n_genes == 978")
    assert set(whole["way"]) == {"random", "important"}
    np.testing.assert_allclose(whole["auroc"], model.validation.metrics.mean_auroc, atol=1e-6)
    np.testing.assert_allclose(whole[["low", "high"]].iloc[0], model.validation.metrics.interval)
    assert tables["auroc"]["auroc"].between(0, 1).all()


def test_correlations_are_those_of_pairs_one_by_one() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(12, 30)) + np.linspace(0, 1, 12)[:, None] * rng.normal(size=30)
    positive = np.arange(12) < 5
    drug = np.array(["a", "a", "b", "c", "c", *"defghij"], dtype=object)
    within, between = [], []
    for i, j in combinations(range(12), 2):
        r = np.corrcoef(x[i], x[j])[0, 1]
        if positive[i] and positive[j] and drug[i] != drug[j]:
            within.append(r)
        elif positive[i] != positive[j]:
            between.append(r)
    assert (len(within), len(between)) == (8, 35)
    (told,) = pair_correlations(x, positive, drug).to_dict("records")
    assert told["within"] == pytest.approx(np.mean(within))
    assert told["between"] == pytest.approx(np.mean(between))
    assert told["within_sd"] == pytest.approx(np.std(within))
    assert told["between_sd"] == pytest.approx(np.std(between))
    pooled = np.sqrt((np.var(within) + np.var(between)) / 2)
    assert told["distance"] == pytest.approx((np.mean(within) - np.mean(between)) / pooled)


def test_a_flat_signature_is_like_no_other() -> None:
    x = np.random.default_rng(2).normal(size=(6, 10))
    x[0] = 1.5
    told = pair_correlations(x, np.arange(6) < 2, np.array([*"abcdef"], dtype=object))
    assert told["within"][0] == 0
    assert told.notna().all(axis=None)


def test_curves_are_means_over_draws_and_intervals_of_important_genes() -> None:
    auroc = pd.DataFrame(
        [
            ("random", 10, 1, 0.5, 0.3, 0.7),
            ("random", 10, 2, 0.7, 0.5, 0.9),
            ("important", 10, 1, 0.6, 0.4, 0.75),
            ("random", 978, 1, 0.9, 0.8, 1.0),
            ("important", 978, 1, 0.9, 0.8, 1.0),
        ],
        columns=["way", "n_genes", "draw", "auroc", "low", "high"],
    )
    told = curves(auroc).set_index(["way", "n_genes"])
    sd = np.sqrt(0.02)
    np.testing.assert_allclose(told.loc[("random", 10)], [2, 0.6, 0.6 - sd, 0.6 + sd])
    np.testing.assert_allclose(told.loc[("important", 10)], [1, 0.6, 0.4, 0.75])
    np.testing.assert_allclose(told.loc[("random", 978)], [1, 0.9, 0.9, 0.9])
    similarity = pd.DataFrame(
        {"n_genes": [10, 10, 978], "within": [0.1, 0.3, 0.2], "between": 0.0, "distance": 1.0}
    )
    table = summary(auroc, similarity).set_index("n_genes")
    assert table.loc[978, ["random_sd", "within_sd", "distance_sd"]].isna().all(), "one draw"
    row = table.loc[10]
    assert (row["draws"], row["beaten"]) == (2, 1)
    assert row["within"] == pytest.approx(0.2)
    assert row["within_sd"] == pytest.approx(np.sqrt(0.02))


def test_what_it_takes_is_counted_before(planted: Compendium) -> None:
    pool = Means()
    tables = counted(planted, [10, 20, 978], repeats=3, pool=pool)
    k = assign_folds(chosen(planted).positive, chosen(planted).drug, seed=0).k
    assert (
        sum(map(len, pool.calls))
        == n_networks([10, 20, 978], 3, k)
        == tables["sizes"]["n_networks"][0]
    )
    assert n_networks(DEFAULT_COUNTS, 10, 10) == 1880


@pytest.mark.parametrize("settings", [FAST, LAYERED])
def test_the_same_seed_gives_the_same_and_what_is_remembered_is_not_trained_again(
    planted: Compendium, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, Tables] = {}

    def remember(key: str, compute):  # type: ignore[no-untyped-def]
        if key not in kept:
            kept[key] = compute()
        return kept[key]

    one = counted(planted, [10, 978], settings, remember=remember)
    anew = counted(planted, [10, 978], settings)
    monkeypatch.setattr(counts, "held_out_scores", None)  # another call would fail
    other = counted(planted, [10, 978], settings, remember=remember)
    for name, table in one.items():
        pd.testing.assert_frame_equal(table, other[name])
        pd.testing.assert_frame_equal(table, anew[name])


def test_progress_names_what_was_done_and_can_stop(planted: Compendium) -> None:
    heard: list[Progress] = []
    counted(planted, [10], FAST, repeats=2, report=heard.append)
    assert (heard[-1].done, heard[-1].total) == (3, 3)
    assert "genes" in heard[-1].message
    assert "AUROC" in heard[-1].message

    def stop(progress: Progress) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        counted(planted, [10], FAST, report=stop)


@pytest.mark.parametrize(
    ("auroc", "low", "enough"),
    [
        ([0.6, 0.7, 0.9], 0.7, 30),
        ([0.6, 0.89, 0.9], 0.7, 20),
        ([0.92, 0.95, 0.9], 0.7, 10),
        ([0.9, 0.6, 0.9], 0.7, 30),
        ([0.9, 0.902, 0.91, 0.861, 0.9, 0.883], 0.784, 10),
        ([0.9, 0.6, 0.6, 0.6, 0.9], 0.7, 50),
        ([0.7, 0.7, 0.7], 0.5, None),
        ([0.7, 0.6, 0.5], 0.3, None),
    ],
)
def test_neither_one_dip_nor_one_lucky_number_decides_how_many_are_enough(
    auroc: list[float], low: float, enough: int | None
) -> None:
    n_genes = [10 * (place + 1) for place in range(len(auroc))]
    table = pd.DataFrame({"n_genes": n_genes, "random": auroc, "random_low": low})
    assert enough_genes(table) == enough
