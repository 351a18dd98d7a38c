"""The demo compendium is well formed, repeatable, and tells the stories of Gao et al. 2021."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

from gpar_core import fields
from gpar_core.data import compendium, demo, demo_programs
from gpar_core.data import demo_catalogue as catalogue
from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled
from gpar_core.progress import Progress
from tests.processors import run_on

FINGERPRINT = "469d17b6b4112f10bbeaa2051759c302014b3205f15a36e162f4b26d8c9cba7e"
"""Of the demo on every computer. It changes with what the demo holds, and with nothing else."""

OF_COMPOUNDS = "5814342bba654e077cdc0cf341b578c6c9f445b08e45094532e5f73ac39bcf2d"
"""Of its compounds without their targets, which no draw for the genes may change."""

GLYCOSIDES = "ATPase inhibitor"
SSRI = "selective serotonin reuptake inhibitor (SSRI)"
NFKB = "NFkB pathway inhibitor"

SSRI_OF_THE_PAPER = {
    "escitalopram", "paroxetine", "fluoxetine", "clomipramine", "sertraline", "imipramine",
    "milnacipran", "doxepin", "duloxetine", "fluvoxamine", "venlafaxine",
}  # fmt: skip


BUILD = """
import sys
from pathlib import Path
from gpar_core.data import demo
demo.build(Path(sys.argv[1]))
"""


@pytest.fixture
def loaded(demo_compendium: Compendium) -> Compendium:
    return demo_compendium


def _drugs(loaded: Compendium, moa: str) -> set[str]:
    table = loaded.compound_moas
    return set(table[fields.DRUG][table[fields.MOA] == moa])


def _inactive(loaded: Compendium) -> pd.Series:
    compounds = loaded.compounds
    inactive = ~compounds[fields.ANNOTATED] & (compounds[fields.TAS] < fields.INACTIVE_TAS)
    # A third is enough for the stories and keeps this file quick.
    return compounds[fields.DRUG][inactive][::3]


def _training_rows(
    loaded: Compendium, drugs: set[str], cells: list[str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the representatives to learn from, and whether each is a positive."""
    signatures = loaded.signatures
    usable = signatures[fields.REPRESENTATIVE] & signatures[fields.CELL_ID].isin(
        cells or loaded.cell_lines
    )
    positive = usable & signatures[fields.DRUG].isin(drugs)
    negative = usable & signatures[fields.DRUG].isin(_inactive(loaded))
    rows = np.flatnonzero(positive | negative)
    return rows, positive.to_numpy()[rows]


def _classifier() -> LogisticRegression:
    return LogisticRegression(C=1e-3, class_weight="balanced", max_iter=60)


def _auroc(loaded: Compendium, drugs: set[str], cells: list[str] | None = None) -> float:
    """Mean AUROC of 5 folds, no drug on both sides."""
    rows, positive = _training_rows(loaded, drugs, cells)
    z = loaded.matrix[rows]
    folds = StratifiedGroupKFold(n_splits=5, shuffle=True, random_state=0)
    of_folds = []
    for train, test in folds.split(z, positive, loaded.signatures[fields.DRUG].to_numpy()[rows]):
        scores = _classifier().fit(z[train], positive[train]).decision_function(z[test])
        of_folds.append(roc_auc_score(positive[test], scores))
    return float(np.mean(of_folds))


def _percentiles(loaded: Compendium, drugs: set[str]) -> pd.Series:
    """Mean rank of the signatures of every drug outside the training set, 0-1, 1 best."""
    rows, positive = _training_rows(loaded, drugs)
    model = _classifier().fit(loaded.matrix[rows], positive)
    drug = loaded.signatures[fields.DRUG]
    others = np.flatnonzero(~drug.isin(set(drug.iloc[rows])))
    score = pd.Series(model.decision_function(loaded.matrix[others])).rank(pct=True)
    return score.groupby(drug.to_numpy()[others]).mean().rank(pct=True)


def _cosine_between_drugs(loaded: Compendium, moa: str) -> float:
    """Mean cosine of the representatives of different drugs of a MOA."""
    signatures = loaded.signatures
    rows = np.flatnonzero(
        signatures[fields.REPRESENTATIVE] & signatures[fields.DRUG].isin(_drugs(loaded, moa))
    )
    drug = signatures[fields.DRUG].to_numpy()[rows]
    z = loaded.matrix[rows]
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    return float((unit @ unit.T)[drug[:, None] != drug].mean())


def test_it_is_the_same_on_every_computer(loaded: Compendium) -> None:
    assert loaded.fingerprint == FINGERPRINT


@pytest.mark.parametrize(("kind", "threads"), [("SSE4.1", 1), ("AVX2", 2), ("AVX-512", 1)])
def test_it_is_the_same_on_every_processor(kind: str, threads: int, tmp_path: Path) -> None:
    run_on(kind, BUILD, str(tmp_path), threads=threads)
    assert compendium.read_manifest(tmp_path)["fingerprint"] == FINGERPRINT


def test_compounds_do_not_depend_on_the_genes(loaded: Compendium, tmp_path: Path) -> None:
    np.save(tmp_path / compendium.MATRIX, loaded.matrix)
    compendium.write(
        tmp_path,
        name=loaded.name,
        source=loaded.source,
        simulated=True,
        signatures=loaded.signatures,
        annotation=loaded.compounds.assign(target=""),
        report={},
    )
    assert compendium.read_manifest(tmp_path)["fingerprint"] == OF_COMPOUNDS


def test_another_seed_gives_another_fingerprint(tmp_path: Path) -> None:
    demo.build(tmp_path, seed=1)
    assert compendium.read_manifest(tmp_path)["fingerprint"] != FINGERPRINT


def test_a_caller_can_cancel(tmp_path: Path) -> None:
    def cancel(progress: Progress) -> None:
        raise Cancelled(progress.stage)

    with pytest.raises(Cancelled):
        demo.build(tmp_path, report=cancel)
    assert list(tmp_path.iterdir()) == []


def test_it_says_that_it_is_simulated(loaded: Compendium) -> None:
    assert loaded.simulated
    assert loaded.name == demo.NAME
    assert "Simulated" in loaded.source
    assert "not measured" in loaded.source


def test_columns_and_counts(loaded: Compendium) -> None:
    assert tuple(loaded.signatures.columns) == fields.SIGNATURE_COLUMNS
    assert tuple(loaded.compounds.columns) == fields.COMPOUND_COLUMNS
    assert 18_000 < loaded.n_signatures < 24_000
    assert 60 <= len(loaded.moas) <= 75
    assert loaded.moas["n_drugs"].min() >= 4
    assert set(loaded.cell_lines[:9]) == set(catalogue.CORE_CELLS)
    assert set(loaded.cell_lines[9:]) == set(catalogue.RARE_CELLS)


def test_nothing_is_missing(loaded: Compendium) -> None:
    assert np.isfinite(loaded.matrix).all()
    assert not loaded.signatures.isna().any(axis=None)
    assert not loaded.compounds.isna().any(axis=None)
    assert loaded.signatures[fields.TAS].between(0, 1).all()


def test_every_name_in_the_catalogue_is_a_compound(loaded: Compendium) -> None:
    named = {*catalogue.ALSO_ACTS, *catalogue.PUBCHEM_CIDS, *catalogue.PROFILED_TWICE}
    assert named <= set(loaded.compounds[fields.PERT_INAME])
    mechanisms = {mechanism.name for mechanism in catalogue.MECHANISMS}
    assert {name for acts in catalogue.ALSO_ACTS.values() for name in acts} <= mechanisms


def test_scale_is_that_of_z_scores(loaded: Compendium) -> None:
    inactive = loaded.signatures[fields.DRUG].isin(_inactive(loaded)).to_numpy()
    assert loaded.matrix[inactive].std() == pytest.approx(1.0, abs=0.1)
    assert np.abs(loaded.matrix).max() <= demo_programs.Z_LIMIT


def test_tas_tells_active_from_inactive_compounds(loaded: Compendium) -> None:
    compounds = loaded.compounds
    unannotated = compounds[~compounds[fields.ANNOTATED]]
    assert 0.6 < (unannotated[fields.TAS] < fields.INACTIVE_TAS).mean() < 0.95
    for moa in (GLYCOSIDES, "HDAC inhibitor", "proteasome inhibitor"):
        strong = compounds[fields.DRUG].isin(_drugs(loaded, moa))
        assert compounds[fields.TAS][strong].median() > 0.4


def test_one_signature_of_each_compound_and_cell_line_is_its_exemplar(loaded: Compendium) -> None:
    best = loaded.signatures[loaded.signatures[fields.EXEMPLAR].astype(bool)]
    group = [fields.CELL_ID, fields.PERT_ID]
    assert not best.duplicated(group).any()
    most = loaded.signatures.groupby(group)[fields.TAS].max()
    pd.testing.assert_series_equal(best.set_index(group)[fields.TAS], most)


def test_some_drugs_have_two_moas_and_some_an_unlisted_one(loaded: Compendium) -> None:
    compounds = loaded.compounds.set_index(fields.PERT_INAME)
    assert compounds[fields.MOA]["imipramine"] == f"{SSRI}|tricyclic antidepressant"
    assert compounds[fields.ANNOTATED]["radicicol"]
    assert compounds[fields.MOA]["radicicol"] == ""
    assert not compounds[fields.ANNOTATED]["nitidine"]


def test_glycosides_are_easy(loaded: Compendium) -> None:
    assert _auroc(loaded, _drugs(loaded, GLYCOSIDES)) > 0.95
    alike = _percentiles(loaded, {"digoxin"})
    assert alike[["digitoxin", "ouabain", "strophanthidin", "bufalin"]].min() > 0.95


def test_ssri_are_weak_but_learnable(loaded: Compendium) -> None:
    drugs = _drugs(loaded, SSRI)
    assert drugs == SSRI_OF_THE_PAPER
    assert 0.65 < _auroc(loaded, drugs) < 0.97
    alike = _percentiles(loaded, drugs)
    assert alike[["tetrindole", "nortriptyline", "lofepramine", "indatraline"]].min() > 0.9
    assert alike[["fluphenazine", "perphenazine"]].min() > 0.8


def test_nfkb_inhibitors_are_scattered_but_learnable(loaded: Compendium) -> None:
    assert _cosine_between_drugs(loaded, NFKB) < 0.5 * _cosine_between_drugs(loaded, GLYCOSIDES)
    drugs = _drugs(loaded, NFKB)
    assert 0.65 < _auroc(loaded, drugs) < 0.97
    assert _percentiles(loaded, drugs)[["piperlongumine", "radicicol", "mg-132"]].min() > 0.9


def test_ver_155008_is_unlike_the_other_hsp_inhibitors(loaded: Compendium) -> None:
    drugs = _drugs(loaded, "HSP inhibitor")
    assert len(drugs) == 6
    assert _auroc(loaded, drugs - {"ver-155008"}) > _auroc(loaded, drugs) + 0.05


def test_estrogen_receptor_agonists_need_the_right_cell_lines(loaded: Compendium) -> None:
    drugs = _drugs(loaded, "estrogen receptor agonist")
    seen = _auroc(loaded, drugs, ["MCF7", "HT29"])
    assert seen > _auroc(loaded, drugs, ["PC3", "A549"]) + 0.2


@pytest.mark.parametrize(
    "moa", ["bacterial cell wall synthesis inhibitor", "reverse transcriptase inhibitor"]
)
def test_drugs_without_a_human_target_cannot_be_learned(loaded: Compendium, moa: str) -> None:
    assert _auroc(loaded, _drugs(loaded, moa)) == pytest.approx(0.5, abs=0.15)


def test_chloroquine_finds_two_anti_inflammatory_drugs(loaded: Compendium) -> None:
    assert _percentiles(loaded, {"chloroquine"})[["oxaprozin", "niflumic-acid"]].min() > 0.95


def test_unannotated_members_of_a_mechanism_are_found(loaded: Compendium) -> None:
    moa = "topoisomerase inhibitor"
    planted = loaded.report["planted"]
    members = [name.casefold() for name, mechanism in planted.items() if mechanism == moa]
    assert len(members) == demo.MEMBERS_PER_MECHANISM
    assert _percentiles(loaded, _drugs(loaded, moa))[["nitidine", *members]].min() > 0.9
