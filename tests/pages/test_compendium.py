"""The compendium page: imports, what is inside, deletion, and what cannot be read."""

import json
import math
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.importing.run import run_import
from gpar_core.data.requests import DemoRequest
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.cache import MANIFEST, remove
from pages._shared.error_box import plain
from tests.geo_files import release, write_release
from tests.import_requests import import_request
from tests.pages.conftest import Library
from tests.pages.stage import ended, page, press, running, words
from tests.perturbagens import mixed_release
from tests.synthetic import build, drugs_of

REQUEST = import_request("measured")


Uploads = dict[str, tuple[str, bytes, str]]
"""Name, content and type of the files of one import, by the key of their field."""


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    (files,) = write_release(release(replicates=1), tmp_path / "geo").series
    paths = {"matrix": files.matrix, "sig_info": files.sig_info, "gene_info": files.gene_info}
    return {kind: (path.name, path.read_bytes(), "") for kind, path in paths.items()}


def import_button(app: AppTest) -> Button:
    return next(button for button in app.button if button.label == "Import")


def upload(app: AppTest, files: Uploads, name: str) -> AppTest:
    app.text_input(key="import-name").set_value(name)
    for kind, file in files.items():
        app.file_uploader(key=f"upload-{kind}").set_value(file)
    return app.run()


def test_the_demo_shows_what_is_inside(stocked: Library) -> None:
    app = page("compendium")
    assert "Simulated data" in words(app.warning)
    moas, compounds = (frame.value for frame in app.dataframe)
    assert moas["moa"].tolist() == ["HDAC inhibitor", "MTOR inhibitor"]
    assert len(compounds) == 69
    assert len(app.get("vega_lite_chart")) == 2
    assert "Perturbagens" not in words(app.header)
    report = page("compendium", tab="Import report")
    assert "was not imported from files" in words(report)


def test_perturbagens_of_every_kind_are_counted_and_filtered(
    stocked: Library, tmp_path: Path
) -> None:
    files = write_release(mixed_release(), tmp_path / "files")
    request = plan_import(stocked.cache, files, name="mixed", pert_types=["all"])
    run_import(request, stocked.cache, silent)
    app = page("compendium", compendium="mixed")
    kinds = app.dataframe[0].value
    assert kinds["pert_type"].tolist() == [
        "Compounds", "Ligands", "Over-expressions", "Knock-downs", "Knock-outs",
    ]  # fmt: skip
    assert kinds["n_signatures"].tolist() == [8, 4, 4, 4, 4]
    assert kinds["n_perturbagens"].tolist() == [2, 1, 1, 1, 1]
    app = page("compendium", compendium="mixed", tab="Filter")
    app.number_input(key="choose-low").set_value(20.0).run()
    assert plain("0 of 4 signatures of ligands, 4 of 4 signatures of over") in words(app)


def test_without_known_activity_the_page_says_so_in_place_of_a_chart(stocked: Library) -> None:
    build(stocked.cache.compendium("unknown"), drugs_of("HDAC inhibitor", 3, tas=math.nan))
    app = page("compendium", compendium="unknown")
    assert "no compound counts as inactive" in words(app)
    assert len(app.get("vega_lite_chart")) == 1


def test_an_import_shows_what_it_found(stocked: Library) -> None:
    app = page("compendium", compendium="measured", tab="Import report")
    assert "**7** signatures of controls were left out." in words(app)
    assert "**60** compounds have no MOA." in words(app)
    assert "dark0" in words(app)
    assert not app.warning


def test_an_empty_form_says_what_is_needed(stocked: Library) -> None:
    app = page("compendium", tab="Import")
    assert "Still needed: a name; Level 5 matrix" in words(app)
    assert import_button(app).disabled


def test_a_form_that_lacks_one_file_names_it(stocked: Library, uploads: Uploads) -> None:
    del uploads["matrix"]
    app = upload(page("compendium", tab="Import"), uploads, "mine")
    assert "Still needed: Level 5 matrix" in words(app)
    assert import_button(app).disabled


def test_a_matrix_without_tables_may_describe_itself(stocked: Library, uploads: Uploads) -> None:
    only = {"matrix": uploads["matrix"]}
    app = upload(page("compendium", tab="Import"), only, "GSE92742")
    assert "Without sig_info, the matrix itself must describe its signatures" in words(app)
    assert "Names are saved in lower case: **gse92742**" in words(app)
    press(app, "Import")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert (job.request.name, job.request.sig_info, job.request.gene_info) == (
        "gse92742",
        ("",),
        ("",),
    )


def test_a_complete_form_queues_the_import_of_its_files(stocked: Library, uploads: Uploads) -> None:
    app = upload(page("compendium", tab="Import"), uploads, "mine")
    assert "Still needed" not in words(app)
    kinds = app.multiselect(key="import-pert-types")
    assert kinds.value == ["trt_cp"]
    assert "Still needed: perturbagens" in words(kinds.set_value([]).run())
    app.multiselect(key="import-pert-types").set_value(["trt_xpr", "trt_cp"]).run()
    press(app, "Import")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert isinstance(job.request, ImportRequest)
    assert job.request.pert_types == ("trt_cp", "trt_xpr")
    assert job.request.name == "mine"
    for kind, path in (("matrix", job.request.gctx[0]), ("sig_info", job.request.sig_info[0])):
        assert path.startswith(str(stocked.cache.uploads))
        assert Path(path).read_bytes() == uploads[kind][1]
    assert app.query_params["job"] == job.id
    assert "number 1 in the queue" in words(app)


def test_series_are_added_to_those_of_a_compendium(
    stocked: Library, uploads: Uploads, tmp_path: Path
) -> None:
    assert not [
        each for each in page("compendium", tab="Import").selectbox if each.key == "import-add-to"
    ]
    first = plan_import(stocked.cache, write_release(release(), tmp_path / "first"), name="first")
    run_import(first, stocked.cache, silent)
    app = upload(page("compendium", tab="Import"), uploads, "both")
    choice = app.selectbox(key="import-add-to")
    assert choice.options == ["first"]
    assert app.checkbox(key="import-compact")
    press(choice.set_value("first").run(), "Import")
    assert "Give each series a different name" in words(app.error)
    _, content, kind = uploads["matrix"]
    uploads["matrix"] = ("GSE70138.gctx", content, kind)
    press(upload(app, uploads, "both"), "Import")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert (job.request.add_to, job.request.series) == ("first", ("GSE70138",))
    assert not [each for each in app.checkbox if each.key == "import-compact"]


@pytest.mark.parametrize("name", ["My Data", "../mine", "-"])
def test_a_name_that_is_no_folder_name_is_refused(
    stocked: Library, uploads: Uploads, name: str
) -> None:
    app = press(upload(page("compendium", tab="Import"), uploads, name), "Import")
    assert "is not a valid name for a compendium" in words(app.error)
    assert not JobStore(stocked.cache).active_jobs()


def test_a_name_that_is_taken_is_refused_until_replacing_is_wanted(
    stocked: Library, uploads: Uploads
) -> None:
    app = press(upload(page("compendium", tab="Import"), uploads, "measured"), "Import")
    assert "There is already a compendium 'measured'" in words(app.error)
    app.checkbox(key="import-replace").check().run()
    press(app, "Import")
    assert JobStore(stocked.cache).active_jobs()[0].request.replace


def test_a_file_name_that_leads_elsewhere_stays_in_its_folder(
    stocked: Library, uploads: Uploads
) -> None:
    _, content, kind = uploads["matrix"]
    uploads["matrix"] = ("../../../evil name.gctx", content, kind)
    press(upload(page("compendium", tab="Import"), uploads, "mine"), "Import")
    path = Path(JobStore(stocked.cache).active_jobs()[0].request.gctx[0])
    assert path.resolve().is_relative_to(stocked.cache.uploads)
    assert path.name.endswith("evil_name.gctx")


def test_large_files_come_from_the_inbox(stocked: Library) -> None:
    (files,) = write_release(release(replicates=1), stocked.cache.inbox).series
    app = page("compendium", tab="Import")
    app.segmented_control[0].set_value("From the server's inbox").run()
    app.text_input(key="import-name").set_value("mine")
    for kind in ("matrix", "sig_info", "gene_info"):
        app.selectbox(key=f"inbox-{kind}").set_value(getattr(files, kind).name)
    press(app.run(), "Import")
    request = JobStore(stocked.cache).active_jobs()[0].request
    assert isinstance(request, ImportRequest)
    assert request.gctx == (str(files.matrix),)


def test_a_running_import_shows_its_progress_and_a_way_back(stocked: Library) -> None:
    app = page("compendium", job=running(stocked.cache, REQUEST).id)
    assert "Import 'measured'" in words(app)
    assert app.progress[0].value == 40
    press(app, "Back to the compendium")
    assert "job" not in app.query_params
    assert "Mechanisms of action" in words(app)


def test_a_failed_import_says_why(stocked: Library) -> None:
    job = ended(stocked.cache, REQUEST, State.FAILED, "12 landmark genes are missing: AARS.")
    app = page("compendium", job=job.id)
    assert "12 landmark genes are missing: AARS." in words(app.error).replace("\\", "")
    press(app, "Try again")
    assert JobStore(stocked.cache).active_jobs()[0].attempt == 2


def test_a_finished_import_comes_into_use(stocked: Library) -> None:
    app = page("compendium", job=ended(stocked.cache, REQUEST, State.DONE).id)
    assert app.sidebar.selectbox(key="compendium").value == "measured"
    assert not app.warning
    assert "job" not in app.query_params


def test_the_finished_job_of_a_deleted_import_is_no_dead_end(stocked: Library) -> None:
    job = ended(stocked.cache, REQUEST, State.DONE)
    remove(stocked.cache.compendium("measured"))
    app = page("compendium", job=job.id)
    assert "There is no compendium 'measured' here" in words(app.error)
    press(app, "Use this compendium")
    assert "Mechanisms of action" in words(app)


def test_a_training_is_not_an_import(stocked: Library) -> None:
    app = page("compendium", job=ended(stocked.cache, stocked.simulated, State.DONE).id)
    assert "does not open an import" in words(app.error)


def test_an_unknown_job_is_an_error_with_a_way_back(stocked: Library) -> None:
    app = page("compendium", job="0123456789")
    assert "There is no job '0123456789'" in words(app.error)
    press(app, "Back to the compendium")
    assert "Mechanisms of action" in words(app)


def test_deleting_a_compendium_asks_first(stocked: Library) -> None:
    app = page("compendium", compendium="measured", tab="Delete")
    press(app, "Delete compendium")
    assert "Models trained on it are kept" in words(app)
    assert "measured" in stocked.cache.compendium_names()


def test_without_a_compendium_the_demo_is_being_built(stocked: Library) -> None:
    for name in stocked.cache.compendium_names():
        remove(stocked.cache.compendium(name))
    running(stocked.cache, DemoRequest())
    app = page("compendium")
    assert "Building the simulated demo compendium" in words(app)


def test_several_moa_tables_go_into_an_import_in_their_order(
    stocked: Library, uploads: Uploads
) -> None:
    app = upload(page("compendium", tab="Import"), uploads, "mine")
    tables = [("drugs.txt", b"pert_iname\tmoa\n", ""), ("own.tsv", b"pert_id\tmoa\n", "")]
    app.file_uploader(key="upload-moas").set_value(tables)
    press(app.run(), "Import")
    request = JobStore(stocked.cache).active_jobs()[0].request
    assert [Path(moa).name for moa in request.moas] == ["drugs.txt", "own.tsv"]
    assert [Path(moa).read_bytes() for moa in request.moas] == [table[1] for table in tables]


def test_another_series_has_its_own_matrix_and_sig_info(stocked: Library, uploads: Uploads) -> None:
    app = upload(press(page("compendium", tab="Import"), "Add another series"), uploads, "mine")
    assert "Still needed" not in words(app)  # a second series that is empty is none
    _, content, kind = uploads["matrix"]
    app.file_uploader(key="upload-matrix-2").set_value(("GSE70138.gctx", content, kind))
    assert "Without sig_info, the matrix itself" in words(app.run())
    app.file_uploader(key="upload-sig_info-2").set_value(uploads["sig_info"])
    press(app.run(), "Import")
    request = JobStore(stocked.cache).active_jobs()[0].request
    assert request.series == ("level5", "GSE70138")
    assert request.gene_info[0] == request.gene_info[1]
    assert request.sig_info[0] != request.sig_info[1]


def test_series_and_moa_tables_come_from_the_inbox(stocked: Library) -> None:
    files = write_release(
        release(replicates=1).with_table("moa", pert_iname=["drug 1"], moa=["X"]),
        stocked.cache.inbox,
    )
    app = page("compendium", tab="Import")
    app.segmented_control[0].set_value("From the server's inbox").run()
    app.text_input(key="import-name").set_value("mine")
    for kind in ("matrix", "sig_info", "gene_info"):
        app.selectbox(key=f"inbox-{kind}").set_value(getattr(files.series[0], kind).name)
    app.multiselect(key="inbox-moas").set_value([files.moas[0].name])
    press(app.run(), "Import")
    request = JobStore(stocked.cache).active_jobs()[0].request
    assert request.moas == (str(files.moas[0]),)


def test_a_compendium_of_an_older_gpar_is_deleted_or_built_anew_without_a_terminal(
    stocked: Library,
) -> None:
    for name in ("measured", "demo"):
        file = stocked.cache.compendium(name) / MANIFEST
        file.write_text(json.dumps(json.loads(file.read_text()) | {"format_version": 1}))
    app = page("home", compendium="measured")
    assert "has format 1" in words(app.error)
    press(app, "Delete compendium")
    assert "measured" not in stocked.cache.compendium_names()
    app = press(page("compendium", compendium="demo"), "Rebuild demo")
    (job,) = JobStore(stocked.cache).active_jobs()
    assert job.request == DemoRequest()
