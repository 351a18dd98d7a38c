"""The page Compound: found by name, by id and by URL, and what it says of a drug."""

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.storage.requests import job_id
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.shelf import shelve, train_the_rest
from tests.pages.stage import labels, page, press, words
from tests.pages.test_map import sent
from tests.pages.test_models import open_drug, ranked


def about(name: str, tab: str = "Signatures", compendium: str = "demo") -> AppTest:
    return page("compound", compound=name, about=tab, compendium=compendium)


def test_a_drug_is_found_by_name_in_any_case_and_by_id(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    pert_id = data.compounds.set_index(fields.DRUG)[fields.PERT_ID]["hdac1"]
    for name in ("hdac1", "HDAC1", pert_id):
        app = about(name)
        assert words(app.title) == "hdac1"
        assert pert_id in words(app.caption)
    assert "Annotated MOA: **HDAC inhibitor**" in words(app)


def test_a_known_compound_is_the_example_until_one_is_chosen(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages._shared.examples.COMPOUNDS", ("aspirin", "hdac1", "mtor0"))
    app = page("compound")
    assert words(app.title) == "hdac1"
    assert "**Example: hdac1.**" in words(app)
    press(app, "Use mtor0")
    assert words(app.title) == "mtor0"
    assert app.query_params["compound"] == "mtor0"
    assert "Example" not in words(app)


def test_its_signatures_are_those_of_the_compendium(stocked: Library) -> None:
    app = about("hdac1")
    data = compendia.load(stocked.cache.compendium("demo")).signatures
    by_cell, signatures = (frame.value for frame in app.dataframe)
    own = data[data[fields.DRUG] == "hdac1"]
    assert set(signatures[fields.SIG_ID]) == set(own[fields.SIG_ID])
    assert by_cell["n_signatures"].sum() == len(own)
    assert set(signatures["Data"]) == {"SIMULATED"}
    assert "Simulated data" in words(app.warning)


@pytest.mark.parametrize(
    ("drug", "part"), [("hdac0", "training drug"), ("hdac2", "ranked"), ("dark0", "ranked")]
)
def test_each_model_says_which_part_it_plays(stocked: Library, drug: str, part: str) -> None:
    table = about(drug, "Models").dataframe[0].value.set_index("label")
    assert table.loc["hdac0, hdac1", "role"] == part
    assert len(table) == 2  # models of another compendium say nothing of it


@pytest.mark.parametrize(
    ("button", "title", "chosen"),
    [
        ("Find drugs like this", "Drug prediction", "1 found"),
        ("Find what mimics or reverses it", "Signature search", "Query: "),
    ],
)
def test_the_drug_is_taken_to_other_pages(
    stocked: Library, button: str, title: str, chosen: str
) -> None:
    app = press(about("hdac1"), button)
    assert words(app.title) == title
    assert chosen in words(app)
    assert "hdac1" in words(app.text_area) + words(app.caption)
    app.run()
    assert not app.exception


def test_its_place_is_shown_on_a_map_that_is_there(stocked: Library) -> None:
    assert "This compendium has no map yet" in words(about("hdac1", "Map"))
    request = charted(stocked.cache)
    app = about("hdac1", "Map")
    (shown,) = sent(app)
    (group,) = shown["groups"]
    assert (group["label"], group["color"], len(group["drugs"])) == ("hdac1", "red", 1)
    assert shown["drug"] is None
    (link,) = [each for each in app.get("page_link") if "job=" in each.proto.query_string]
    assert "map" in link.proto.page
    assert f"job={job_id(request)}" in link.proto.query_string
    assert "drug=hdac1" in link.proto.query_string


def test_a_map_without_it_says_so(stocked: Library) -> None:
    charted(stocked.cache, moas=["MTOR inhibitor"])
    assert "none of the drug's signatures" in words(about("hdac1", "Map").info)


def test_without_a_library_its_likely_moas_lead_to_one(stocked: Library) -> None:
    app = press(about("hdac1", "Likely MOAs"), "Open Library")
    assert words(app.title) == "Library"


def test_its_likely_moas_are_there(stocked: Library) -> None:
    train_the_rest(stocked.cache, shelve(stocked.cache))
    app = about("hdac1", "Likely MOAs")
    assert not app.exception
    assert "Annotated MOA: **HDAC inhibitor** (rank 1 of 2)" in words(app)
    assert app.dataframe[0].value["moa"][0] == "HDAC inhibitor"


def test_its_neighbors_are_named_with_their_pages(stocked: Library) -> None:
    table = about("hdac1", "Neighbors").dataframe[0].value
    assert set(table["pert_iname"][:3]) == {"hdac0", "hdac2", "hdac3"}
    assert table["about"][0].startswith("compound?compound=hdac")
    assert table["about"][0].endswith("&compendium=demo")
    assert set(table["Data"]) == {"SIMULATED"}


def test_a_ranked_drug_leads_here(stocked: Library) -> None:
    app = page("models", model=job_id(stocked.by_name))
    first = ranked(app).iloc[0]
    app = press(open_drug(app, stocked, first["drug"]), "Open compound")
    assert words(app.title) == first["name"]


def test_who_is_not_there_is_told_and_the_list_stays(stocked: Library) -> None:
    app = about("nobody")
    assert "nobody" in words(app.error)
    assert app.selectbox(key="about-demo").options
    assert not labels(app)
