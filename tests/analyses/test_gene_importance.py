"""Planted genes are found both ways, by folds that did not see them held out; chance finds none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from gpar_core import fields
from gpar_core.analyses.genes.importance import (
    MAX_HEAT,
    N_HEAT_GENES,
    agreement,
    gene_importance,
    jackknife,
)
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.errors import Cancelled
from gpar_core.learn.attribution import integrated_gradients
from gpar_core.learn.engine import FitPool, FitTask, Pool
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.matching import Matching
from gpar_core.learn.presets import PRESETS, LayeredSettings, MatchingSettings, Settings
from gpar_core.learn.saved_space import known_space
from gpar_core.progress import Progress, Tables, silent
from gpar_core.rank.scoring import Network
from tests.pools import Means
from tests.synthetic import build, drugs_of

FAST = PRESETS["fast"]
LAYERED = LayeredSettings(hidden=(32, 16), steps=100)
N_UP, N_DOWN = 30, 20
PLANTED = set(fields.LANDMARK_SYMBOLS[: N_UP + N_DOWN])


DRUGS = [*drugs_of("Planted inhibitor", 5), *drugs_of("", 40, tas=0.1)]


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """A MOA of five drugs that do nothing, and 40 inactive drugs, in two cell lines."""
    return build(tmp_path_factory.mktemp("noise"), DRUGS)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """The same, but the MOA raises the first 30 genes and lowers the next 20."""
    made = build(tmp_path_factory.mktemp("planted"), DRUGS)
    matrix = np.array(made.matrix)
    rows = made.signatures["drug"].str.startswith("planted").to_numpy()
    matrix[np.ix_(rows, np.arange(N_UP))] += 2.5
    matrix[np.ix_(rows, N_UP + np.arange(N_DOWN))] -= 2.5
    np.save(made.folder / compendia.MATRIX, matrix)
    return compendia.load(made.folder)


def chosen(compendium: Compendium) -> TrainingSet:
    return select(compendium, [f"planted{i}" for i in range(5)], negatives="inactive")


def trained(
    compendium: Compendium, training_set: TrainingSet, settings: Settings, pool: Pool
) -> Network:
    """On the whole training set."""
    positive = training_set.positive
    if isinstance(settings, MatchingSettings):
        folds = assign_folds(positive, training_set.drug, seed=0)
        space = known_space(compendium, settings, seed=0)
        return Matching(space, compendium, training_set, folds, 0).network()
    task = FitTask("final", np.arange(len(positive)), positive, 0)
    x = training_set.z_scores(compendium)
    ((_, network),) = pool.fit_all(x, settings, [task], report=silent)
    return network


def found(
    compendium: Compendium, pool: Pool, settings: Settings = LAYERED, **how: object
) -> dict[str, pd.DataFrame]:
    training_set = chosen(compendium)
    network = trained(compendium, training_set, settings, pool)
    return dict(
        gene_importance(compendium, training_set, network, settings, seed=0, pool=pool, **how)
    )  # type: ignore[arg-type]


def first(genes: pd.DataFrame, way: str, n: int = 50) -> set[str]:
    return set(genes.loc[genes[f"{way}_rank"] <= n, "symbol"])


@pytest.mark.parametrize("settings", [FAST, LAYERED])
def test_planted_genes_are_found_by_trained_networks_both_ways(
    planted: Compendium, pool: FitPool, settings: Settings
) -> None:
    tables = found(planted, pool, settings)
    genes = tables["genes"]
    for way in ("ig", "lr"):
        assert len(first(genes, way) & PLANTED) > 25  # 3 by chance
        of_planted = genes[genes["symbol"].isin(PLANTED)]
        assert of_planted[f"{way}_share"].mean() > 0.6
        others = genes[~genes["symbol"].isin(PLANTED)]
        assert others[f"{way}_share"].mean() < 0.12
    up = set(genes.loc[genes["direction"] == "up", "symbol"])
    assert set(fields.LANDMARK_SYMBOLS[:N_UP]) <= up
    assert not set(fields.LANDMARK_SYMBOLS[N_UP : N_UP + N_DOWN]) & up
    (told,) = tables["agreement"].to_dict("records")
    assert told["p"] < 1e-6
    assert told["overlap"] > 3 * told["expected"]
    assert told["gap"] < 0.01 * told["rise"]


@pytest.mark.parametrize("settings", [FAST, LAYERED])
def test_where_nothing_is_planted_no_gene_is_special(noise: Compendium, settings: Settings) -> None:
    tables = found(noise, Means(), settings)
    genes = tables["genes"]
    assert len(first(genes, "ig") & PLANTED) < 9
    assert len(first(genes, "lr") & PLANTED) < 9


def test_every_gene_has_its_row_and_the_figures_are_those_of_the_signatures(
    planted: Compendium,
) -> None:
    genes = found(planted, Means())["genes"]
    assert genes["ig_rank"].tolist() == list(range(1, fields.N_LANDMARKS + 1))
    assert sorted(genes["entrez_id"]) == list(fields.LANDMARK_IDS)
    training_set = chosen(planted)
    gene = fields.LANDMARK_SYMBOLS.index(genes["symbol"][0])
    z = pd.Series(training_set.z_scores(planted)[:, gene].astype(float))
    by_drug = z[training_set.positive].groupby(training_set.drug[training_set.positive]).mean()
    row = genes.iloc[0]
    assert row["z_positive"] == pytest.approx(by_drug.mean())
    assert row["z_positive_se"] == pytest.approx(by_drug.sem())
    assert row["z_difference"] == pytest.approx(row["z_positive"] - row["z_negative"])


def test_attributions_of_a_linear_network_are_weight_times_mean_z_score(
    planted: Compendium,
) -> None:
    """And without a fold, those of what is left: neither its network nor its positives are seen."""
    tables = found(planted, Means())
    training_set = chosen(planted)
    x, positive = training_set.z_scores(planted).astype(float), training_set.positive
    folds = assign_folds(positive, training_set.drug, seed=0)

    def slow(kept: np.ndarray) -> np.ndarray:
        ours, theirs = x[kept & positive].mean(axis=0), x[kept & ~positive].mean(axis=0)
        return (ours - theirs) * ours

    genes = tables["genes"].set_index("entrez_id").sort_index()
    np.testing.assert_allclose(genes["ig"], slow(np.ones(len(x), bool)), atol=1e-5)
    without = np.array([slow(folds.fold != k) for k in range(folds.k)])
    np.testing.assert_allclose(genes["ig_se"], jackknife(without), atol=1e-5)
    top = [set(np.argsort(-np.abs(each))[:100]) for each in without]
    share = np.mean([[gene in each for gene in range(978)] for each in top], axis=0)
    np.testing.assert_allclose(genes["ig_share"], share)


def test_what_is_common_to_a_cell_line_is_not_attributed(planted: Compendium) -> None:
    cell = planted.signatures["cell_id"].to_numpy()
    common = np.random.default_rng(3).normal(size=fields.N_LANDMARKS)
    matrix = planted.matrix + np.where(cell[:, None] == "A375", common, 0).astype(np.float32)
    shifted = replace(planted, matrix=matrix)
    training_set = chosen(shifted)
    network = trained(shifted, training_set, FAST, Means())
    genes = found(shifted, Means(), FAST)["genes"].set_index("entrez_id").sort_index()
    x = training_set.z_scores(shifted)[training_set.positive]
    of_cell = cell[training_set.rows][training_set.positive]
    ours, uncorrected = (
        integrated_gradients(network, inputs.astype(float), np.zeros(fields.N_LANDMARKS))
        for inputs in (network.inputs(x, of_cell), network.inputs(x))
    )
    np.testing.assert_allclose(genes["ig"], ours.mean(axis=0), atol=1e-6)
    assert not np.allclose(genes["ig"], uncorrected.mean(axis=0), atol=1e-3)


def test_the_networks_of_the_folds_are_those_of_training(planted: Compendium) -> None:
    pool = Means()
    found(planted, pool)
    folds = assign_folds(chosen(planted).positive, chosen(planted).drug, seed=0)
    _, of_folds = pool.calls
    assert len(of_folds) == folds.k
    for k, task in enumerate(of_folds):
        assert task.seed == k + 1
        np.testing.assert_array_equal(task.rows, np.flatnonzero(folds.fold != k))


def test_agreement_is_that_of_sets_of_genes() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 978))
    (told,) = agreement(one, other).to_dict("records")
    tops = [set(np.argsort(-np.abs(each))[:100]) for each in (one, other)]
    assert told["overlap"] == len(tops[0] & tops[1])
    assert told["expected"] == pytest.approx(100 * 100 / 978)
    p = sum(hypergeom.pmf(k, 978, 100, 100) for k in range(told["overlap"], 101))
    assert told["p"] == pytest.approx(p)
    assert (agreement(one, -one)[["overlap", "spearman"]] == [100, 1.0]).all(axis=None)


def test_independent_importances_agree_as_often_as_chance_has_it() -> None:
    rng = np.random.default_rng(1)
    told = pd.concat([agreement(*rng.normal(size=(2, 978))) for _ in range(300)])
    assert told["overlap"].mean() == pytest.approx(told["expected"].iloc[0], abs=0.6)
    assert 0.01 < (told["p"] < 0.05).mean() < 0.08


def test_jackknife_of_a_mean_is_its_standard_error() -> None:
    x = np.random.default_rng(2).normal(size=(20, 3))
    without = np.array([np.delete(x, i, axis=0).mean(axis=0) for i in range(20)])
    np.testing.assert_allclose(jackknife(without), x.std(axis=0, ddof=1) / np.sqrt(20))


def test_the_heat_map_is_of_the_best_genes_in_as_many_positives_as_negatives(
    planted: Compendium,
) -> None:
    tables = found(planted, Means())
    heat, genes = tables["heat"], tables["genes"]
    assert heat["symbol"].nunique() == N_HEAT_GENES
    best = genes[["ig_rank", "lr_rank"]].min(axis=1)
    worst_shown = best[genes["symbol"].isin(heat["symbol"])].max()
    assert worst_shown <= best[~genes["symbol"].isin(heat["symbol"])].min()
    counts = heat.drop_duplicates("signature")["positive"].value_counts()
    assert counts[True] == counts[False] == 10 <= MAX_HEAT
    one = heat.iloc[-7]
    row = planted.signatures.index[planted.signatures["sig_id"] == one["signature"]][0]
    gene = fields.LANDMARK_SYMBOLS.index(one["symbol"])
    assert one["z"] == pytest.approx(float(planted.matrix[row, gene]))


def test_what_is_remembered_is_not_trained_again(planted: Compendium) -> None:
    kept: dict[str, Tables] = {}

    def remember(key: str, compute):  # type: ignore[no-untyped-def]
        if key not in kept:
            kept[key] = compute()
        return kept[key]

    once = found(planted, Means(), remember=remember)
    pool = Means()
    again = found(planted, pool, remember=remember)
    assert len(pool.calls) == 1  # the model's own network
    pd.testing.assert_frame_equal(once["genes"], again["genes"])


def test_one_drug_has_no_error_of_its_mean(tmp_path: Path) -> None:
    made = build(tmp_path, [*drugs_of("One inhibitor", 1), *drugs_of("", 40, tas=0.1)])
    training_set = select(made, ["one0"], negatives="inactive")
    network = trained(made, training_set, FAST, Means())
    tables = gene_importance(made, training_set, network, FAST, seed=0, pool=Means())
    assert tables["genes"]["z_positive_se"].isna().all()


def test_progress_can_stop(planted: Compendium) -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        found(planted, Means(), report=stop)
