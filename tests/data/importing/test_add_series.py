"""Series added to a compendium against an import of all series together."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data import matrix_files
from gpar_core.data.importing import kept_series, run
from gpar_core.data.importing.import_files import ImportFiles
from gpar_core.data.importing.kept_series import CONTENT, FOLDER, ROWS, SIGNATURES
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.run import run_import
from gpar_core.data.plan_select import plan_select
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.run_select import run_select
from gpar_core.errors import Cancelled, DataError, GparError, RequestError
from gpar_core.progress import Progress, silent
from gpar_core.storage.cache import Cache
from tests.geo_files import Release, release, write_release
from tests.stopping import stop_after

ALL = tuple(fields.PERT_TYPES)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 3 * 978)
    monkeypatch.setattr(run, "try_reading", lambda matrix, limits: None)  # see test_trial


@pytest.fixture
def series(tmp_path: Path) -> list[ImportFiles]:
    """Three series that share signatures, replicates, values and compounds."""
    first = release()
    first.values[3] = np.nan
    first.values[5] = first.values[1]  # of another compound, in the same cell line
    first.values[11] *= 9
    first = first.with_info(distil_id=[f"x{i}:1|x{i}:2" for i in range(12)])
    first = _measured(first, tas=["0.9", "0.1", *["-666"] * 10])
    first = first.with_table("pert_info", pert_id=["BRD-K00000002"], pubchem_cid=["7"])
    first = first.with_table("moa", pert_iname=["drug 1", "drug 4"], moa=["A", "B"])

    second = release(pert_ids=tuple(f"BRD-K0000000{i}" for i in (2, 3, 4)), cells=("A375", "PC3"))
    second.values[:] = np.random.default_rng(1).normal(size=second.values.shape)
    second.values[4] = first.values[0]  # of drug 4, with a higher TAS in the same cell line
    second.values[11] = first.values[1]
    replicates = ["-666"] * 10 + ["x8:2|x8:1", "y"]
    second = second.with_info(distil_id=replicates, pert_iname="another name")
    second = _measured(second, tas=[*["-666"] * 4, "0.95", *["0.3"] * 7])
    second = second.with_table(
        "pert_info", pert_id=["BRD-K00000002", "BRD-K00000003"], pubchem_cid=["8", "9"]
    )
    second = second.with_table("moa", pert_iname=["drug 2"], moa=["C"])

    third = release(pert_ids=("BRD-K00000001", "TRCN00000001"), cells=("MCF7", "PC3"), seed=2)
    ids = [f"third {i}" for i in range(8)]
    third = replace(third, sig_ids=tuple(ids)).with_info(
        sig_id=ids, pert_type=["trt_cp", "trt_cp", "trt_sh.cgs", "trt_sh.cgs"] * 2
    )
    third.values[0] = np.nan
    made = zip((first, second, third), ("one", "two", "three"), strict=True)
    return [write_release(each, tmp_path / name, matrix=f"{name}.gctx") for each, name in made]


def _measured(made: Release, tas: list[str]) -> Release:
    """Some TAS must be computed, from strengths that must be counted."""
    n = len(made.sig_ids)
    return made.with_table(
        "sig_metrics", sig_id=made.sig_ids, tas=tas, distil_cc_q75=["0.4"] * n,
        distil_nsample=["3"] * n, distil_ss=["-666"] * (n - 1) + ["5"],
    )  # fmt: skip


def _together(parts: list[ImportFiles]) -> ImportFiles:
    return ImportFiles(
        tuple(series for part in parts for series in part.series),
        tuple(moa for part in parts for moa in part.moas),
    )


def _import(cache: Cache, files: ImportFiles, name: str, **asked: object) -> Path:
    run_import(plan_import(cache, files, name=name, **asked), cache, silent)
    return cache.compendium(name)


def _assert_same(one: Path, other: Path) -> None:
    """Everything but the name; what is kept for the next series too."""
    manifests = [json.loads((each / "manifest.json").read_text()) for each in (one, other)]
    assert {**manifests[0], "name": ""} == {**manifests[1], "name": ""}
    assert (one / "matrix.npy").read_bytes() == (other / "matrix.npy").read_bytes()
    for table in ("signatures.parquet", "compounds.parquet"):
        pd.testing.assert_frame_equal(*(pd.read_parquet(each / table) for each in (one, other)))
    kept = [kept_series.load(each) for each in (one, other)]
    (table, row), (expected, expected_row) = (each.signatures() for each in kept)
    pd.testing.assert_frame_equal(table, expected)
    np.testing.assert_array_equal(row, expected_row)
    shown = [
        [path.read_bytes() for path in (*each.origin.pert_infos, *each.origin.moas)]
        for each in kept
    ]
    assert shown[0] == shown[1]
    compendia.check(one)


@pytest.mark.parametrize(
    ("compact", "quality"), [(True, EVERYTHING), (False, QualityFilter(min_tas=0.315))]
)
def test_series_added_one_by_one_are_as_imported_together(
    cache: Cache, series: list[ImportFiles], compact: bool, quality: QualityFilter
) -> None:
    asked = {"quality": quality, "pert_types": ALL, "compact": compact}
    together = _import(cache, _together(series), "together", **asked)
    _import(cache, series[0], "one", **asked)
    two = _import(cache, series[1], "two", add_to="one")
    found = compendia.load(two)
    assert found.compact == compact
    assert set(found.signatures["series"]) == {"one", "two"}
    three = _import(cache, series[2], "three", add_to="two")
    _assert_same(three, together)
    findings = {each["what"]: each["count"] for each in found.report["findings"]}
    causes = ["missing or infinite", "sig_id of one", "same replicates", "TAS was computed"]
    causes += ["values equal"] if quality == EVERYTHING else ["left out by the filter"]
    assert all(any(cause in what for what in findings) for cause in causes), findings


def test_the_files_of_earlier_series_are_not_needed(
    cache: Cache, series: list[ImportFiles]
) -> None:
    together = _import(cache, _together(series[:2]), "together")
    _import(cache, series[0], "one")
    for path in series[0].paths:
        path.unlink()
    request = plan_import(cache, series[1], name="one", add_to="one", replace=True)
    heard: list[Progress] = []
    run_import(request, cache, heard.append)
    _assert_same(cache.compendium("one"), together)
    assert cache.compendium_made_by("one")


@pytest.mark.parametrize("n_before", [2, 6])
def test_a_stopped_addition_resumes(cache: Cache, series: list[ImportFiles], n_before: int) -> None:
    together = _import(cache, _together(series[:2]), "together")
    _import(cache, series[0], "one")
    request = plan_import(cache, series[1], name="two", add_to="one")
    with pytest.raises(Cancelled):
        run_import(request, cache, stop_after(n_before))
    heard: dict[str, list[Progress]] = {"whole": [], "two": []}
    for name, events in heard.items():
        request = plan_import(cache, series[1], name=name, add_to="one")
        run_import(request, cache, events.append)
    whole, resumed = (
        sum(each.message.startswith("Reading values") for each in events)
        for events in heard.values()
    )
    assert resumed <= whole - (n_before - 2)
    _assert_same(cache.compendium("two"), together)


def test_a_table_given_again_counts_once(cache: Cache, series: list[ImportFiles]) -> None:
    one = _import(cache, series[0], "one")
    again = replace(series[1], moas=(*series[1].moas, *series[0].moas))
    two = _import(cache, again, "two", add_to="one")
    assert [path.name for path in kept_series.load(two).origin.moas] == ["moa.txt.gz"] * 2
    assert len(kept_series.load(one).origin.moas) == 1


@pytest.mark.parametrize(
    "asked", [{"compact": True}, {"pert_types": ["all"]}, {"quality": QualityFilter(min_tas=0.2)}]
)
def test_what_the_compendium_decides_cannot_be_chosen(
    cache: Cache, series: list[ImportFiles], asked: dict[str, object]
) -> None:
    _import(cache, series[0], "one")
    with pytest.raises(RequestError, match="Leave these options out"):
        plan_import(cache, series[1], name="two", add_to="one", **asked)


def test_a_series_cannot_be_added_twice(cache: Cache, series: list[ImportFiles]) -> None:
    _import(cache, series[0], "one")
    with pytest.raises(RequestError, match="a different name"):
        plan_import(cache, series[0], name="two", add_to="one")


def test_a_compendium_that_has_changed_is_refused(cache: Cache, series: list[ImportFiles]) -> None:
    _import(cache, series[0], "one")
    request = plan_import(cache, series[1], name="two", add_to="one")
    _import(cache, series[2], "one", replace=True, pert_types=ALL)
    with pytest.raises(RequestError, match="has changed"):
        run_import(request, cache, silent)


def test_a_filtered_compendium_has_no_series_to_add_to(
    cache: Cache, series: list[ImportFiles]
) -> None:
    source = compendia.load(_import(cache, series[0], "one"))
    request = plan_select(cache, source, name="few", quality=QualityFilter(cells=("A375",)))
    run_select(request, cache, silent)
    with pytest.raises(RequestError, match="Import all series together"):
        plan_import(cache, series[1], name="two", add_to="few")


def test_damage_is_told(cache: Cache, series: list[ImportFiles]) -> None:
    one = _import(cache, series[0], "one")
    request = plan_import(cache, series[1], name="two", add_to="one")
    for name in (CONTENT, SIGNATURES, ROWS, "pert_info/0/pert_info.txt.gz"):
        file = one / FOLDER / name
        whole = file.read_bytes()
        for damaged in (None, whole[:-30]):
            file.unlink()
            if damaged is not None:
                file.write_bytes(damaged)
            with pytest.raises(GparError) as told:
                run_import(request, cache, silent)
            assert isinstance(told.value, DataError | RequestError) or name.startswith("pert_info")
            assert "two" not in cache.compendium_names()
            file.write_bytes(whole)
    run_import(request, cache, silent)
