"""The page Compare: two models, what moved between them, and what it says without any."""

from streamlit.testing.v1 import AppTest

from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.stage import labels, page, words


def both(stocked: Library) -> AppTest:
    """The HDAC inhibitors by their MOA, and two of them by name."""
    first, second = job_id(stocked.simulated), job_id(stocked.by_name)
    return page("compare", model=first, second=second)


def test_what_differs_and_what_both_find(stocked: Library) -> None:
    app = both(stocked)
    overlap, differs, compounds = (frame.value for frame in app.dataframe)
    assert differs.set_index("what").loc["Drugs in only one of them", "first"] == "hdac2, hdac3"
    assert overlap["shared"].le(overlap["top"]).all()
    moved = compounds.set_index("pert_iname")
    assert moved.loc["hdac2", "why"] == "not ranked by the first: a training drug"
    assert "Simulated data" in words(app.warning)
    assert {"Data"} <= set(compounds.columns)
    assert [each.label for each in app.metric] == ["Spearman's correlation"]


def test_the_address_names_both_and_finding_narrows_the_list(stocked: Library) -> None:
    app = both(stocked)
    assert app.query_params["model"] == job_id(stocked.simulated)
    assert app.query_params["second"] == job_id(stocked.by_name)
    app.text_input(key="compare-find").set_value("HDAC3").run()
    assert app.dataframe[2].value["pert_iname"].tolist() == ["hdac3"]


def test_two_orders_of_one_ranking(stocked: Library) -> None:
    model = job_id(stocked.by_name)
    app = page("compare", model=model, second=model)
    assert "another sort order on one side" in words(app.info)
    app.selectbox(key="compare-order-Second").set_value("p").run()
    assert app.dataframe[-1].value["why"].str.startswith("ES ").all()


def test_a_model_of_another_compendium_cannot_be_chosen(stocked: Library) -> None:
    app = page("compare", model=job_id(stocked.measured))
    (offered,) = [box.options for box in app.selectbox if box.label == "First"]
    assert len(offered) == 2
    assert not any("MTOR" in each for each in offered)


def test_without_a_model_the_page_leads_to_training(cache: Cache, stocked: Library) -> None:
    for model in stocked.models():
        remove(cache.model(model))
    app = page("compare")
    assert "This compendium has no models yet" in words(app)
    assert labels(app) == ["Open Drug prediction"]
