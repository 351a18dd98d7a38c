"""The report of a search: everything a reader needs, and a command that asks for the same."""

import shlex
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import (
    plan_compound_search,
    plan_list_search,
    plan_profile_search,
    plan_signature_search,
)
from gpar_core.data.profiles import Profiles
from gpar_core.data.uploads import publish_profiles
from gpar_core.errors import RequestError
from gpar_core.fields import LANDMARK_SYMBOLS
from gpar_core.progress import silent
from gpar_core.report.document import Document
from gpar_core.report.make import as_file, report_of
from gpar_core.report.of_search import search_report
from gpar_core.report.page import page
from gpar_core.report.reproduce import agreement, apart, request_of
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.report.conftest import EVIL, Results
from tests.report.test_page import elements

SRGES = "doi:10.1038/ncomms16022"


@pytest.fixture(scope="module")
def document(results: Results) -> Document:
    return report_of(results.cache, job_id(results.search))


def test_the_page_has_all_and_needs_nothing(results: Results, document: Document) -> None:
    written = page(document)
    found = elements(written)
    done = analysis.load(results.cache.analysis(job_id(results.search)))
    first = done.tables["compounds"].iloc[1]  # after the query itself
    for needed in (
        "SIMULATED",
        "Signature search: hdac1, in 'small'",
        f"Mimic it most: {first['pert_iname']}",
        "Weighted connectivity",
        "doi:10.1016/j.cell.2017.10.049",
        "doi:10.1038/npjsba.2016.15",
        "HDAC inhibitor",
        done.tables["query"]["symbol"].iloc[0],
        "python -m gpar_core search --compendium small --compound hdac1",
    ):
        assert needed in found.text, needed
    assert SRGES not in found.text  # a compound has no lists of its own
    assert EVIL not in written
    assert EVIL in found.text
    sources = [str(each["src"]) for _, each in found.found if "src" in each]
    assert len(sources) == 1
    assert sources[0].startswith("data:image/svg+xml")
    links = [str(each["href"]) for tag, each in found.found if tag == "a"]
    assert all(link.startswith(("#", "https://", "http://www.ilincs.org/")) for link in links)


def test_the_files_have_every_table_whole(results: Results, document: Document) -> None:
    done = analysis.load(results.cache.analysis(job_id(results.search)))
    with zipfile.ZipFile(BytesIO(as_file(document, ".zip"))) as archive:
        names = {name for name in archive.namelist() if name.endswith(".csv")}
        sides = [pd.read_csv(archive.open(f"tables/{side}.csv")) for side in ("mimic", "reverse")]
    tables = ("cell-lines", "heat-map", "mimic", "moas", "pairs", "query", "reverse", "signatures")
    assert names == {f"tables/{name}.csv" for name in tables}
    own = done.tables["compounds"]["connectivity"]
    assert sum(map(len, sides)) == (own != 0).sum()
    assert (sides[1]["connectivity"].diff().dropna() >= 0).all()
    assert set(sides[0]["data"]) == {"SIMULATED"}


def test_a_result_of_an_earlier_version_is_refused(results: Results) -> None:
    done = analysis.load(results.cache.analysis(job_id(results.search)))
    del done.tables["query"]
    with pytest.raises(RequestError, match="Delete it and start the search again"):
        search_report(done)


def test_lists_of_one_side_and_no_hits_are_no_error(results: Results) -> None:
    request, _ = plan_list_search(results.compendium, LANDMARK_SYMBOLS[:12], [], score="xsum")
    run_job(request, results.cache, silent, Means())
    text = elements(page(report_of(results.cache, job_id(request)))).text
    assert "Genes down" in text
    assert "0: none" in text
    assert SRGES in text
    assert "--up " in text


def profiles_of(results: Results) -> Profiles:
    values = np.asarray(results.compendium.matrix[:2], np.float32)
    return Profiles(("mine", "other"), ("mine", "other"), values, ())


def test_a_profile_is_reported_and_reproduced(results: Results, tmp_path: Path) -> None:
    uploaded = profiles_of(results)
    publish_profiles(results.cache, uploaded)
    request = plan_profile_search(results.compendium, uploaded, profile=0, score="zhang")
    run_job(request, results.cache, silent, Means())
    origin = report_of(results.cache, job_id(request)).origin
    assert "--profiles FILE" in origin.command
    with apart(origin, results.cache) as scratch:
        run_job(request_of(origin), scratch, silent, Means())
        again = report_of(scratch, job_id(request)).origin
    assert agreement(origin, again).verdict == "identical"
    away = results.cache.profile_set(request.profiles)
    away.rename(tmp_path / "away")
    with pytest.raises(RequestError, match="uploaded file"), apart(origin, results.cache):
        pass


def test_signatures_and_lines_are_named(results: Results) -> None:
    sig_id = results.compendium.signatures["sig_id"].iloc[0]
    request = plan_signature_search(results.compendium, sig_id, score="zhang")
    run_job(request, results.cache, silent, Means())
    document = report_of(results.cache, job_id(request))
    assert f"--signature {shlex.quote(sig_id)}" in document.origin.command
    assert sig_id in elements(page(document)).text
    in_line = plan_compound_search(results.compendium, "hdac1", cell="MCF7", score="zhang")
    run_job(in_line, results.cache, silent, Means())
    text = elements(page(report_of(results.cache, job_id(in_line)))).text
    assert "the mean of its signatures, in MCF7" in text
    assert "--cell MCF7" in text
