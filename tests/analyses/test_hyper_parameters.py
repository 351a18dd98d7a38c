"""A sweep: every setting on the same folds, the hopeless stopped, the best with its noise."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from gpar_core.analyses.hyper_parameters.compute import LAYERS, NODES, PAPER, grid, n_weights, sweep
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import TrainingSet, select
from gpar_core.errors import Cancelled, TrainingSetError
from gpar_core.learn.compendium_scores import FINAL
from gpar_core.learn.engine import FitTask
from gpar_core.learn.folds import assign_folds
from gpar_core.learn.presets import LayeredSettings, Settings, preset
from gpar_core.learn.training import train
from gpar_core.progress import Progress, Report, Tables
from gpar_core.rank.scoring import LayeredNetwork
from tests.pools import Means
from tests.synthetic import build, drugs_of

MOA = "Planted inhibitor"


class ByWidth(Means):
    """Networks of `idle` nodes point nowhere; others from the mean negative to the mean positive.

    It notes the settings it was given.
    """

    def __init__(self, idle: int = 10) -> None:
        super().__init__()
        self.idle = idle
        self.settings: list[LayeredSettings] = []

    def fit_all(
        self, x: np.ndarray, settings: Settings, tasks: Sequence[FitTask], *, report: Report
    ) -> Generator[tuple[FitTask, LayeredNetwork], None, None]:
        assert isinstance(settings, LayeredSettings)
        self.settings.append(settings)
        for task, network in super().fit_all(x, settings, tasks, report=report):
            if settings.hidden[0] == self.idle:
                rng = np.random.default_rng([task.seed, len(settings.hidden)])
                weight = rng.normal(size=network.weights[0].shape).astype(np.float32)
                yield task, replace(network, weights=(weight,))
            else:
                yield task, network


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    drugs = [*drugs_of(MOA, 12), *drugs_of("", 60, tas=0.1)]
    return build(tmp_path_factory.mktemp("sweep"), drugs, effect=9.0)


@pytest.fixture(scope="module")
def training_set(made: Compendium) -> TrainingSet:
    return select(made, [f"planted{i}" for i in range(12)], moa=MOA, negatives="inactive")


@pytest.fixture(scope="module")
def pool() -> ByWidth:
    return ByWidth()


@pytest.fixture(scope="module")
def tables(made: Compendium, training_set: TrainingSet, pool: ByWidth) -> Tables:
    return sweep(made, training_set, (2, 3), (10, 100), steps=7, seed=0, pool=pool)


def row_of(tables: Tables, setting: str) -> pd.Series:
    return tables["settings"].set_index("setting").loc[setting]


def test_the_grid_is_the_papers_network_but_for_its_shape() -> None:
    settings = grid(LAYERS, NODES, 2000)
    assert len(settings) == 1 + len(LAYERS) * len(NODES)
    assert settings[PAPER] == LayeredSettings()
    assert settings["4 x 32"].hidden == (32, 32, 32, 32)
    assert {replace(each, hidden=()) for each in settings.values()} == {LayeredSettings(hidden=())}


def test_weights_are_counted_layer_by_layer() -> None:
    assert n_weights(LayeredSettings(hidden=(10, 20))) == 978 * 10 + 10 * 20 + 20


def test_the_hopeless_are_stopped_and_the_papers_setting_is_not(
    tables: Tables, pool: ByWidth
) -> None:
    table = tables["settings"].set_index("setting")
    assert set(table.index[table["stopped"]]) == {"2 x 10", "3 x 10"}
    assert set(table["k"]) == {10}
    assert (table.loc[table["stopped"], "n_folds"] < 10).all()
    assert (table.loc[~table["stopped"], "n_folds"] == 10).all()
    stopped = table[table["stopped"]]
    assert (stopped["behind"] >= stopped["limit"]).all()
    assert stopped["within_noise"].isna().all()
    assert set(table.index[~table["stopped"]]) == {PAPER, "2 x 100", "3 x 100"}
    assert len(tables["folds"]) == sum(len(call) for call in pool.calls) == table["n_folds"].sum()
    assert {each.steps for each in pool.settings} == {7}


def test_the_papers_setting_runs_all_folds_however_bad(
    made: Compendium, training_set: TrainingSet
) -> None:
    tables = sweep(made, training_set, (2,), (100,), steps=7, seed=0, pool=ByWidth(idle=978))
    paper = row_of(tables, PAPER)
    assert (paper["n_folds"], paper["stopped"]) == (10, False)
    assert paper["behind"] >= paper["limit"]
    assert paper["difference_low"] > 0


def test_figures_are_of_the_folds_done(made: Compendium, training_set: TrainingSet) -> None:
    kept: dict[str, Tables] = {}

    def remember(key: str, compute):  # type: ignore[no-untyped-def]
        kept[key] = compute()
        return kept[key]

    tables = sweep(
        made, training_set, (2,), (10, 100), steps=7, seed=0, pool=ByWidth(), remember=remember
    )
    folds = assign_folds(training_set.positive, training_set.drug, seed=0)
    for name in ("2 x 10", "2 x 100"):
        row = row_of(tables, name)
        score = np.full(len(folds.fold), np.nan)
        for key, part in kept.items():
            if key.startswith(f"{name},"):
                values = part["scores"]["score"].to_numpy()
                score[np.isfinite(values)] = values[np.isfinite(values)]
        done = folds.fold < row["n_folds"]
        assert np.isfinite(score[done]).all()
        assert np.isnan(score[~done]).all()
        by_fold = [
            roc_auc_score(training_set.positive[folds.fold == f], score[folds.fold == f])
            for f in range(row["n_folds"])
        ]
        assert row["auroc"] == pytest.approx(np.mean(by_fold))
        assert row["sd"] == pytest.approx(np.std(by_fold, ddof=1))
        assert row["ap"] == pytest.approx(
            average_precision_score(training_set.positive[done], score[done])
        )
        told = tables["folds"]
        assert told.loc[told["setting"] == name, "auroc"].tolist() == pytest.approx(by_fold)


def test_settings_that_are_alike_cannot_be_told_from_the_best(tables: Tables) -> None:
    """The fake networks of all wide settings are the same."""
    complete = tables["settings"][~tables["settings"]["stopped"]]
    assert pd.isna(complete["difference"].iloc[0])
    assert (complete["difference"].iloc[1:] == 0).all()
    assert complete["within_noise"].iloc[1:].astype(bool).all()


def test_the_training_set_is_said(tables: Tables) -> None:
    (sizes,) = tables["training_set"].to_dict("records")
    assert sizes == {
        "n_drugs": 12,
        "n_signatures": 24,
        "n_negative_drugs": 60,
        "n_negative_signatures": 120,
        "k": 10,
    }


def test_no_effect_is_at_chance(tmp_path: Path) -> None:
    idle = build(tmp_path, [*drugs_of(MOA, 12), *drugs_of("", 60, tas=0.1)])
    chosen = select(idle, [f"planted{i}" for i in range(12)], moa=MOA, negatives="inactive")
    table = sweep(idle, chosen, (2,), (10, 100), steps=7, seed=0, pool=ByWidth())["settings"]
    assert table["auroc"].between(0.3, 0.7).all()


def test_what_is_done_is_not_done_again(made: Compendium, training_set: TrainingSet) -> None:
    kept: dict[str, Tables] = {}

    def remember(key: str, compute):  # type: ignore[no-untyped-def]
        if key not in kept:
            kept[key] = compute()
        return kept[key]

    def run(pool: Means, report: Report) -> Tables:
        return sweep(
            made,
            training_set,
            (2, 3),
            (10, 100),
            steps=7,
            seed=0,
            pool=pool,
            report=report,
            remember=remember,
        )

    def stop_late(progress: Progress) -> None:
        if progress.done > 16:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        run(ByWidth(), stop_late)
    n_kept = len(kept)
    assert n_kept >= 5
    pool = ByWidth()
    whole = run(pool, lambda _: None)
    assert len(pool.calls) == len(kept) - n_kept
    untouched = sweep(made, training_set, (2, 3), (10, 100), steps=7, seed=0, pool=ByWidth())
    for name, table in whole.items():
        pd.testing.assert_frame_equal(table, untouched[name])


def test_progress_counts_networks(made: Compendium, training_set: TrainingSet) -> None:
    heard: list[Progress] = []
    sweep(made, training_set, (2,), (10,), steps=7, seed=0, pool=ByWidth(), report=heard.append)
    assert {progress.stage for progress in heard} == {"Hyper-parameters"}
    assert heard[0].total == 20
    assert heard[-1].done == heard[-1].total < 20
    assert heard[0].message == "Folds 1 to 3 of 2 settings"


def test_one_drug_is_too_few(made: Compendium) -> None:
    one = select(made, ["planted0"], negatives="inactive")
    with pytest.raises(TrainingSetError, match=r"1 drug\. Cross-validation needs at least 2"):
        sweep(made, one, (2,), (10,), steps=7, seed=0, pool=ByWidth())


def test_the_papers_setting_is_cross_validated_as_the_paper_preset_is(
    made: Compendium, training_set: TrainingSet
) -> None:
    pool, of_model = ByWidth(), Means()
    tables = sweep(made, training_set, (2,), (10,), steps=2000, seed=3, pool=pool)
    model = train(made, training_set, preset("paper"), seed=3, pool=of_model)
    paper, metrics = row_of(tables, PAPER), model.validation.metrics
    assert paper["auroc"] == pytest.approx(metrics.mean_auroc, abs=1e-9)
    assert paper["ap"] == pytest.approx(metrics.average_precision, abs=1e-9)
    assert (paper["low"], paper["high"]) == pytest.approx(metrics.interval, abs=1e-9)
    ours = [each for each, call in zip(pool.settings, pool.calls, strict=True) for _ in call]
    assert preset("paper") in ours
    seeds = {task.seed for call in of_model.calls for task in call if task.name != str(FINAL)}
    assert {task.seed for call in pool.calls for task in call} == seeds
