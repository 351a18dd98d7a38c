"""Knock-downs and other perturbagens beside compounds: apart until they are asked for."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.findings import Finding
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.plan import known_pert_types
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.selecting import select_compendium
from gpar_core.errors import AnnotationError, DataError, RequestError
from tests.geo_files import Release, release, write_release

ALL = tuple(fields.PERT_TYPES)
KINDS = ("trt_cp", "trt_cp", "trt_sh.cgs", "trt_oe", "trt_xpr", "trt_lig")
IDS = (
    "BRD-K00000001",
    "BRD-K00000002",
    "CGS00007157",
    "BRDN0000000001",
    "BRDN0000000002",
    "L00000001",
)
NAMES = ("drug 1", "drug 2", "tp53", "TP53", "TP53", "EGF")


@pytest.fixture
def mixed() -> Release:
    made = release(pert_ids=IDS)
    kind, name = dict(zip(IDS, KINDS, strict=True)), dict(zip(IDS, NAMES, strict=True))
    ids = made.sig_info["pert_id"]
    made = made.with_info(pert_type=ids.map(kind), pert_iname=ids.map(name))
    return made.with_table(
        "moa",
        pert_iname=["drug 1", "drug 2"],
        moa=["X inhibitor", ""],
        target=["TP53", "TP53|EGFR"],
    )


def _import(
    made: Release, folder: Path, pert_types: tuple[str, ...], quality: QualityFilter = EVERYTHING
) -> tuple[Compendium, dict[str, Finding]]:
    files = write_release(made, folder / "files")
    findings = import_compendium(files, folder, name="new", pert_types=pert_types, quality=quality)
    return compendia.load(folder), {finding.what: finding for finding in findings}


def test_what_is_loaded_is_compounds_and_the_same_as_without_the_others(
    tmp_path: Path, mixed: Release
) -> None:
    found, findings = _import(mixed, tmp_path / "all", ALL)
    alone, _ = _import(mixed, tmp_path / "compounds", ("trt_cp",))
    assert found.kinds == alone.kinds == alone.stored_kinds == ("trt_cp",)
    assert found.stored_kinds == tuple(sorted(ALL))
    np.testing.assert_array_equal(found.matrix, alone.matrix)
    assert found.signatures.equals(alone.signatures)
    assert found.compounds.equals(alone.compounds)
    assert found.fingerprint != alone.fingerprint
    assert findings["compounds imported"].count == 2
    assert findings["of them signatures of knock-downs"].count == 4
    compendia.check(tmp_path / "all")


def test_each_kind_has_the_values_of_its_signatures(tmp_path: Path, mixed: Release) -> None:
    found, _ = _import(mixed, tmp_path, ALL)
    values = dict(zip(mixed.sig_ids, mixed.values.astype(np.float32), strict=True))
    for kinds in (ALL, *((kind,) for kind in ALL), ("trt_cp", "trt_xpr"), fields.GENETIC):
        shown = found.of_kinds(kinds)
        assert set(shown.signatures["pert_type"]) == set(kinds)
        assert len(shown.matrix) == shown.n_signatures == sum(kind in kinds for kind in KINDS) * 4
        for sig_id, row in zip(shown.signatures["sig_id"], shown.matrix, strict=True):
            np.testing.assert_array_equal(row, values[sig_id])


def test_a_gene_is_one_perturbagen_of_each_kind_and_its_own_target(
    tmp_path: Path, mixed: Release
) -> None:
    found, _ = _import(mixed, tmp_path, ALL)
    genes = found.genetic
    assert genes is not None
    table = genes.drugs.set_index("pert_iname")
    assert set(table.index) == {"TP53 knock-down", "TP53 knock-out", "TP53 over-expression"}
    assert set(table["target"]) == {"TP53"}
    everything = found.of_kinds(ALL).drugs.set_index("pert_iname")
    assert everything.loc["EGF ligand", "target"] == ""
    assert everything.loc["drug 1", "pert_type"] == "trt_cp"
    assert genes.signatures.groupby(["drug", "cell_id"])["representative"].sum().eq(1).all()


def test_targets_are_classes_of_compounds(tmp_path: Path, mixed: Release) -> None:
    found, _ = _import(mixed, tmp_path, ALL)
    assert dict(zip(found.targets["moa"], found.targets["n_drugs"], strict=True)) == {
        "target: EGFR": 1, "target: TP53": 2,
    }  # fmt: skip
    assert found.moas["moa"].tolist() == ["X inhibitor"]
    assert found.drugs["annotated"].tolist() == [True, True]


def test_a_filter_of_doses_keeps_what_has_no_dose(tmp_path: Path, mixed: Release) -> None:
    doses = np.where(mixed.sig_info["pert_type"] == "trt_cp", "10", "-666")
    made = mixed.with_info(pert_dose=doses, pert_idose=doses)
    filtered, _ = _import(made, tmp_path, ALL, QualityFilter(min_dose=5.0))
    assert filtered.stored_kinds == tuple(sorted(set(ALL) - {"trt_lig"}))
    assert filtered.n_signatures == 8


def test_a_selection_keeps_the_other_kinds(tmp_path: Path, mixed: Release) -> None:
    found, _ = _import(mixed, tmp_path, ALL)
    folder = tmp_path / "selected"
    folder.mkdir()
    select_compendium(found, QualityFilter(cells=("MCF7",)), folder, name="selected")
    selected = compendia.load(folder)
    assert selected.stored_kinds == found.stored_kinds
    assert selected.n_signatures == 4
    assert set(selected.of_kinds(ALL).signatures["cell_id"]) == {"MCF7"}


def test_without_compounds_what_is_there_is_shown(tmp_path: Path, mixed: Release) -> None:
    found, _ = _import(mixed, tmp_path, ("trt_sh.cgs",))
    assert found.kinds == ("trt_sh.cgs",)
    with pytest.raises(DataError, match="--pert-types"):
        found.of_kinds(["trt_cp"])


def test_kinds_are_in_one_order_and_unknown_ones_are_told() -> None:
    assert known_pert_types(["trt_xpr", " TRT_CP "]) == ("trt_cp", "trt_xpr")
    with pytest.raises(RequestError, match=r"'trt_sh'\. Choose from trt_cp \(compound\), trt_lig"):
        known_pert_types(["trt_sh"])
    with pytest.raises(RequestError, match="No kind"):
        known_pert_types([])


def test_a_kind_that_is_not_there_is_told_with_those_that_are(
    tmp_path: Path, mixed: Release
) -> None:
    made = mixed.with_info(pert_type="trt_sh.cgs")
    with pytest.raises(AnnotationError, match=r"of compounds .* Its pert_types are trt_sh\.cgs"):
        _import(made, tmp_path, ("trt_cp",))
