"""Real data on the compendium page: what there is, its fetch, what came and its import."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.analyses.run_job import run_job
from gpar_core.data import compendium as compendia
from gpar_core.data.fetching.plan import plan_fetch
from gpar_core.data.fetching.request import FetchRequest
from gpar_core.data.fetching.sources import SOURCES
from gpar_core.data.importing.request import ImportRequest
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from pages._shared.error_box import plain
from tests.http_files import Site
from tests.pages.conftest import Library
from tests.pages.stage import ended, labels, page, press, running, words
from tests.pools import Means
from tests.published import publish_geo


def fetched(stocked: Library, lincs_site: Site, *names: str, **choice: object) -> None:
    for name in names:
        run_job(plan_fetch(name, base_url=lincs_site.url, **choice), stocked.cache, silent, Means())


def only_job(stocked: Library) -> object:
    (job,) = JobStore(stocked.cache).active_jobs()
    return job.request


def choose(app: AppTest, name: str) -> AppTest:
    return app.radio(key="fetch-source").set_value(name).run()


def test_the_starter_is_offered_first_with_its_size(stocked: Library) -> None:
    app = page("compendium", tab="Download data")
    radio = app.radio(key="fetch-source")
    assert radio.value == "starter"
    assert radio.options == [source.title for source in SOURCES.values()]
    assert "473 MB of tables to download" in words(app)
    assert plain("Free disk space: ") in words(app)
    app = choose(app, "gse92742")
    assert "21 GB to download; 23 GB on disk, 45 GB during unpacking" in words(app)
    app.multiselect(key="fetch-pert-types").set_value([]).run()
    assert "Choose perturbagens" in words(app)
    assert "fetch-cells" not in [field.key for field in choose(app, "repurposing-hub").text_input]


def test_a_fetch_is_queued_with_its_cell_lines_from_the_mirror(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPAR_MIRROR", "https://mirror.example/lincs")
    app = choose(page("compendium", tab="Download data"), "lincs2020")
    app.text_input(key="fetch-cells").set_value(" PC3,MCF7, ").run()
    app.multiselect(key="fetch-pert-types").set_value(["trt_xpr", "trt_cp"]).run()
    assert plain("2 matrices (42 GB in all)") in words(app)
    app = press(app, "Download")
    expected = FetchRequest(
        "lincs2020",
        "https://mirror.example/lincs/",
        ("MCF7", "PC3"),
        pert_types=("trt_cp", "trt_xpr"),
    )
    assert only_job(stocked) == expected
    assert "number 1 in the queue" in words(app)


def test_a_fetch_under_way_is_paused_not_cancelled(stocked: Library) -> None:
    request = plan_fetch("lincs2020", cells=["MCF7"])
    job = running(stocked.cache, request)
    app = page("compendium", job=job.id)
    assert "Pause" in labels(app)
    assert "Cancel" not in labels(app)
    other = ended(stocked.cache, plan_fetch("gse70138"), State.CANCELLED)
    app = page("compendium", job=other.id)
    assert "is paused. Downloaded data are kept." in words(app)
    press(app, "Resume")
    assert plan_fetch("gse70138") in [job.request for job in JobStore(stocked.cache).active_jobs()]


def test_what_came_is_imported_with_the_moas_of_the_hub(stocked: Library, lincs_site: Site) -> None:
    fetched(stocked, lincs_site, "starter", "repurposing-hub", cells=())
    app = page("compendium", tab="Download data")
    said = words(app)
    assert "**Starter of LINCS 2020** is downloaded" in said
    assert "Its tables are used for every import of downloaded data" in said
    app.text_input(key="fetched-name-starter").set_value("mine").run()
    app.button(key="fetched-import-starter").click().run()
    request = only_job(stocked)
    assert isinstance(request, ImportRequest)
    assert (request.name, request.series) == ("mine", ("LINCS2020",))
    assert [Path(table).name[:13] for table in request.moas] == [
        "compoundinfo_", "repurposing_d", "repurposing_s",
    ]  # fmt: skip
    run_job(request, stocked.cache, silent, Means())
    assert "mine" in stocked.cache.compendium_names()


def test_only_the_chosen_cell_lines_are_imported(stocked: Library, lincs_site: Site) -> None:
    fetched(stocked, lincs_site, "lincs2020", cells=["MCF7", "PC3"], pert_types=["all"])
    app = page("compendium", tab="Download data")
    assert plain("cell lines: MCF7, PC3 · compounds, ligands") in words(app)
    app.button(key="fetched-import-lincs2020").click().run()
    request = only_job(stocked)
    assert isinstance(request, ImportRequest)
    assert request.quality.cells == ("MCF7", "PC3")
    assert request.pert_types == tuple(fields.PERT_TYPES)


def test_two_sources_are_imported_into_one_compendium(
    stocked: Library, lincs_site: Site, tmp_path: Path
) -> None:
    publish_geo(tmp_path / "published")
    fetched(stocked, lincs_site, "gse70138")
    fetched(stocked, lincs_site, "lincs2020", cells=["MCF7"])
    app = page("compendium", tab="Download data")
    other = app.multiselect(key="fetched-together-gse70138")
    app = other.set_value([SOURCES["lincs2020"].title]).run()
    app.button(key="fetched-import-gse70138").click().run()
    request = only_job(stocked)
    assert isinstance(request, ImportRequest)
    assert request.series == ("GSE70138", "LINCS2020")
    assert request.quality.cells == ()
    run_job(request, stocked.cache, silent, Means())
    made = compendia.load(stocked.cache.compendium("gse70138"))
    assert set(made.signatures["series"]) == {"GSE70138", "LINCS2020"}


def test_a_finished_fetch_offers_its_import(stocked: Library, lincs_site: Site) -> None:
    request = plan_fetch("starter", base_url=lincs_site.url)
    run_job(request, stocked.cache, silent, Means())
    job = ended(stocked.cache, request, State.DONE)
    app = page("compendium", job=job.id)
    assert "**Starter of LINCS 2020** is downloaded" in words(app)
    assert "Import" in labels(app)


def test_files_are_deleted_but_not_while_they_are_fetched(
    stocked: Library, lincs_site: Site
) -> None:
    fetched(stocked, lincs_site, "repurposing-hub")
    folder = stocked.cache.source("repurposing-hub")
    app = page("compendium", tab="Download data")
    app.button(key="fetched-delete-repurposing-hub").click().run()
    assert not folder.exists()
    folder.mkdir(parents=True)
    (folder / "repurposing_drugs_20200324.txt.part").write_bytes(b"0" * 1234)
    app = choose(page("compendium", tab="Download data"), "repurposing-hub")
    assert "1.2 kB are already downloaded and will be reused" in words(app)
    assert {"Resume", "Delete downloaded files"} <= set(labels(app))
    running(stocked.cache, plan_fetch("repurposing-hub"))
    assert "Delete downloaded files" not in labels(
        choose(page("compendium", tab="Download data"), "repurposing-hub")
    )
