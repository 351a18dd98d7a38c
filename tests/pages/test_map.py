"""The map page: what is asked, the job, the map, its colors, what is chosen, what goes wrong."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.packing import pack
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.run_job import run_job
from gpar_core.data import compendium as compendia
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.cache import remove
from gpar_core.storage.requests import job_id
from pages._model.map import AMONG_ALL
from pages._shared.error_box import plain
from pages._shared.point_map import published
from tests.pages.charted import charted
from tests.pages.conftest import Library
from tests.pages.stage import DRUGS, EVIL, ended, labels, page, press, running, words
from tests.perturbed import build_perturbed
from tests.pools import Means
from tests.synthetic import build, drugs_of


@pytest.fixture(autouse=True)
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where points of public compendia go."""
    folder = tmp_path / "static"
    folder.mkdir()
    monkeypatch.setattr(published, "FOLDER", folder)
    return folder


def sent(app: AppTest, component: str = "gpar_map") -> list[Any]:
    """The messages of a component: JSON parsed, bytes as they are."""
    protos = [node.proto for node in app.get("bidi_component")]
    kept = [proto for proto in protos if proto.component_name == component]
    return [proto.bytes or json.loads(proto.json) for proto in kept]


def opened(request: MapRequest, **parameters: str) -> AppTest:
    return page("map", job=job_id(request), **parameters)


def choose(app: AppTest, request: MapRequest, **chosen: object) -> AppTest:
    """As if it were chosen on the map."""
    state = {"drug": None, "point": None, "lasso": "", **chosen}
    app.session_state[f"map-{job_id(request)}"] = {"chosen": state}
    return app.run()


def pick(app: AppTest, key: str, value: object) -> AppTest:
    return app.selectbox(key=key).set_value(value).run()


def test_the_form_says_how_many_signatures_there_are(stocked: Library) -> None:
    app = page("map")
    assert {metric.label: metric.value for metric in app.metric} == {"Signatures": "164"}
    app.multiselect(key="map-cells").set_value(["MCF7"]).run()
    app.multiselect(key="map-moas").set_value(["HDAC inhibitor", "MTOR inhibitor"]).run()
    assert app.metric[0].value == "22"
    app.toggle(key="map-representatives").set_value(True).run()
    assert "9 signatures are chosen, but UMAP needs 15" in words(app.error)
    assert "Build map" not in labels(app)


def test_laying_out_starts_the_job(stocked: Library) -> None:
    app = page("map")
    app.segmented_control(key="map-method").set_value("tsne").run()
    app = press(pick(app, "map-space", job_id(stocked.simulated)), "Build map")
    (job,) = JobStore(stocked.cache).active_jobs()
    data = compendia.load(stocked.cache.compendium("demo"))
    assert isinstance(job.request, MapRequest)
    assert (job.request.method, job.request.model) == ("tsne", job_id(stocked.simulated))
    assert job.request.fingerprint == data.fingerprint
    assert app.query_params["job"] == job.id
    assert "Waiting: number 1 in the queue" in words(app)


def test_places_from_a_file_are_counted_and_laid_out(stocked: Library) -> None:
    data = compendia.load(stocked.cache.compendium("demo"))
    app = page("map")
    app.segmented_control(key="map-method").set_value("file").run()
    assert "Build map" not in labels(app)
    app.file_uploader(key="map-places").upload("x.csv", b"sig_id,x\na,1\n", "text/csv").run()
    assert "'x.csv' has no column y" in words(app.error)
    lines = [f"{sig_id},{n},{n % 7}" for n, sig_id in enumerate(data.signatures["sig_id"][:50])]
    text = "\n".join(["sig_id,x,y", *lines, f"{EVIL[0]},1,2"])
    app.file_uploader(key="map-places").upload("fwd.csv", text.encode(), "text/csv").run()
    assert "**50** of 51 signatures are in this compendium" in words(app)
    assert plain(EVIL[0]) in words(app.caption)
    app = press(app, "Build map")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, MapRequest)
    run_job(job.request, stocked.cache, silent, Means())
    done = analysis.load(stocked.cache.existing_analysis(job.id))
    assert done.tables["points"]["row"].tolist() == list(range(50))
    said = words(page("map", job=job.id))
    assert "From a file of 'demo'" in said
    assert "Not on the map: 114 without coordinates in the file" in said


def test_a_job_under_way_and_a_failed_one(stocked: Library) -> None:
    request = plan_map(compendia.load(stocked.cache.compendium("demo")))
    running(stocked.cache, request)
    assert "Cancel" in labels(opened(request))
    other = plan_map(compendia.load(stocked.cache.compendium("demo")), seed=1)
    ended(stocked.cache, other, State.FAILED, "The disk is full.")
    app = opened(other)
    assert "The disk is full" in words(app.error)
    assert "Try again" in labels(app)


def test_the_map_says_how_far_it_can_be_trusted(stocked: Library) -> None:
    app = opened(charted(stocked.cache, dropped=4))
    said = words(app)
    assert "Of the 15 nearest neighbors of a signature, **43.0% ± 0.5%** are among the 15" in said
    assert "(2.0% on a random map)" in said
    assert "Trustworthiness 0.912 ± 0.003" in said
    assert "150 signatures sampled" in said
    assert "**160 signatures.**" in said
    assert "Not on the map: 4 in a small component." in said
    assert "space of the model" not in said
    (map_,) = sent(app)
    assert map_["points"]["n"] == 160
    assert map_["simulated"]
    assert map_["file"].endswith("SIMULATED")


def test_of_a_hidden_layer_it_says_what_learning_was_worth(stocked: Library) -> None:
    summary = page_summary(stocked)
    purity = {
        "n_neighbours": 3, "n_drugs": 4,
        "purity_before": 0.31, "purity_before_se": 0.02, "purity_after": 0.62,
        "purity_after_se": 0.05, "purity_gain": 0.31, "purity_gain_se": 0.03, "purity_chance": 0.1,
        "batch_before": 0.7, "batch_before_se": 0.04, "batch_after": 0.55, "batch_after_se": 0.06,
        "batch_chance": 0.5,
    }  # fmt: skip
    said = words(opened(charted(stocked.cache, model=summary, quality=purity)))
    assert (
        "**62.0% ± 5.0%** share its class in the space of the model and 31.0% ± 2.0% among z-scores"
        in said
    )
    assert "(10.0% by chance; 4 drugs, ± standard error; difference +31.0% ± 3.0%)" in said
    assert (
        "same cell line is 55.0% ± 6.0% in the space of the model and 70.0% ± 4.0% among z-scores"
        in said
    )
    lacking = charted(stocked.cache, model=summary, seed=1)
    assert "there were too few to measure" in words(opened(lacking))


def page_summary(stocked: Library):  # type: ignore[no-untyped-def]
    from gpar_core.analyses.training.result import load_summary

    return load_summary(stocked.cache.existing_model(job_id(stocked.simulated)))


def test_public_points_are_a_file_and_others_a_message(
    stocked: Library, static: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(charted(stocked.cache))
    (file,) = static.glob("*.points.gz")
    (map_,) = sent(app)
    assert map_["points"]["url"] == f"/app/static/{file.name}"
    assert not sent(app, "gpar_map_points")
    file.unlink()
    request = charted(stocked.cache, "measured")
    app = opened(request)
    (map_,), (message,) = sent(app), sent(app, "gpar_map_points")
    assert map_["points"]["url"] == ""
    assert message[:64].decode() == map_["points"]["digest"]
    assert not list(static.iterdir())
    monkeypatch.setenv("GPAR_PUBLIC_COMPENDIA", "other,measured")
    assert sent(opened(request))[0]["points"]["url"]


def test_points_in_the_hidden_layer_of_a_model_are_not_public(
    stocked: Library, static: Path
) -> None:
    app = opened(charted(stocked.cache, model=page_summary(stocked)))
    assert len(sent(app, "gpar_map_points")) == 1
    assert not list(static.iterdir())


def test_a_model_colors_its_drugs_and_its_scores(stocked: Library) -> None:
    app = opened(charted(stocked.cache), model=job_id(stocked.simulated))
    (map_,) = sent(app)
    assert map_["color"] == "none"
    predicted, training = map_["groups"]
    assert (predicted["color"], training["color"]) == ("yellow", "red")
    assert predicted["label"] == f"Predicted (top {len(predicted['drugs'])})"
    assert len(training["drugs"]) == 4
    assert not set(predicted["drugs"]) & set(training["drugs"])
    (scored,) = sent(pick(app, "colour", "Model score"))
    assert scored["color"] == "score"
    assert scored["scores"]["url"] == ""  # never a file: a model may be someone's own
    assert scored["points"] == map_["points"]


def test_a_model_that_is_chosen_is_seen_and_in_the_url(stocked: Library) -> None:
    app = opened(charted(stocked.cache))
    assert sent(app)[0]["color"] == "moa"
    assert "Model score" not in app.selectbox(key="colour").options
    app = pick(app, "map-model", job_id(stocked.simulated))
    assert sent(app)[0]["color"] == "none"
    assert app.query_params["model"] == job_id(stocked.simulated)
    app = pick(app, "map-model", None)
    assert sent(app)[0]["color"] == "moa"
    assert not sent(app)[0]["groups"]
    assert "model" not in app.query_params


def test_without_moas_the_map_is_colored_by_cell_line(stocked: Library) -> None:
    remove(stocked.cache.compendium("measured"))
    build(stocked.cache.compendium("measured"), drugs_of("", 8), name="measured")
    app = opened(charted(stocked.cache, "measured"))
    assert sent(app)[0]["color"] == "cell"
    assert "MOA" not in app.selectbox(key="colour").options


def test_a_link_to_a_model_that_is_gone_says_so(stocked: Library) -> None:
    app = opened(charted(stocked.cache), model="0123456789abcdef0123")
    assert "was deleted or is not from this compendium" in words(app.caption)
    assert len(sent(app)) == 1


def test_a_change_of_color_leaves_the_points_as_they_are(stocked: Library) -> None:
    app = opened(charted(stocked.cache, "measured"))
    (before,), (message,) = sent(app), sent(app, "gpar_map_points")
    app = pick(app, "colour", "Cell line")
    app.multiselect(key="map-only-Cell line").set_value(["MCF7"]).run()
    (after,) = sent(app)
    assert (after["color"], after["only"]) == ("cell", ["MCF7"])
    assert after["points"] == before["points"]
    assert sent(app, "gpar_map_points") == [message]


def test_a_drug_in_the_url_is_where_the_view_begins(stocked: Library) -> None:
    app = opened(charted(stocked.cache), drug="HDAC1")
    assert sent(app)[0]["drug"] is not None
    assert "hdac1" in words(app.header)
    assert "HDAC inhibitor" in words(app.markdown)
    assert len(app.dataframe[0].value) == 6  # two cell lines, three replicates
    hosts = {button.proto.url.split("/")[2] for button in app.get("link_button")}
    sites = {"pubchem.ncbi.nlm.nih.gov", "www.ilincs.org", "clue.io", "www.ebi.ac.uk"}
    assert hosts == sites
    unknown = opened(charted(stocked.cache), drug="no such drug")
    assert not unknown.header
    assert "drug" not in unknown.query_params


def test_a_clicked_point_is_told_with_its_drug(stocked: Library) -> None:
    request = charted(stocked.cache)
    app = choose(opened(request), request, drug=sent(opened(request, drug="hdac1"))[0]["drug"])
    assert app.query_params["drug"] == "hdac1"
    assert "Clicked" not in words(app)
    data = compendia.load(stocked.cache.compendium("demo"))
    points = analysis.load(stocked.cache.analysis(job_id(request))).tables["points"]
    own = data.signatures["drug"].to_numpy()[pack(points, data).rows] == "hdac1"
    assert own.sum() == 6
    for at in (*np.flatnonzero(own), *np.flatnonzero(~own)[::20]):
        said = words(choose(app, request, drug=sent(app)[0]["drug"], point=int(at)).caption)
        assert ("Clicked" in said) == own[at]


def test_the_lasso_lists_its_signatures(stocked: Library) -> None:
    request = charted(stocked.cache)
    app = choose(opened(request), request, lasso=" ".join(["0", *["1"] * 163]))
    assert "164 signatures of 69 drugs in the lasso" in words(app.header)
    table = app.dataframe[0].value
    assert len(table) == 164
    assert set(table["Data"]) == {"SIMULATED"}
    app = choose(app, request)
    assert not app.header


def test_other_perturbagens_lead_to_their_genes(stocked: Library) -> None:
    data = build_perturbed(stocked.cache.compendium("perturbed"), name="perturbed", simulated=True)
    request = charted(stocked.cache, "perturbed", perturbagens=("trt_cp", "trt_sh.cgs"))
    app = opened(request, drug="tp53 knock-down")
    assert "Gene: [TP53](gene?gene=TP53&compendium=perturbed)" in words(app.markdown)
    assert not {"Use as positive set", "PubChem"} & set(labels(app))
    n = data.n_signatures + 12
    app = choose(app, request, lasso=" ".join(["0", *["1"] * (n - 1)]))
    assert f"{n} signatures of {data.n_drugs + 2} perturbagens in the lasso" in words(app.header)
    table = app.dataframe[0].value
    by_kind = table.drop_duplicates("drug").groupby("pert_type")["about"]
    assert by_kind.get_group("knock-down").str.startswith("gene?gene=").all()
    assert by_kind.get_group("compound").str.startswith("compound?compound=").all()
    assert "knock-down" in app.multiselect(key="map-only-MOA").options
    press(app, "Use as positive set")
    assert "knock-down" not in app.session_state["pasted"]


def test_the_lasso_and_its_drugs_become_a_positive_set(stocked: Library) -> None:
    request = charted(stocked.cache)
    app = choose(opened(request), request, lasso="3 1 1")
    chosen = sorted(set(app.dataframe[0].value["drug"]))
    app = press(app, "Use as positive set")
    app = app.switch_page("pages/drug_prediction.py").run()
    assert f"**{len(chosen)} found**, 0 unknown" in words(app)


def test_the_same_drug_chosen_and_in_the_lasso(stocked: Library) -> None:
    request = charted(stocked.cache, "measured", cells=["MCF7"])
    app = opened(request, drug="hdac1")
    drug = sent(app)[0]["drug"]
    for at in range(82):
        app = choose(app, request, drug=drug, lasso=np.base_repr(at, 36).lower())
        assert not app.exception
        if "1 signature of 1 drug in" in words(app) and len(app.dataframe) == 2:
            assert labels(app).count("Use as positive set") == 2
            return
    raise AssertionError("no lasso was shown")


def test_the_download_has_scores_and_says_where_it_comes_from(stocked: Library) -> None:
    from gpar_core.analyses import result as analysis
    from gpar_core.analyses.training.result import load
    from gpar_core.export import csv_text, with_analysis
    from pages._map.chosen import signatures

    request = charted(stocked.cache)
    data = compendia.load(stocked.cache.compendium("demo"))
    model = load(stocked.cache.existing_model(job_id(stocked.simulated)))
    table = signatures(data, np.array([7, 3]), model)
    done = analysis.load(stocked.cache.analysis(job_id(request)))
    rows = list(csv.DictReader(csv_text(with_analysis(table, done)).splitlines()))
    assert [row["sig_id"] for row in rows] == data.signatures["sig_id"].iloc[[3, 7]].tolist()
    assert [float(row["score"]) for row in rows] == pytest.approx(model.scores[[3, 7]], rel=1e-4)
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {row["model_id"] for row in rows} == {job_id(stocked.simulated)}


def test_a_map_of_a_compendium_that_changed_is_refused(stocked: Library) -> None:
    request = charted(stocked.cache)
    build(stocked.cache.compendium("demo"), DRUGS, seed=7, name="demo", simulated=True)
    app = opened(request)
    assert "has changed since this map was built" in words(app.error)
    assert not sent(app)


def test_a_model_page_leads_to_the_newest_map_with_its_drugs(stocked: Library) -> None:
    app = page("models", model=job_id(stocked.simulated), tab="Map")
    app = press(app, "Show on a map of the compendium")
    assert "job" not in app.query_params
    assert app.query_params["model"] == job_id(stocked.simulated)
    request = charted(stocked.cache)
    app = press(
        page("models", model=job_id(stocked.simulated), tab="Map"),
        "Show on a map of the compendium",
    )
    assert app.query_params["job"] == job_id(request)


def test_a_model_page_shows_its_drugs_among_all_signatures(stocked: Library) -> None:
    model_id = job_id(stocked.simulated)
    app = page("models", model=model_id, tab="Map")
    app.segmented_control(key=f"maps-{model_id}").set_value(AMONG_ALL).run()
    assert not sent(app)
    charted(stocked.cache, method="fwd", model=page_summary(stocked))
    charted(stocked.cache, method="umap")
    assert not sent(app.run())
    app = press(app, "Build graph")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, MapRequest)
    assert (job.request.method, job.request.cells, job.request.model) == ("fwd", (), "")
    assert (app.query_params["job"], app.query_params["model"]) == (job.id, model_id)
    charted(stocked.cache, method="fwd")
    app = page("models", model=model_id, tab="Map")
    app.segmented_control(key=f"maps-{model_id}").set_value(AMONG_ALL).run()
    (map_,) = sent(app)
    assert [group["color"] for group in map_["groups"]] == ["yellow", "red"]
    assert "nearest neighbors of a signature" in words(app.caption)
    app.session_state[f"map-{job.id}"] = {"chosen": {"drug": 3, "point": None, "lasso": "0 1"}}
    assert "2 signatures of" in words(app.run().header)


def test_a_graph_of_a_compendium_that_changed_is_not_laid_out(stocked: Library) -> None:
    model_id = job_id(stocked.simulated)
    build(stocked.cache.compendium("demo"), DRUGS, seed=7, name="demo", simulated=True)
    app = page("models", model=model_id, tab="Map")
    app.segmented_control(key=f"maps-{model_id}").set_value(AMONG_ALL).run()
    assert "has changed since this model was trained" in words(press(app, "Build graph").error)


def test_names_that_are_markup_are_shown_as_they_stand(stocked: Library) -> None:
    request = charted(stocked.cache, "evil", cells=[EVIL[2]])
    app = opened(request, drug=EVIL[0])
    app = choose(app, request, drug=sent(app)[0]["drug"], lasso="0 1 1 1")
    assert not app.exception
    shown = "\n".join(each.value for each in (*app.markdown, *app.caption, *app.header))
    assert plain(EVIL[0]) in shown
    for name in EVIL:
        assert name not in shown
