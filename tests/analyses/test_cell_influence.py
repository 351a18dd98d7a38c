"""The same drugs in selections of cell lines: a planted difference is found, no other is seen."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from gpar_core import fields
from gpar_core.analyses.cell_influence.compute import (
    ALL_CELLS,
    cell_influence,
    drugs_with_signatures,
    named,
    too_few,
)
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import select
from gpar_core.errors import Cancelled, TrainingSetError
from gpar_core.learn.presets import PRESETS, LayeredSettings, Settings
from gpar_core.learn.training import train
from gpar_core.progress import Progress, Tables
from tests.pools import Means
from tests.synthetic import build, drugs_of

MOA = "Planted inhibitor"
DRUGS = tuple(f"planted{i}" for i in range(8))
EXPRESSING, SILENT = ("HT29", "MCF7"), ("A549", "PC3")
CELLS = (*EXPRESSING, *SILENT)
FAST, LAYERED = PRESETS["fast"], LayeredSettings()


def compendium(folder: Path, *, effect: float = 9.0, absent: str = "", seed: int = 0) -> Compendium:
    """Drugs that act in `EXPRESSING` alone, and 60 inactive ones; `absent` has none of SILENT."""
    drugs = [*drugs_of(MOA, len(DRUGS)), *drugs_of("", 60, tas=0.1)]
    made = build(folder / "whole", drugs, cells=CELLS, effect=effect, seed=seed)
    idle = build(folder / "idle", drugs, cells=CELLS, seed=seed)
    silent = made.signatures[fields.CELL_ID].isin(SILENT).to_numpy()
    kept = ~(silent & (made.signatures[fields.DRUG] == absent).to_numpy())
    folder = folder / "cells"
    folder.mkdir()
    matrix = np.where(silent[:, None], idle.matrix, made.matrix)
    np.save(folder / compendia.MATRIX, matrix[kept])
    compendia.write(
        folder,
        name="cells",
        source="Made for a test",
        simulated=False,
        signatures=made.signatures[kept],
        annotation=made.compounds,
        report={"findings": []},
    )
    return compendia.load(folder)


def compared(
    made: Compendium,
    selections: object = (EXPRESSING, SILENT),
    settings: Settings = LAYERED,
    **how: object,
) -> Tables:
    how = {"negatives": "inactive", "moa": MOA, "seed": 0, "pool": Means(), **how}
    drugs = how.pop("drugs", DRUGS)
    return cell_influence(made, drugs, selections, settings, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    return compendium(tmp_path_factory.mktemp("cells"))


@pytest.fixture(scope="module")
def tables(made: Compendium) -> Tables:
    return compared(made)


@pytest.mark.parametrize("settings", [FAST, LAYERED])
def test_where_the_drugs_act_they_are_told_apart(made: Compendium, settings: Settings) -> None:
    """As in Figure 1d of the paper."""
    tables = compared(made, settings=settings)
    best, worst = tables["selections"].to_dict("records")
    assert (best["selection"], worst["selection"]) == ("HT29 + MCF7", "A549 + PC3")
    assert best["low"] > 0.8
    assert worst["auroc"] < 0.7
    (pair,) = tables["differences"].to_dict("records")
    assert (pair["first"], pair["second"]) == ("HT29 + MCF7", "A549 + PC3")
    assert pair["difference"] == pytest.approx(best["auroc"] - worst["auroc"])
    assert pair["low"] > 0
    assert not pair["within_noise"]
    assert pair["n_drugs"] == len(DRUGS)


def test_selections_that_respond_alike_are_within_noise(tmp_path: Path) -> None:
    alarms = 0
    for seed in range(12):
        drugs = [*drugs_of(MOA, len(DRUGS)), *drugs_of("", 60, tas=0.1)]
        alike = build(tmp_path / str(seed), drugs, cells=CELLS, effect=4.0, seed=seed)
        pairs = compared(alike, seed=seed)["differences"]
        alarms += not pairs["within_noise"][0]
    assert alarms <= 2


def test_n_and_chance_stand_beside_every_figure(tables: Tables) -> None:
    for row in tables["selections"].itertuples():
        assert (row.n_drugs, row.n_signatures) == (8, 16)
        assert (row.n_negative_drugs, row.n_negative_signatures) == (60, 120)
        assert row.k == 5
        assert row.base_rate == pytest.approx(16 / 136)
        assert row.low <= row.auroc <= row.high


def test_each_drug_is_judged_in_its_own_fold(made: Compendium, tables: Tables) -> None:
    drugs = tables["drugs"]
    assert len(drugs) == 2 * len(DRUGS)
    assert set(drugs["n_signatures"]) == {2}
    strong = drugs[drugs["selection"] == "HT29 + MCF7"]["beats_negatives"]
    assert strong.mean() > 0.9
    assert drugs["beats_negatives"].between(0, 1).all()


def test_the_share_beaten_is_the_auroc_where_each_fold_has_as_many(made: Compendium) -> None:
    """With two drugs of one signature each, a fold's AUROC is what its drug beats."""
    found = compared(made, [("MCF7",), ("PC3",)], drugs=DRUGS[:2])
    mean = found["drugs"].groupby("selection")["beats_negatives"].mean()
    for row in found["selections"].itertuples():
        assert row.auroc == pytest.approx(mean[row.selection])


@pytest.mark.parametrize("settings", [FAST, LAYERED])
def test_networks_and_folds_are_those_of_a_model(made: Compendium, settings: Settings) -> None:
    found = compared(made, [("MCF7",), ("PC3",)], settings, negatives="others", seed=3)
    training_set = select(made, DRUGS, cells=["MCF7"], moa=MOA, negatives="others")
    model = train(made, training_set, settings, seed=3, pool=Means())
    row = found["selections"].set_index("selection").loc["MCF7"]
    metrics = model.validation.metrics
    assert row["auroc"] == pytest.approx(metrics.mean_auroc, abs=1e-9)
    assert (row["low"], row["high"]) == pytest.approx(metrics.interval, abs=1e-9)


def test_a_selection_with_too_few_drugs_is_listed_with_the_reason(tmp_path: Path) -> None:
    made = compendium(tmp_path, absent="planted1")
    found = compared(made, [EXPRESSING, SILENT, ("MCF7",)], drugs=DRUGS[:2])
    assert set(found["selections"]["selection"]) == {"HT29 + MCF7", "MCF7"}
    (left_out,) = found["left_out"].to_dict("records")
    assert left_out["selection"] == "A549 + PC3"
    assert "1 of the 2 drugs has a signature in A549 + PC3; 2 are needed" in left_out["reason"]
    with pytest.raises(TrainingSetError, match=r"1 of the 2 selections .* needs two"):
        compared(made, [EXPRESSING, SILENT], drugs=DRUGS[:2])


def test_drugs_that_are_left_out_are_neither_positive_nor_negative(made: Compendium) -> None:
    """Chosen by name, nothing but being left out keeps them from the negatives."""
    pool = Means()
    left_out = ("dark0", *DRUGS[6:])
    found = compared(made, drugs=DRUGS[:6], left_out=left_out, pool=pool, moa="")
    assert set(found["drugs"]["drug"]) == set(DRUGS[:6])
    assert set(found["selections"]["n_negative_drugs"]) == {59}
    assert set(found["selections"]["n_drugs"]) == {6}


def test_no_cell_lines_are_all_of_them(made: Compendium) -> None:
    found = compared(made, [(), ("MCF7",)])["selections"].set_index("selection")
    assert named(()) == ALL_CELLS
    assert found.loc[ALL_CELLS, "n_signatures"] == len(DRUGS) * len(CELLS)


def test_drugs_are_counted_where_they_have_a_representative(tmp_path: Path) -> None:
    made = compendium(tmp_path, absent="planted3")
    found = drugs_with_signatures(made, DRUGS[:4], [("PC3",), ("MCF7", "PC3"), (), ("A549",)])
    signatures = made.signatures[made.signatures["representative"]]
    for cells, drugs in zip([("PC3",), ("MCF7", "PC3"), CELLS, ("A549",)], found, strict=True):
        there = signatures[signatures["cell_id"].isin(cells)]
        assert drugs == set(there["drug"]) & set(DRUGS[:4])
    assert "planted3" not in found[0]


def test_the_reason_is_said_only_where_there_is_one() -> None:
    assert too_few(2, 5, "MCF7") == ""
    assert "0 of the 5 drugs have signatures in MCF7" in too_few(0, 5, "MCF7")


def test_what_is_done_is_not_done_again(made: Compendium) -> None:
    kept: dict[str, Tables] = {}

    def remember(key: str, compute):  # type: ignore[no-untyped-def]
        if key not in kept:
            kept[key] = compute()
        return kept[key]

    first = compared(made, remember=remember)
    pool = Means()
    again = compared(made, remember=remember, pool=pool)
    assert set(kept) == {"HT29 + MCF7", "A549 + PC3"}
    assert pool.calls == []
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, again[name])


def test_progress_counts_selections_and_can_stop(made: Compendium) -> None:
    heard: list[Progress] = []
    compared(made, report=heard.append)
    assert {progress.stage for progress in heard} == {"Cell influence"}
    assert (heard[-1].done, heard[-1].total) == (2, 2)
    assert "2 of 2 selections done" in heard[-1].message

    def stop(progress: Progress) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        compared(made, report=stop)


def test_auroc_is_the_mean_over_folds(made: Compendium) -> None:
    kept: dict[str, Tables] = {}

    def remember(key: str, compute):  # type: ignore[no-untyped-def]
        kept[key] = compute()
        return kept[key]

    found = compared(made, remember=remember)
    training_set = select(made, DRUGS, cells=SILENT, moa=MOA, negatives="inactive")
    from gpar_core.learn.folds import assign_folds

    folds = assign_folds(training_set.positive, training_set.drug, seed=0)
    score = kept["A549 + PC3"]["scores"]["score"].to_numpy()
    mean = np.mean(
        [
            roc_auc_score(training_set.positive[folds.fold == fold], score[folds.fold == fold])
            for fold in range(folds.k)
        ]
    )
    row = found["selections"].set_index("selection").loc["A549 + PC3"]
    assert row["auroc"] == pytest.approx(mean)
