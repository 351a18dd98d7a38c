import json
import shutil
from collections.abc import Mapping

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses.training.result import load_summary
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.rank.by_line import HIGH
from gpar_core.storage.cache import MANIFEST, Cache, remove
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.searched import sent
from tests.pages.stage import EVIL, ended, labels, menus, page, press, words


@pytest.fixture
def simulated(stocked: Library) -> AppTest:
    """A model with a strong effect whose ranking holds two drugs of its MOA."""
    return page("models", model=job_id(stocked.by_name))


TAB_WORDS = {
    "Quality": "Mean AUROC of full trainings with permuted labels: 0.48, 0.52",
    "Map": "t-SNE (scikit-learn defaults)",
    "Training drugs": "How well the model recognizes each training drug",
    "Details": "Preset and seed",
}


FILTERS = ("Minimum signatures", "p below")


def ranked(app: AppTest) -> pd.DataFrame:
    """The rows of the ranked list, as its component got them."""
    return pd.DataFrame(sent(app, "gpar_ranked")["rows"])


def listed(app: AppTest) -> pd.DataFrame:
    return app.dataframe[0].value


def filters(app: AppTest) -> Mapping[str, object]:
    return {field.label: field for field in (*app.number_input, *app.selectbox, *app.text_input)}


def table_key(app: AppTest, table: str = "models") -> str:
    """Key of the table whose key begins with `table`."""
    return next(str(frame.key) for frame in app.dataframe if str(frame.key).startswith(table))


def select_row(app: AppTest, table: str, row: int) -> AppTest:
    """Click a row of the table whose key begins with `table`."""
    app.session_state[table_key(app, table)] = {
        "selection": {"rows": [row], "columns": [], "cells": []}
    }
    return app.run()


def open_drug(app: AppTest, library: Library, drug: str, at: int = 1) -> AppTest:
    """As if the drug's row were clicked in the ranked list of `by_name`."""
    summary = load_summary(library.cache.model(job_id(library.by_name)))
    app.session_state[f"ranked-{'-'.join(summary.identity)}"] = {"opened": {"drug": drug, "at": at}}
    return app.run()


def test_without_a_model_the_page_says_how_to_get_one(cache: Cache) -> None:
    app = page("models")
    assert "No models yet" in words(app.info)
    assert labels(app) == ["Open Drug prediction"]


def test_all_models_are_listed_with_what_they_are_worth(stocked: Library) -> None:
    table = page("models").dataframe[0].value.set_index("Model")
    assert len(table) == 4
    assert table.loc["HDAC inhibitor", "Compendium"] == "demo (simulated)"
    assert table.loc["MTOR inhibitor", "Compendium"] == "measured"
    assert table.loc["HDAC inhibitor", "Verdict"] == "well trained"
    assert table.loc["HDAC inhibitor", "Drugs"] == 4


def test_models_are_found_by_what_is_known_about_them(stocked: Library) -> None:
    stocked.cache.access.describe(job_id(stocked.measured), "Mine", "for the paper")
    app = page("models")
    assert len(app.dataframe[0].value) == 4
    for sought in ("mine", "PAPER", "mtor1"):
        app.text_input(key="models-find").set_value(sought).run()
        assert app.dataframe[0].value["Model"].tolist() == ["Mine (MTOR inhibitor)"]
    app.text_input(key="models-find").set_value("nothing").run()
    assert "None of the 4 models matches" in words(app.info)
    app.text_input(key="models-find").set_value("").run()
    app.button_group(key="models-compendium").set_value(["measured"]).run()
    assert app.dataframe[0].value["Compendium"].tolist() == ["measured"]


def test_what_was_clicked_before_the_search_is_not_what_is_opened_after_it(
    stocked: Library,
) -> None:
    app = page("models")
    app.session_state[table_key(app)] = {"selection": {"rows": [], "cells": [(0, "Verdict")]}}
    app.run()
    assert [label for label in labels(app) if label.startswith("Open ")]
    app.text_input(key="models-find").set_value("mtor").run()
    assert not [label for label in labels(app) if label.startswith("Open ")]


def test_models_of_libraries_are_apart_from_ones_own(stocked: Library) -> None:
    """A library asked for one of them alone; the others have a job of their own or no library."""
    one, both = job_id(stocked.simulated), job_id(stocked.measured)
    stocked.cache.access.put_within("library", [one, both], [one, both])
    ended(stocked.cache, stocked.measured, State.DONE)
    app = page("models")
    assert set(app.dataframe[0].value["Model"]) == {"hdac0, hdac1", "MTOR inhibitor", EVIL[0]}
    app.radio(key="models-origin").set_value("From libraries").run()
    assert app.dataframe[0].value["Model"].tolist() == ["HDAC inhibitor"]
    app.radio(key="models-origin").set_value("All").run()
    assert len(app.dataframe[0].value) == 4


def test_models_of_the_same_set_show_what_differs(stocked: Library) -> None:
    other = stocked.cache.model("f" * 20)
    shutil.copytree(stocked.cache.model(job_id(stocked.simulated)), other)
    manifest = json.loads((other / MANIFEST).read_text())
    manifest["summary"] |= {"model_id": other.name, "seed": 7, "negatives": "inactive"}
    (other / MANIFEST).write_text(json.dumps(manifest))
    assert {each for each in page("models").dataframe[0].value["Model"] if "HDAC" in each} == {
        "HDAC inhibitor · others negatives · seed 0",
        "HDAC inhibitor · inactive negatives · seed 7",
    }


def test_an_owner_names_a_model_and_writes_notes(stocked: Library) -> None:
    name = job_id(stocked.simulated)
    app = page("models", model=name)
    app.text_input(key=f"name-{name}").set_value(f"{EVIL[0]}  two").run()
    app.text_area(key=f"note-{name}").set_value(f"first\n{EVIL[1]}").run()
    assert app.title[0].value == plain(f"{EVIL[0]} two (HDAC inhibitor)")
    assert plain(EVIL[1]) in [text.value for text in app.markdown]
    record = stocked.cache.access.record(name)
    assert (record.name, record.note) == (f"{EVIL[0]} two", f"first\n{EVIL[1]}")


def test_a_row_opens_its_model_and_puts_it_into_the_url(stocked: Library) -> None:
    app = page("models")
    row = app.dataframe[0].value["Model"].tolist().index("MTOR inhibitor")
    select_row(app, "models", row)
    assert words(app.title) == "MTOR inhibitor"
    assert app.query_params["model"] == job_id(stocked.measured)


def test_a_cell_that_is_come_to_is_offered_and_leads_nowhere_by_itself(stocked: Library) -> None:
    app = page("models")
    row = app.dataframe[0].value["Model"].tolist().index("MTOR inhibitor")
    selection = {"rows": [], "columns": [], "cells": [(row, "Verdict")]}
    app.session_state[table_key(app)] = {"selection": selection}
    app.run()
    assert "model" not in app.query_params
    press(app, "Open MTOR inhibitor")
    assert app.query_params["model"] == job_id(stocked.measured)


def test_what_is_offered_is_what_is_opened_though_a_model_has_come_since(stocked: Library) -> None:
    app = page("models")
    row = app.dataframe[0].value["Model"].tolist().index("MTOR inhibitor")
    app.session_state[table_key(app)] = {
        "selection": {"rows": [], "columns": [], "cells": [(row, "Verdict")]}
    }
    app.run()
    come_since = stocked.cache.model("f" * 20)
    shutil.copytree(stocked.cache.model(job_id(stocked.evil)), come_since)
    manifest = json.loads((come_since / MANIFEST).read_text())
    manifest["summary"] |= {"model_id": come_since.name, "created_at": "2999-01-01T00:00:00"}
    (come_since / MANIFEST).write_text(json.dumps(manifest))
    app.run()
    app.run()
    (offered,) = [label for label in labels(app) if label.startswith("Open ")]
    press(app, offered)
    assert offered.removeprefix("Open ").startswith(words(app.title))


def test_a_click_opens_what_was_clicked_though_a_model_has_come_since(stocked: Library) -> None:
    app = page("models")
    listed = app.dataframe[0].value["Model"].tolist()
    come_since = stocked.cache.model("f" * 20)
    shutil.copytree(stocked.cache.model(job_id(stocked.evil)), come_since)
    manifest = json.loads((come_since / MANIFEST).read_text())
    manifest["summary"] |= {"model_id": come_since.name, "created_at": "2999-01-01T00:00:00"}
    (come_since / MANIFEST).write_text(json.dumps(manifest))
    select_row(app, "models", listed.index("MTOR inhibitor"))
    assert app.query_params["model"] == job_id(stocked.measured)
    press(app, "Show all models")
    assert len(app.dataframe[0].value) == len(listed) + 1


def test_a_model_shows_verdict_and_quality(simulated: AppTest, stocked: Library) -> None:
    said = words(simulated)
    assert "**Well trained:** mean AUROC " in said
    assert "when held out, 2 of its 2 drugs would be among the first 30 of 67" in said
    assert len(simulated.get("vega_lite_chart")) == 1
    quality = page("models", model=job_id(stocked.by_name), tab="Quality")
    assert {metric.label for metric in quality.metric} == {
        "Mean AUROC",
        "Average precision",
        "Pooled AUROC",
        "Logistic regression",
    }
    said = words(quality)
    assert "**Well trained.** The mean AUROC (" in said
    assert "0 of 99 quick permuted-label runs reach it; chance about 0.01" in said
    assert "resampling 2 drugs; 2 folds" in said
    assert "2 drugs were held out in turn. With only 2, the interval is rough." in said


def test_a_tab_is_drawn_when_it_is_opened_and_the_address_opens_it(stocked: Library) -> None:
    model = job_id(stocked.by_name)
    said = {tab: words(page("models", model=model, tab=tab)) for tab in ("", *TAB_WORDS)}
    for tab, only_there in TAB_WORDS.items():
        assert [where for where in said if only_there in said[where]] == [tab]


def test_the_filters_of_the_ranking_stay_while_another_tab_is_open(stocked: Library) -> None:
    app = page("models", model=job_id(stocked.by_name))
    app.number_input[0].set_value(2).run()
    app.session_state["tab"] = "Quality"
    app.run()
    assert TAB_WORDS["Quality"] in words(app)
    assert app.number_input[0].value == 2


def test_a_model_that_learned_nothing_says_so(stocked: Library) -> None:
    app = page("models", model=job_id(stocked.measured))
    assert "**No better than chance:**" in words(app.warning)
    assert "do not rely on the list" in words(app.warning)
    assert not app.success


def test_simulated_models_say_so_and_measured_ones_do_not(
    simulated: AppTest, stocked: Library
) -> None:
    assert "Simulated data" in words(simulated.warning)
    assert "imulated" not in words(page("models", model=job_id(stocked.measured)).main)


def test_the_ranking_holds_the_other_drugs_of_the_class_first(simulated: AppTest) -> None:
    table = ranked(simulated)
    assert set(table["drug"][:2]) == {"hdac2", "hdac3"}
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    (pubchem, address), (ilincs, _), (neighbors, page_of) = table["links"][0]
    assert (pubchem, ilincs, neighbors) == ("PubChem", "iLINCS", "Neighbors")
    assert page_of.endswith("&about=Neighbors")
    assert address.startswith("https://pubchem.ncbi.nlm.nih.gov/")
    assert [line for line, _, _ in table["lines"][0]] == ["A375", "MCF7"]
    n_high = sum((value + 1) / 2 >= HIGH for _, value, _ in table["lines"][0])
    assert table["agree"][0] == f"{n_high} of 2 lines"


def test_drugs_that_share_a_moa_with_the_training_drugs_are_marked(stocked: Library) -> None:
    shown = ranked(page("models", model=job_id(stocked.by_name)))
    assert shown["shares"].tolist() == shown["moa"].str.contains("HDAC").tolist()


def press_relax(app: AppTest) -> AppTest:
    return press(app, next(label for label in labels(app) if "to see" in label))


def test_an_empty_ranking_says_why_and_one_click_relaxes_it(simulated: AppTest) -> None:
    filters(simulated)["p below"].set_value(0.0).run()
    assert "the lowest p is" in words(simulated.warning)
    assert "0 of 67 ranked compounds pass" in words(simulated)
    shown = [node.proto.component_name for node in simulated.get("bidi_component")]
    assert shown == ["gpar_notices"]
    assert "Download ranked list" not in menus(simulated)
    press_relax(simulated)
    assert filters(simulated)["p below"].value > 1
    assert set(ranked(simulated)["drug"]) == {"hdac2", "hdac3"}


def test_a_drug_that_is_trained_on_is_not_found_and_why(simulated: AppTest) -> None:
    filters(simulated)["Find"].set_value("HDAC1").run()
    assert "None matches 'HDAC1'" in words(simulated.warning)
    assert plain("Training drugs are not ranked: hdac1.") in words(simulated.warning)
    press_relax(simulated)
    assert filters(simulated)["Find"].value == ""
    assert len(ranked(simulated)) == 2


def test_the_count_and_the_table_are_of_the_same_compounds(simulated: AppTest) -> None:
    second = ranked(simulated)["drug"][1]
    filters(simulated)["Find"].set_value(second).run()
    assert "1 of 67 ranked compounds pass" in words(simulated)
    assert plain(f"Find '{second}'") in words(simulated)


def test_more_columns_are_chosen_for_all_models(simulated: AppTest, stocked: Library) -> None:
    assert ranked(simulated)["figures"][0] == []
    simulated.multiselect(key="ranked-columns").set_value(["p_exact", "held_out"]).run()
    (exact, written), scored = ranked(simulated)["figures"][0]
    assert exact == "Exact p"
    assert 0 < float(written) < 1
    assert scored == ["Scored by", "final model"]
    simulated.query_params["model"] = job_id(stocked.simulated)
    shown = ranked(simulated.run())
    assert [label for label, _ in shown["figures"][0]] == ["Exact p", "Scored by"]


def test_a_list_shows_fifty_rows_and_more_on_demand(stocked: Library) -> None:
    app = page("models", model=job_id(stocked.by_name))
    filters(app)["p below"].set_value(1.01)
    filters(app)["Minimum signatures"].set_value(1).run()
    assert len(ranked(app)) == 50
    summary = load_summary(stocked.cache.model(job_id(stocked.by_name)))
    app.session_state[f"ranked-{'-'.join(summary.identity)}"] = {"shown": 10**9}
    assert len(ranked(app.run())) == 67


def test_a_minimum_of_signatures_that_none_has_is_relaxed_to_the_most(
    simulated: AppTest,
) -> None:
    filters(simulated)["Minimum signatures"].set_value(50).run()
    assert "None has 50 signatures; the maximum is 6" in words(simulated.warning)
    press_relax(simulated)
    assert set(ranked(simulated)["drug"]) == {"hdac2", "hdac3"}


def test_the_ranking_can_be_sorted_by_p(simulated: AppTest) -> None:
    filters(simulated)["Minimum signatures"].set_value(1)
    filters(simulated)["p below"].set_value(1.01)
    simulated.multiselect(key="ranked-columns").set_value(["p_exact"])
    filters(simulated)["Sort by"].set_value("p").run()
    exact = pd.Series([float(figures[0][1]) for figures in ranked(simulated)["figures"]])
    assert exact.is_monotonic_increasing
    assert len(exact) == 50


def test_filters_begin_right_in_a_browser_that_loads_slowly(simulated: AppTest) -> None:
    """A later run sends a widget's default again, but not the value that the session has set."""
    fields = [field for field in simulated.number_input if field.label in FILTERS]
    assert len(fields) == len(FILTERS)
    assert [field.proto.default for field in fields] == [field.value for field in fields]
    assert not fields[0].proto.set_value


def test_find_keeps_the_rank_of_what_it_finds(simulated: AppTest) -> None:
    second = ranked(simulated)["drug"][1]
    filters(simulated)["Find"].set_value(f" {second.upper()} ").run()
    assert ranked(simulated)[["rank", "drug"]].to_numpy().tolist() == [[2, second]]
    filters(simulated)["Find"].set_value("mtor").run()
    assert "None matches 'mtor'" in words(simulated.warning)


def test_a_ranked_drug_opens_beside_the_list(simulated: AppTest, stocked: Library) -> None:
    drug = ranked(simulated)["drug"][0]
    open_drug(simulated, stocked, drug)
    assert drug in words(simulated.header)
    assert "**Rank 1** · ES" in words(simulated)
    own = simulated.dataframe[0].value
    assert len(own) == 6
    assert own["rank"].is_monotonic_increasing
    sites = ["PubChem", "iLINCS", "CLUE", "ChEMBL"]
    assert [link.label for link in simulated.link_button] == sites
    filters(simulated)["Sort by"].set_value("p").run()
    assert drug in words(simulated.header)
    filters(simulated)["Find"].set_value("no such drug").run()
    assert not simulated.header
    filters(simulated)["Find"].set_value("").run()
    open_drug(simulated, stocked, drug, at=2)
    press(simulated, "Close")
    assert not simulated.header
    open_drug(simulated, stocked, drug, at=3)
    press(simulated, "Train on this")
    assert simulated.text_area(key="pasted").value == drug


def test_the_genes_that_drive_a_ranked_drug(simulated: AppTest, stocked: Library) -> None:
    drug = ranked(simulated)["drug"][0]
    open_drug(simulated, stocked, drug)
    charts = len(simulated.get("vega_lite_chart"))
    opens = next(each for each in simulated.button if each.label == "Open compound")
    pert_id = str(opens.key).removeprefix("about-")
    simulated.session_state[f"drivers-{job_id(stocked.by_name)}-{pert_id}"] = True
    simulated.run()
    assert len(simulated.get("vega_lite_chart")) == charts + 1
    assert "highest-scoring signatures" in words(simulated)
    assert words(simulated).count("](gene?gene=") >= 12  # each gene of the chart has its page


def test_a_ranked_drug_is_shown_on_a_finished_map(simulated: AppTest, stocked: Library) -> None:
    drug = ranked(simulated)["drug"][0]
    open_drug(simulated, stocked, drug)
    assert next(each for each in simulated.button if each.label == "Show on map").disabled
    request = charted(stocked.cache)
    press(simulated.run(), "Show on map")
    assert simulated.query_params["job"] == job_id(request)
    assert simulated.query_params["drug"] == drug


def test_the_ranked_list_is_a_figure_beside_a_map(stocked: Library) -> None:
    model = job_id(stocked.by_name)
    app = page("models", model=model, tab="Map and list")
    assert "Build map" in labels(app)
    charted(stocked.cache)
    app.run()
    assert "Build map" not in labels(app)
    shown = sent(app, "gpar_map")["listed"]
    lists = [node.proto for node in app.get("bidi_component")]
    (figure,) = [
        data
        for data in (
            json.loads(each.json) for each in lists if each.component_name == "gpar_ranked"
        )
        if data["linked"]
    ]
    assert [row["drug"] for row in figure["rows"]] == [each["drug"] for each in shown]
    assert shown[0]["text"].startswith("1  hdac")
    assert shown[0]["code"] is not None


def test_an_unknown_model_is_told_with_a_way_back(stocked: Library) -> None:
    app = page("models", model="0123456789")
    assert "There is no model at this link" in words(app.warning)
    assert job_id(stocked.by_name) not in words(app.warning)
    press(app, "Show all models")
    assert "Check a row to open its model" in words(app)


@pytest.mark.parametrize("model", ["../demo", ".", "X" * 300])
def test_a_mad_model_id_is_an_error(stocked: Library, model: str) -> None:
    assert "is not a valid name for a model" in words(page("models", model=model).error)


def test_a_damaged_model_is_an_error_with_advice(stocked: Library) -> None:
    (stocked.cache.model(job_id(stocked.simulated)) / "ranking.parquet").write_text("x")
    app = page("models", model=job_id(stocked.simulated))
    assert "Delete it and train it again" in words(app.error)
    assert "Delete" in labels(app)


def test_one_damaged_model_leaves_the_others_in_the_list(stocked: Library) -> None:
    model_id = job_id(stocked.simulated)
    (stocked.cache.model(model_id) / "manifest.json").write_text("{}")
    app = page("models")
    assert len(app.dataframe[0].value) == 3
    assert f"The model {model_id} cannot be read" in words(app.page_link)
    assert not page("home").error


def test_a_model_deleted_while_it_is_listed_is_left_out(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = stocked.cache.model_ids()
    monkeypatch.setattr(Cache, "model_ids", lambda _: [*there, "deleted0123456789abc"])
    assert len(listed(page("models"))) == len(there)


def test_deleting_a_model_asks_first(stocked: Library) -> None:
    app = page("models", model=job_id(stocked.simulated))
    press(app, "Delete")
    assert "can train it again" in words(app)
    assert len(stocked.cache.model_ids()) == 4


def test_a_model_that_was_deleted_can_be_trained_again(stocked: Library) -> None:
    name = job_id(stocked.by_name)
    ended(stocked.cache, stocked.by_name, State.DONE)
    remove(stocked.cache.model(name))
    app = page("models", model=name)
    assert "This model was deleted. Train it again to see it." in words(app.warning)
    assert "There are:" not in words(app)
    opened = press(app, "Train again")
    assert opened.query_params["job"] == name
    assert JobStore(stocked.cache).get(name).active


def test_a_model_still_to_be_trained_leads_to_its_training(stocked: Library) -> None:
    name = job_id(stocked.by_name)
    ended(stocked.cache, stocked.by_name, State.FAILED, "No memory.")
    remove(stocked.cache.model(name))
    app = press(page("models", model=name), "Open training")
    assert app.query_params["job"] == name
