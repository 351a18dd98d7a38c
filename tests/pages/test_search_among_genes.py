"""Searches among knock-downs: names of what is listed, buttons, tabs, batches and reports."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.__main__ import main
from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import plan_list_search, plan_set_search
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.gene_sets import GeneLists
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.uploads import publish_table
from gpar_core.fields import LANDMARK_SYMBOLS
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.report.make import report_of
from gpar_core.report.page import page as written
from gpar_core.search.batch_lists import batch_of
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from pages._shared.point_map import published
from tests.geo_files import write_release
from tests.pages.charted import charted
from tests.pages.searched import sent
from tests.pages.stage import labels, menus, page, press, words
from tests.perturbagens import mixed_release
from tests.perturbed import build_perturbed
from tests.pools import Means
from tests.report.test_page import elements

KNOCK_DOWN = "trt_sh.cgs"


@pytest.fixture
def perturbed(cache: Cache) -> Compendium:
    return build_perturbed(cache.compendium("perturbed"), name="perturbed", simulated=True)


def done(cache: Cache, request: SearchRequest) -> SearchRequest:
    run_job(request, cache, silent, Means())
    return request


@pytest.fixture
def one(cache: Cache, perturbed: Compendium) -> SearchRequest:
    request, _ = plan_list_search(perturbed, ["TP53"], LANDMARK_SYMBOLS[:30], name="mine")
    return done(cache, replace(request, against=KNOCK_DOWN))


@pytest.fixture
def batch(cache: Cache, perturbed: Compendium) -> SearchRequest:
    lists = [GeneLists(name, tuple(LANDMARK_SYMBOLS[at : at + 30]), ("TP53",))
             for name, at in (("first", 0), ("second", 40))]  # fmt: skip
    sets = batch_of(lists)
    publish_table(cache, sets)
    request = plan_set_search(perturbed, sets, name="sets", score="zhang")
    return done(cache, replace(request, against=KNOCK_DOWN))


def opened(request: SearchRequest, tab: str = "") -> AppTest:
    return page("signature_search", job=job_id(request), **({"tab": tab} if tab else {}))


def test_what_is_listed_is_named_and_leads_to_its_gene(one: SearchRequest) -> None:
    app = opened(one)
    assert [tab.label for tab in app.tabs] == ["Knock-downs", "Heat map", "Map", "Conditions"]
    assert "No knock-down stands out: none of 2" in words(app)
    assert "The 50 strongest knock-downs of each side" in words(app)
    assert {"Open gene", "Add to comparison"} <= set(labels(app))
    assert not {"Open compound", "Train on these"} & set(labels(app))
    assert "Check knock-downs first." in words(app)
    rows = [row for side in sent(app, "gpar_hits")["sides"] for row in side["rows"]]
    found = {row["name"]: row for row in rows}
    assert found["MDM2 knock-down"]["page"] == "gene?gene=MDM2&compendium=perturbed"
    assert found["MDM2 knock-down"]["moa"] == "Targeted by mdm0, mdm1, mdm2, steady"
    assert [label for label, _ in rows[0]["links"]] == ["NCBI Gene", "Ensembl"]
    assert "Download all knock-downs" in menus(app)


def test_a_checked_knock_down_opens_its_gene(cache: Cache, one: SearchRequest) -> None:
    identity = analysis.load(cache.analysis(job_id(one))).identity
    app = opened(one)
    app.session_state[f"search-hits-{'-'.join(identity)}"] = {"checked": ["mdm2 knock-down"]}
    app = press(app.run(), "Open gene")
    assert words(app.title) == "MDM2"


@pytest.mark.parametrize("tab", ["Heat map", "Conditions", "Map", "MOAs and targets"])
def test_tabs_say_what_is_listed(one: SearchRequest, tab: str) -> None:
    app = opened(one, tab)
    assert not app.error
    assert "knock-down" in words(app)
    assert "ompound" not in words(app.caption).replace("compendium", "")


def test_a_map_with_knock_downs_is_colored_by_them(
    cache: Cache, perturbed: Compendium, one: SearchRequest, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(published, "FOLDER", tmp_path)
    charted(cache, "perturbed")
    assert "no map of knock-downs yet" in words(opened(one, "Map"))
    charted(cache, "perturbed", perturbagens=("trt_cp", KNOCK_DOWN))
    app = opened(one, "Map")
    assert len(app.selectbox[0].options) == 1
    data = sent(app, "gpar_map")
    assert data["scores"]["n"] == data["points"]["n"] == perturbed.n_signatures + 12


def test_a_ligand_has_no_page(cache: Cache, tmp_path: Path) -> None:
    folder = cache.compendium("mixed")
    folder.mkdir(parents=True)
    files = write_release(mixed_release(), tmp_path)
    import_compendium(files, folder, name="mixed", pert_types=["trt_cp", "trt_lig"])
    request, _ = plan_list_search(compendia.load(folder), LANDMARK_SYMBOLS[:30], [])
    request = done(cache, replace(request, against="trt_lig"))
    app = opened(request)
    assert not app.error
    assert not {"Open gene", "Open compound"} & set(labels(app))
    (row,) = [row for side in sent(app, "gpar_hits")["sides"] for row in side["rows"]]
    assert (row["name"], row["page"], row["moa"], row["links"]) == ("EGF ligand", "", "", [])
    assert "EGF ligand" in elements(written(report_of(cache, job_id(request)))).text


def test_a_search_is_edited_with_what_it_searches(one: SearchRequest) -> None:
    app = press(opened(one), "Edit query")
    assert app.selectbox(key="search-against-perturbed").value == KNOCK_DOWN
    assert "Against 12 signatures of 2 knock-downs" in words(app)
    app = press(app, "Start search")
    assert app.query_params["job"] == job_id(one)


def test_each_kind_has_a_default_score_of_its_own(perturbed: Compendium) -> None:
    app = page("signature_search", compendium="perturbed")
    app.selectbox(key="search-score-perturbed").select("zhang").run()
    app.selectbox(key="search-against-perturbed").select(KNOCK_DOWN).run()
    assert app.selectbox(key=f"search-score-perturbed-{KNOCK_DOWN}").value == "wtcs"
    app.selectbox(key="search-against-perturbed").select("trt_cp").run()
    assert app.selectbox(key="search-score-perturbed").value == "zhang"


def test_a_batch_names_what_it_searches(cache: Cache, batch: SearchRequest) -> None:
    app = opened(batch)
    assert not app.error
    summary, *sides = (each.value for each in app.dataframe)
    assert summary["query"].tolist() == ["first", "second"]
    found = pd.concat(sides)
    assert set(found["pert_iname"]) == {"TP53 knock-down", "MDM2 knock-down"}
    assert found["opens"].str.startswith("gene?gene=").all()
    assert "No knock-down stands out" in words(app)
    assert "cell lines, a heat map" in words(app)
    press(app, "Open full result")
    jobs = [job.request for job in JobStore(cache).active_jobs()]
    assert [each.against for each in jobs if isinstance(each, SearchRequest)] == [KNOCK_DOWN]


@pytest.mark.parametrize("which", ["one", "batch"])
def test_a_report_names_what_is_searched(
    cache: Cache, which: str, request: pytest.FixtureRequest
) -> None:
    asked = request.getfixturevalue(which)
    document = report_of(cache, job_id(asked))
    said = elements(written(document)).text
    assert "among knock-downs" in document.title
    assert "2 knock-downs" in said
    assert "over all knock-downs" in said
    assert "--against knock-downs" in document.origin.command
    assert "compounds" not in said.replace("Compounds with", "")
    files = {table.name: table.rows for table in document.tables}
    assert not {"moas", "pairs"} & set(files)


def test_the_command_searches_a_batch_among_knock_downs(
    cache: Cache, perturbed: Compendium, tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = tmp_path_factory.mktemp("files")
    lines = [["A_UP", "x", *LANDMARK_SYMBOLS[:20]], ["B_UP", "x", *LANDMARK_SYMBOLS[30:60]]]
    (folder / "sets.gmt").write_text("\n".join("\t".join(line) for line in lines))
    arguments = ["--cache", str(cache.root), "search", "--compendium", "perturbed"]
    arguments += ["--gmt", str(folder / "sets.gmt"), "--against", "knock-downs"]
    assert main([*arguments, "--csv", str(folder / "found.csv")]) == 0
    assert "2 queries, against 12 signatures of 2 knock-downs" in capsys.readouterr().out
    text = (folder / "found.csv").read_text()
    assert text.count("TP53 knock-down") == text.count("MDM2 knock-down") == 2
