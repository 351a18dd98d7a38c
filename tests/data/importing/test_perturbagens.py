"""Knock-downs and other perturbagens beside compounds: apart until they are asked for."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.analyses.registry import from_json
from gpar_core.data import compendium as compendia
from gpar_core.data import matrix_files
from gpar_core.data.compendium import Compendium
from gpar_core.data.findings import Finding
from gpar_core.data.importing import run
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.run import run_import
from gpar_core.data.kind_names import in_words
from gpar_core.data.pert_types import counted_in_words, known_pert_types, named, others_in_words
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.selecting import counts_of_kinds, kept_of_other_kinds, select_compendium
from gpar_core.errors import AnnotationError, Cancelled, DataError, RequestError
from gpar_core.progress import Progress
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import to_json
from tests.geo_files import Release, write_release
from tests.perturbagens import IDS, KINDS, mixed_release
from tests.stopping import stop_after

ALL = tuple(fields.PERT_TYPES)


@pytest.fixture
def mixed() -> Release:
    return mixed_release()


def _import(
    made: Release | ImportFiles,
    folder: Path,
    pert_types: tuple[str, ...],
    quality: QualityFilter = EVERYTHING,
) -> tuple[Compendium, dict[str, Finding]]:
    files = write_release(made, folder / "files") if isinstance(made, Release) else made
    folder.mkdir(exist_ok=True)
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


ODD = {
    "trt_cp": "TRT_CP",
    "trt_sh.cgs": " trt_sh.cgs ",
    "trt_oe": "trt_oe.mut",
    "trt_xpr": "-666",
    "trt_lig": "=cmd|'/C calc'!A0\t<b>",
}


def test_odd_pert_types_are_named_with_their_counts(tmp_path: Path, mixed: Release) -> None:
    made = mixed.with_info(pert_type=mixed.sig_info["pert_type"].map(ODD).str.replace("\t", " "))
    found, findings = _import(made, tmp_path, ALL)
    assert found.stored_kinds == ("trt_cp", "trt_sh.cgs")
    others = findings[f"signatures of perturbagens other than {in_words(ALL)}, left out"]
    assert others.count == 12
    assert others.names == ("none (4)", "=cmd|'/c calc'!a0 <b> (4)", "trt_oe.mut (4)")
    assert findings["of them signatures of knock-outs"].count == 0


def test_many_kinds_are_not_all_named() -> None:
    kinds = pd.Series([f"kind {number:02}\x1b[31m" * 9 for number in range(50)])
    shown = named(kinds)
    assert len(shown) == 21
    assert shown[-1] == "…"
    assert max(map(len, shown)) < 50
    assert "\x1b" not in "".join(shown)


def test_of_a_pert_id_of_two_kinds_one_is_kept(tmp_path: Path, mixed: Release) -> None:
    ids = mixed.sig_info["pert_id"].replace({"L00000001": IDS[0], "BRDN0000000002": IDS[3]})
    found, findings = _import(mixed.with_info(pert_id=ids), tmp_path / "two", ALL)
    alone, _ = _import(mixed.with_info(pert_id=ids), tmp_path / "alone", ("trt_cp",))
    assert found.stored_kinds == ("trt_cp", "trt_oe", "trt_sh.cgs")
    assert found.signatures.equals(alone.signatures)
    what = "signatures whose pert_id is also that of another kind of perturbagen, left out"
    assert findings[what].count == 8


def test_a_construct_without_a_gene_has_no_target(tmp_path: Path, mixed: Release) -> None:
    names = mixed.sig_info["pert_iname"].where(mixed.sig_info["pert_type"] != "trt_oe", "-666")
    found, _ = _import(mixed.with_info(pert_iname=names), tmp_path, ALL)
    assert found.genetic is not None
    table = found.genetic.drugs.set_index("pert_iname")["target"]
    assert table.to_dict() == {
        "BRDN0000000001 over-expression": "", "TP53 knock-down": "TP53", "TP53 knock-out": "TP53",
    }  # fmt: skip


@pytest.fixture
def two_series(tmp_path: Path, mixed: Release) -> ImportFiles:
    """Phase 2 repeats the knock-downs of phase 1, and has knock-outs and a drug of its own."""
    wanted = mixed.sig_info["pert_type"].isin(["trt_cp", "trt_sh.cgs"]).to_numpy()
    first = replace(
        mixed,
        values=mixed.values[wanted],
        sig_ids=tuple(np.array(mixed.sig_ids)[wanted]),
        sig_info=mixed.sig_info[wanted],
    )
    second = mixed.with_info(
        pert_iname=mixed.sig_info["pert_iname"].str.lower(),
        pert_id=mixed.sig_info["pert_id"].replace({IDS[0]: "BRD-K00000009"}),
    )
    ids = [
        sig_id if kind == "trt_sh.cgs" else f"2:{sig_id}"
        for sig_id, kind in zip(mixed.sig_ids, mixed.sig_info["pert_type"], strict=True)
    ]
    second = replace(second, values=mixed.values + 1, sig_ids=tuple(ids)).with_info(sig_id=ids)
    parts = [write_release(made, tmp_path / name) for made, name in ((first, "a"), (second, "b"))]
    named_series = (replace(part.series[0], name=f"S{number}") for number, part in enumerate(parts))
    return ImportFiles(tuple(named_series), parts[0].moas)


def test_series_with_different_kinds_are_united(tmp_path: Path, two_series: ImportFiles) -> None:
    found, findings = _import(two_series, tmp_path / "both", ALL)
    whole = found.of_kinds(ALL)
    n = whole.signatures.groupby(["pert_type", "series"]).size()
    assert n.to_dict() == {
        ("trt_cp", "S0"): 8, ("trt_cp", "S1"): 8, ("trt_sh.cgs", "S0"): 4,
        ("trt_oe", "S1"): 4, ("trt_xpr", "S1"): 4, ("trt_lig", "S1"): 4,
    }  # fmt: skip
    assert findings["signatures with the sig_id of one of an earlier series, left out"].count == 4
    values = {}
    for series in two_series.series:
        with h5py.File(series.matrix) as file:
            ids, rows = file["/0/META/COL/id"].asstr()[:], file["/0/DATA/0/matrix"][:]
        values |= {(series.name, sig_id): row for sig_id, row in zip(ids, rows, strict=True)}
    for series_name, sig_id, row in zip(
        whole.signatures["series"], whole.signatures["sig_id"], whole.matrix, strict=True
    ):
        np.testing.assert_array_equal(row, values[series_name, sig_id])
    assert set(whole.genetic.drugs["pert_iname"]) == {
        "TP53 knock-down", "TP53 knock-out", "TP53 over-expression",
    }  # fmt: skip
    alone, _ = _import(two_series, tmp_path / "compounds", ("trt_cp",))
    assert found.signatures.equals(alone.signatures)
    np.testing.assert_array_equal(found.matrix, alone.matrix)


def test_a_stopped_import_of_several_kinds_goes_on(
    tmp_path: Path, two_series: ImportFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 2 * 978)
    monkeypatch.setattr(run, "try_reading", lambda matrix, limits: None)  # see test_trial
    cache = Cache(tmp_path / "cache")
    request = plan_import(cache, two_series, name="mine", pert_types=["all"])
    first: list[Progress] = []
    run_import(plan_import(cache, two_series, name="all", pert_types=["all"]), cache, first.append)
    whole_values = sum(each.message.startswith("Reading values") for each in first)
    with pytest.raises(Cancelled):
        run_import(request, cache, stop_after(8))
    heard: list[Progress] = []
    run_import(request, cache, heard.append)
    values = [each for each in heard if each.message.startswith("Reading values")]
    assert len(values) < whole_values
    resumed = compendia.load(cache.compendium("mine"))
    whole, _ = _import(two_series, tmp_path / "whole", ALL)
    assert resumed.fingerprint == whole.fingerprint


def test_the_kinds_are_part_of_the_request_but_not_at_their_default(
    tmp_path: Path, two_series: ImportFiles
) -> None:
    cache = Cache(tmp_path / "cache")
    plain, chosen = (
        plan_import(cache, two_series, name="mine", pert_types=kinds)
        for kinds in (["trt_cp"], ["trt_xpr", "trt_cp"])
    )
    assert "pert_types" not in to_json(plain)
    assert from_json(to_json(chosen)) == chosen
    assert chosen.pert_types == ("trt_cp", "trt_xpr")


def test_a_compound_called_as_a_knock_down_stays_apart_from_it(
    tmp_path: Path, mixed: Release
) -> None:
    names = mixed.sig_info["pert_iname"].replace({"drug 1": "TP53 Knock-down"})
    found, _ = _import(mixed.with_info(pert_iname=names), tmp_path, ALL)
    whole = found.of_kinds(ALL)
    of_drug = whole.signatures.groupby("drug")["pert_type"].nunique()
    assert len(of_drug) == len(ALL) + 1
    assert (of_drug == 1).all()
    assert found.drug_by_name["tp53 knock-down"] == "tp53 knock-down"
    assert found.genetic is not None
    by_name = found.genetic.drugs.set_index("pert_iname")
    assert by_name.loc["TP53 knock-down", ["drug", "target"]].tolist() == [
        "tp53 knock-down (trt_sh.cgs)", "TP53",
    ]  # fmt: skip
    for drug in of_drug.index:
        own = whole.signatures[whole.signatures["drug"] == drug]
        assert own.groupby("cell_id")["representative"].sum().tolist() == [1, 1]


def test_counts_of_each_kind(tmp_path: Path, mixed: Release) -> None:
    found, _ = _import(mixed, tmp_path, ALL)
    table = counts_of_kinds(found).set_index("pert_type")
    assert table["n_signatures"].to_dict() == {kind: 4 * KINDS.count(kind) for kind in ALL}
    assert table["n_perturbagens"].to_dict() == {kind: KINDS.count(kind) for kind in ALL}
    manifest = compendia.read_manifest(tmp_path)["kinds"]
    assert manifest == table.to_dict("index")
    assert others_in_words(manifest).startswith("4 signatures of 1 ligand, 4 signatures of 1 over")
    assert counted_in_words(manifest).startswith("8 signatures of 2 compounds, 4 signatures of 1 l")
    kept = kept_of_other_kinds(found, QualityFilter(cells=("MCF7",), min_dose=5.0))
    assert kept.set_index("pert_type")["n_kept"].to_dict() == dict.fromkeys(ALL[1:], 2)
    alone, _ = _import(mixed, tmp_path / "alone", ("trt_cp",))
    assert kept_of_other_kinds(alone, EVERYTHING).empty
    assert others_in_words(compendia.read_manifest(tmp_path / "alone")["kinds"]) == ""


def test_kinds_are_in_one_order_and_unknown_ones_are_told() -> None:
    assert known_pert_types(["trt_xpr", " TRT_CP "]) == ("trt_cp", "trt_xpr")
    assert known_pert_types(["trt_xpr;trt_cp,"]) == ("trt_cp", "trt_xpr")
    assert known_pert_types(["all"]) == known_pert_types(ALL) == ALL
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
