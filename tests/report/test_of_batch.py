"""The report of a batch: a line for each query, bounded files, and the same result again."""

import shlex
import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.__main__ import _parser, main
from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import plan_profile_search, plan_set_search
from gpar_core.analyses.signature_search.request import ALL, SearchRequest
from gpar_core.data.gene_sets import GeneLists
from gpar_core.data.uploads import publish_profiles, publish_table
from gpar_core.errors import RequestError
from gpar_core.fields import LANDMARK_SYMBOLS
from gpar_core.progress import silent
from gpar_core.report import of_batch
from gpar_core.report.make import as_file, report_of
from gpar_core.report.of_batch import N_FIRST
from gpar_core.report.page import page
from gpar_core.report.reproduce import agreement, apart, request_of
from gpar_core.search.batch_lists import batch_of
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.report.conftest import EVIL, Results
from tests.report.test_of_search import profiles_of
from tests.report.test_page import elements


@pytest.fixture(scope="module")
def batch(results: Results) -> SearchRequest:
    """Two gene sets, the second with a hostile name, and one without a landmark gene."""
    sets = batch_of(
        [
            GeneLists("first", tuple(LANDMARK_SYMBOLS[:30]), tuple(LANDMARK_SYMBOLS[40:60])),
            GeneLists(EVIL, tuple(LANDMARK_SYMBOLS[100:130]), ()),
            GeneLists("lost", ("FOO",), ()),
        ]
    )
    publish_table(results.cache, sets)
    request = plan_set_search(results.compendium, sets, name="my sets", score="zhang")
    run_job(request, results.cache, silent, Means())
    return request


def tables_of(results: Results, request: SearchRequest) -> dict[str, pd.DataFrame]:
    return dict(analysis.load(results.cache.analysis(job_id(request))).tables)


def test_each_query_has_its_verdict_and_its_first_compounds(
    results: Results, batch: SearchRequest
) -> None:
    compounds = tables_of(results, batch)["compounds"]
    document = report_of(results.cache, job_id(batch))
    (shown,) = [table.shown for table in document.tables if table.name == "queries"]
    assert shown["Query"].tolist() == ["first", EVIL]
    for name, row in zip(shown["Query"], shown.to_dict("records"), strict=True):
        own = compounds[compounds["query"] == name]
        mimics = own[own["connectivity"] > 0].head(N_FIRST)
        reverses = own[own["connectivity"] < 0].iloc[::-1].head(N_FIRST)
        for listed, found in ((mimics, "Strongest mimics"), (reverses, "Strongest reversers")):
            parts = [
                f"{one['pert_iname']} ({one['connectivity']:.2f})"
                for one in listed.to_dict("records")
            ]
            assert row[found] == ", ".join(parts)
        low = own[own["fdr"] < 0.05]["connectivity"]
        assert (row["FDR below 0.05"] == "none") == low.empty
    text = page(document)
    assert EVIL not in text
    words = elements(text).text
    assert "2 queries were searched" in words
    assert "1 query was left out." in words
    assert "None of the 1 name" in words


def test_the_files_are_bounded(
    results: Results, batch: SearchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tables_of(results, batch)["compounds"]
    monkeypatch.setattr(of_batch, "MAX_ROWS", 12)
    monkeypatch.setattr(of_batch, "N_KEPT", 2)
    document = report_of(results.cache, job_id(batch))
    assert f"12 strongest of {len(whole):,} rows" in elements(page(document)).text
    with zipfile.ZipFile(BytesIO(as_file(document, ".zip"))) as archive:
        names = {name for name in archive.namelist() if name.endswith(".csv")}
        kept = pd.read_csv(archive.open("tables/compounds.csv"))
        queries = pd.read_csv(archive.open("tables/queries.csv"))
    assert names == {f"tables/{name}.csv" for name in ("compounds", "left-out", "queries")}
    assert len(queries) == 3
    for name, own in kept.groupby("query", sort=False):
        full = whole.loc[whole["query"] == name, "drug"].tolist()
        assert own["drug"].tolist() == [*full[:3], *full[-3:]]
    assert set(kept["data"]) == {"SIMULATED"}


def test_gene_sets_are_reproduced(results: Results, batch: SearchRequest, tmp_path: Path) -> None:
    origin = report_of(results.cache, job_id(batch)).origin
    options = _parser().parse_args(shlex.split(origin.command)[3:])
    assert (str(options.gmt), options.score, options.up) == ("FILE", "zhang", "")
    with apart(origin, results.cache) as scratch:
        run_job(request_of(origin), scratch, silent, Means())
        again = report_of(scratch, job_id(batch)).origin
    found = agreement(origin, again)
    assert found.verdict == "identical"
    assert found.n_first == 4
    results.cache.table(batch.sets).rename(tmp_path / "away")
    try:
        with pytest.raises(RequestError, match="uploaded file"), apart(origin, results.cache):
            pass
    finally:
        (tmp_path / "away").rename(results.cache.table(batch.sets))


def test_profiles_without_p_have_a_report_too(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gpar_core.search.batch.MAX_NULLS", 1)
    uploaded = profiles_of(results)
    publish_profiles(results.cache, uploaded)
    request = plan_profile_search(results.compendium, uploaded, profile=ALL, score="pearson")
    run_job(request, results.cache, silent, Means())
    document = report_of(results.cache, job_id(request))
    assert "--profiles FILE" in document.origin.command
    (shown,) = [table.shown for table in document.tables if table.name == "queries"]
    assert shown["FDR below 0.05"].tolist() == ["—", "—"]
    assert "There are no p-values for so many profiles" in elements(page(document)).text


def test_the_command_writes_it(results: Results, batch: SearchRequest, tmp_path: Path) -> None:
    path = tmp_path / "batch.html"
    assert main(
        ["--cache", str(results.cache.root), "report", job_id(batch), "--out", str(path)]
    ) == 0  # fmt: skip
    assert "Signature search: my sets" in path.read_text("utf-8")
