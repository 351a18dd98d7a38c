"""Download menus: which formats they offer, what the files hold, and where they stop."""

import io

import h5py
import pandas as pd
import pytest

from gpar_core.data.compendium import load
from gpar_core.formats.excel import MAX_SERVED_CELLS
from gpar_core.storage.requests import job_id
from pages._shared import signature_files
from pages._shared.downloads import table_files
from tests.pages.conftest import Library
from tests.pages.stage import menus, page, words

TABLE = ["CSV", "Parquet", "Excel"]
SIGNATURES = ["AnnData", "GCTX", "GCT"]


def test_a_ranking_is_offered_in_every_format(stocked: Library) -> None:
    app = page("models", model=job_id(stocked.simulated))
    assert "Download ranked list" in menus(app)
    files = [each.label for each in app.get("download_button")]
    assert files[-6:] == [*TABLE, *SIGNATURES]


def test_the_files_of_a_table_hold_it() -> None:
    table = pd.DataFrame({"drug": ["=a", "b"], "es": [1 / 3, -0.5]})
    csv, parquet, workbook = (file.make() for file in table_files(lambda: table, table.size))
    assert csv == "drug,es\n'=a,0.333333\nb,-0.5\n"
    assert isinstance(parquet, bytes)
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(parquet)), table)
    assert isinstance(workbook, bytes)
    assert workbook.startswith(b"PK")


def test_a_large_table_has_no_workbook() -> None:
    offered = {
        file.format: file.why_not for file in table_files(pd.DataFrame, MAX_SERVED_CELLS + 1)
    }
    assert "too many for an Excel file" in offered.pop("Excel")
    assert set(offered.values()) == {""}


def test_signatures_are_downloaded_or_too_many_to_be(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signature_files, "cache", lambda: stocked.cache)
    demo = load(stocked.cache.compendium("demo"))
    monkeypatch.setattr(signature_files, "MAX_COLUMNS", demo.n_signatures - 1)
    first, _, gct = signature_files.signature_files("demo", demo.n_signatures)
    with h5py.File(io.BytesIO(first.make())) as file:  # type: ignore[union-attr, arg-type]
        assert file["X"].shape == demo.matrix.shape
    assert "Use GCTX" in gct.why_not  # type: ignore[union-attr]
    monkeypatch.setattr(signature_files, "MAX_SIGNATURES", demo.n_signatures - 1)
    app = page("compendium", compendium="demo")
    assert "python -m gpar_core export demo FILE.h5ad" in [each.value for each in app.code]
    assert f"For its {demo.n_signatures:,} signatures as AnnData" in words(app)
