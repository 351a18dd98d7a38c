"""The result of a signature search: both lists, what follows from a hit, tabs, and history."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import (
    plan_compound_search,
    plan_list_search,
    plan_profile_search,
    plan_signature_search,
)
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.analyses.signature_search.verdict import verdict
from gpar_core.data import compendium as compendia
from gpar_core.data.profiles import Profiles
from gpar_core.data.uploads import publish_profiles
from gpar_core.export import csv_text, with_analysis
from gpar_core.fields import LANDMARK_SYMBOLS
from gpar_core.progress import silent
from gpar_core.storage.requests import job_id
from pages._shared.point_map import published
from pages._signature_search.classes import members
from pages._signature_search.hits.rows import side_of
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.searched import searched, sent
from tests.pages.stage import EVIL, menus, page, press, words
from tests.pools import Means
from tests.synthetic import Drug, build, drugs_of


@pytest.fixture(autouse=True)
def _static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points of maps go into a folder of the test."""
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(published, "FOLDER", tmp_path / "static")


def opened(request: SearchRequest, tab: str = "") -> AppTest:
    return page("signature_search", job=job_id(request), **({"tab": tab} if tab else {}))


def check(app: AppTest, stocked: Library, request: SearchRequest, *drugs: str) -> AppTest:
    """As if the drugs were checked in the lists."""
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    app.session_state[f"search-hits-{'-'.join(done.identity)}"] = {"checked": list(drugs)}
    return app.run()


def test_both_sides_are_shown_with_all_that_is_known(stocked: Library) -> None:
    app = opened(searched(stocked.cache))
    assert "Compound hdac0; score\\: Weighted connectivity" in words(app)
    done = analysis.load(stocked.cache.analysis(job_id(searched(stocked.cache))))
    assert verdict(done.tables["compounds"], query="hdac0") in words(app)
    mimics, reverses = sent(app, "gpar_hits")["sides"]
    assert {row["drug"] for row in mimics["rows"][:4]} == {"hdac0", "hdac1", "hdac2", "hdac3"}
    first = mimics["rows"][0]
    assert first["moa"] == "HDAC inhibitor"
    assert first["figures"].startswith("FDR\N{NO-BREAK SPACE}")
    assert first["agree"] == "2 of 2 lines"
    assert first["agreeing"] == "Same sign in: A375, MCF7"
    assert [line for line, _ in first["lines"]] == ["A375", "MCF7"]
    assert [label for label, _ in first["links"]] == ["PubChem", "iLINCS", "Neighbors"]
    assert first["page"] == "compound?compound=hdac0&compendium=demo"
    assert float(first["score"]) > 0
    assert reverses["rows"][0]["score"].startswith("\N{MINUS SIGN}")
    assert {"Download all compounds", "Download all signatures"} <= set(menus(app))


def test_rows_have_structures_and_links_by_id(stocked: Library) -> None:
    drugs = [
        Drug("X-0", "x0", "X inhibitor", smiles="CCO", pubchem_cid="702"),
        *drugs_of("X inhibitor", 4)[1:],
        *drugs_of("", 20),
    ]
    build(stocked.cache.compendium("drawn"), drugs, effect=40.0, name="drawn")
    request = searched(stocked.cache, "drawn", "x0")
    rows = sent(opened(request), "gpar_hits")["sides"][0]["rows"]
    own = next(row for row in rows if row["drug"] == "x0")
    assert own["structure"].startswith("data:image/svg+xml")
    assert own["links"][0][1] == "https://pubchem.ncbi.nlm.nih.gov/compound/702"
    assert all(row["structure"] == "" for row in rows if row["drug"] != "x0")


def test_without_the_compendium_rows_have_links_by_name(stocked: Library) -> None:
    done = analysis.load(stocked.cache.analysis(job_id(searched(stocked.cache))))
    stocked.cache.compendium("demo").rename(stocked.cache.root / "away")
    row = side_of(done, "mimic")["rows"][0]
    assert row["structure"] == ""
    assert row["links"][0][1] == f"https://pubchem.ncbi.nlm.nih.gov/compound/{row['name']}"


def test_the_query_is_marked_among_what_mimics_it(stocked: Library) -> None:
    request = searched(stocked.cache)
    rows = side_of(analysis.load(stocked.cache.analysis(job_id(request))), "mimic")["rows"]
    assert [row["drug"] for row in rows if row["own"]] == [request.compound]


def test_figures_are_shown_where_they_are_known(stocked: Library) -> None:
    done = analysis.load(stocked.cache.analysis(job_id(searched(stocked.cache))))
    compounds = done.tables["compounds"]
    compounds[["tau", "srges"]] = float("nan")
    assert "tau" not in side_of(done, "mimic")["rows"][0]["figures"]
    compounds["tau"] = 98.4
    compounds["srges"] = -0.25
    figures = side_of(done, "mimic")["rows"][0]["figures"].replace("\N{NO-BREAK SPACE}", " ")
    assert figures.endswith(" · tau 98 · sRGES \N{MINUS SIGN}0.25")


def test_names_from_files_stay_text(stocked: Library) -> None:
    request = searched(stocked.cache, "evil", "0 " + EVIL[0])
    for tab in ("", "MOAs and targets", "Heat map", "Conditions", "Combinations"):
        app = opened(request, tab)
        assert not app.error
        said = words(app)
        assert all(evil not in said for evil in EVIL)
    rows = sent(opened(request, ""), "gpar_hits")["sides"][0]["rows"]
    assert EVIL[0] in " ".join(row["name"] for row in rows)
    assert all(
        address.startswith(("https://", "http://www.ilincs.org/", "compound?"))
        for row in rows
        for _, address in row["links"]
    )


def test_the_buttons_wait_for_checked_compounds(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = opened(request)
    disabled = {button.label for button in app.button if button.disabled}
    assert disabled == {"Open compound", "Train on these", "Add to comparison"}
    app = check(app, stocked, request, "hdac1", "no such drug", "hdac2")
    assert "2 checked" in words(app)
    assert {button.label for button in app.button if button.disabled} == {"Open compound"}


def test_checked_compounds_are_trained_on(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = press(check(opened(request), stocked, request, "hdac1", "hdac2"), "Train on these")
    assert app.title[0].value == "Drug prediction"
    assert "**2 found**, 0 unknown" in words(app)


def test_a_checked_compound_is_opened(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = press(check(opened(request), stocked, request, "hdac1"), "Open compound")
    assert app.title[0].value == "hdac1"
    assert app.query_params["compound"] == "hdac1"


def test_checked_compounds_are_compared(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = check(opened(request), stocked, request, "hdac1", "hdac3")
    app = press(app, "Add to comparison")
    (chosen,) = app.multiselect
    assert chosen.value == ["hdac1", "hdac3"]
    (chart,) = app.get("vega_lite_chart")
    spec = json.loads(chart.proto.spec)
    assert spec["title"]["text"] == "Connectivity by cell line"
    assert "All signatures have the same dose: 10 µM." in words(app)


def running_sum_of(app: AppTest) -> str:
    (chart,) = app.get("vega_lite_chart")
    return str(json.loads(chart.proto.spec)["title"]["text"])


def test_the_members_of_a_moa_are_those_annotated_with_it() -> None:
    compounds = pd.DataFrame({"drug": ["a", "b", "c"], "moa": ["X|Y", "Y inhibitor", ""]})
    assert members(compounds, "Y") == ["a"]


def test_moas_and_pairs_are_tables(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = opened(request, "MOAs and targets")
    (moas,) = app.dataframe
    assert moas.value["moa"].iloc[0] == "HDAC inhibitor"
    assert moas.value["moa_auroc"].iloc[0] > 0.9
    assert running_sum_of(app) == "Compounds of HDAC inhibitor"
    assert "Leading edge: hdac" in words(app.caption)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    key = f"search-moas-{'-'.join(done.identity)}"
    app.session_state[key] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    assert running_sum_of(app.run()) == "Compounds of MTOR inhibitor"
    mimics, reverses = opened(request, "Combinations").dataframe
    for side in (mimics, reverses):
        assert (side.value["coverage"] > side.value["alone"]).all()


def test_the_heat_map_has_the_genes_of_the_query(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = opened(request, "Heat map")
    (chart,) = app.get("vega_lite_chart")
    assert json.loads(chart.proto.spec)["title"]["text"] == "The query's genes"
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    genes = set(done.tables["query"]["symbol"])
    assert len(genes) == 100
    assert set(done.tables["heat_map"]["symbol"]) < genes


def test_a_map_shows_the_connectivity_of_signatures(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = opened(request, "Map")
    assert "This compendium has no map yet" in words(app)
    charted(stocked.cache)
    data = sent(opened(request, "Map"), "gpar_map")
    assert (data["color"], data["color_label"]) == ("score", "Connectivity")
    assert data["scores"]["n"] == data["points"]["n"] == 164
    charted(stocked.cache, "measured")
    assert len(opened(request, "Map").selectbox[0].options) == 1


def test_a_query_can_be_edited(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("measured"))
    request, _ = plan_list_search(
        data, LANDMARK_SYMBOLS[:12], LANDMARK_SYMBOLS[20:31], name="mine", score="zhang"
    )
    run_job(request, stocked.cache, silent, Means())
    app = press(opened(request), "Edit query")
    assert app.text_input(key="search-name").value == "mine"
    assert app.text_area(key="search-up").value == " ".join(request.up)
    assert app.text_area(key="search-down").value == " ".join(request.down)
    assert app.selectbox(key="search-score-measured").value == "zhang"
    assert "job" not in app.query_params


def test_a_compound_query_can_be_edited(stocked: Library) -> None:
    app = press(opened(searched(stocked.cache)), "Edit query")
    assert app.segmented_control(key="search-way").value == "Compound"
    assert app.selectbox(key="search-compound").value == "hdac0"
    assert app.number_input(key="search-genes").value == 50


def test_a_signature_or_a_line_can_be_edited(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    sig_id = data.signatures["sig_id"].iloc[0]
    one = plan_signature_search(data, sig_id, genes=30, score="zhang")
    in_line = plan_compound_search(data, "hdac1", cell="MCF7", score="zhang")
    for request in (one, in_line):
        run_job(request, stocked.cache, silent, Means())
    app = press(opened(one), "Edit query")
    assert app.text_input(key="search-signature").value == sig_id
    assert app.number_input(key="search-genes").value == 30
    app = press(opened(in_line), "Edit query")
    assert app.selectbox(key="search-cell-hdac1").value == "MCF7"


def test_a_profile_is_edited_as_its_lists(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    profiles = Profiles(("mine",), ("mine",), np.asarray(data.matrix[:1], np.float32), ())
    publish_profiles(stocked.cache, profiles)
    request = plan_profile_search(data, profiles, profile=0, genes=20, score="zhang")
    run_job(request, stocked.cache, silent, Means())
    app = press(opened(request), "Edit query")
    assert app.text_input(key="search-name").value == "mine"
    assert all(len(app.text_area(key=f"search-{side}").value.split()) == 20
               for side in ("up", "down"))  # fmt: skip


def test_earlier_searches_say_what_they_found(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = page("signature_search")
    said = words(app.caption)
    assert "Compound hdac0; score\\: Weighted connectivity" in said
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    first = done.tables["compounds"]["pert_iname"].iloc[1:4]  # after the query itself
    assert f"Mimics: {', '.join(first)}." in said.replace("\\", "")
    press(app, "Open result")
    assert app.query_params["job"] == job_id(request)


def test_tables_are_saved_with_their_origin(stocked: Library) -> None:
    done = analysis.load(stocked.cache.analysis(job_id(searched(stocked.cache))))
    for name in ("compounds", "heat_map", "combinations"):
        rows = list(csv.DictReader(csv_text(with_analysis(done.tables[name], done)).splitlines()))
        assert len(rows) == len(done.tables[name])
        assert {row["data"] for row in rows} == {"SIMULATED"}


def test_the_bars_are_scaled_to_the_lines_of_their_side(stocked: Library) -> None:
    request = searched(stocked.cache)
    app = opened(request)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    side = sent(app, "gpar_hits")["sides"][1]
    drugs = [row["drug"] for row in side["rows"]]
    cells = done.tables["cells"]
    own: pd.Series = cells.loc[cells["drug"].isin(drugs), "connectivity"].abs()
    assert side["largest"] == pytest.approx(own.quantile(0.9))
