"""A library of models, MOA prediction and uploads in a real browser, with real processes."""

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from gpar_core import fields
from gpar_core.data import compendium, demo
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import MANIFEST, Cache
from tests.data.uploads import text_of
from tests.geo_files import LANDMARKS, write_gctx
from tests.pages.browser import (
    Server,
    browsing,
    choose,
    choose_of_several,
    press_until,
    serving,
    settled,
)
from tests.pages.test_journey import main, sidebar
from tests.processes import frozen
from tests.waiting import until

HSP, GYRASE, BROMODOMAIN, PROTEASOME = MOAS = (
    "HSP inhibitor", "bacterial DNA gyrase inhibitor", "bromodomain inhibitor",
    "proteasome inhibitor",
)  # fmt: skip
"""One with a drug that does not belong, one without an effect, two with a strong effect."""

UPLOADED = ("MG-132", "bortezomib", "epoxomicin")
OTHERS = {"carfilzomib", "delanzomib", "ixazomib", "oprozomib"}
"""The drugs of the proteasome inhibitors: those uploaded, and those to be found by them."""

KINDS = {"mine.csv": "CSV, genes in columns", "mine.gctx": "GCTX, genes in rows"}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    """A cache with the demo; the tests add to it."""
    cache = Cache(tmp_path_factory.mktemp("journey").resolve())
    folder = cache.compendium(demo.NAME)
    folder.mkdir(parents=True)
    demo.build(folder)
    return cache


@pytest.fixture(scope="module")
def server(stock: Cache) -> Iterator[Server]:
    with serving(stock) as server:
        yield server


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Of one browser, which loads the dashboard once for all tests."""
    with browsing() as (page, outside):
        yield page
        assert outside == []


@pytest.fixture(scope="module")
def built(stock: Cache, server: Server) -> Cache:
    """The stock with its library; what the first test has trained of it is there already."""
    command = [sys.executable, "-m", "gpar_core", "--cache", str(stock.root), "library", "build"]
    subprocess.run([*command, "--compendium", demo.NAME, "--moas", *MOAS], check=True)
    return stock


@pytest.fixture
def profiles(stock: Cache, tmp_path: Path) -> dict[str, Path]:
    """By name, a text and a binary file with the same two signatures of each drug."""
    data = compendium.load(stock.compendium(demo.NAME))
    drugs = data.signatures[fields.PERT_INAME]
    rows = [row for drug in UPLOADED for row in np.flatnonzero(drugs == drug)[:2]]
    values, names = np.asarray(data.matrix[rows]), list(drugs.iloc[rows])
    files = {name: tmp_path / name for name in KINDS}
    files["mine.csv"].write_text(text_of(values, names, genes_in="columns"))
    write_gctx(files["mine.gctx"], values, sig_ids=names, genes=LANDMARKS)
    return files


def test_a_library_is_built_cancelled_and_finished(
    stock: Cache, server: Server, page: Page
) -> None:
    choose_moas(page, server)
    trained = cancel_under_way(page, stock)
    finish(page, stock, trained)
    order = read_the_library(page)
    open_a_model(page, order.index(BROMODOMAIN))


def test_a_compound_is_asked_for_its_moas(built: Cache, server: Server, page: Page) -> None:
    ask_for_geldanamycin(page, server)
    see_who_scored_it(page)


def test_profiles_as_text_and_as_hdf5_are_uploaded(
    built: Cache, server: Server, page: Page, profiles: dict[str, Path]
) -> None:
    predictions = {predict(page, server, profiles[name], kind) for name, kind in KINDS.items()}
    assert len(predictions) == 1
    read_them_together(page)
    upload_what_is_no_profile(page, server, profiles["mine.csv"])
    come_back_to(page, predictions.pop())


def test_uploaded_profiles_are_a_positive_set(
    built: Cache, server: Server, page: Page, profiles: dict[str, Path]
) -> None:
    train_on(page, server, profiles["mine.csv"])
    find_the_others(page)


def test_a_model_of_the_library_is_judged(built: Cache, server: Server, page: Page) -> None:
    see_its_reliability(page, server, model_of(page, server, HSP))
    look_for_strangers(page)


def choose_moas(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/library")
    expect(main(page)).to_contain_text("This compendium has no library yet")
    for moa in MOAS:
        choose_of_several(page, "MOAs", moa)
    page.keyboard.press("Escape")
    expect(main(page)).to_contain_text("4 models to train; 0 already trained")


def cancel_under_way(page: Page, stock: Cache) -> dict[str, int]:
    """Returns the models that were done by then, and when."""
    page.get_by_role("button", name="Build library").click()
    expect(main(page)).to_contain_text("Finished models are kept even if you cancel")
    # Looked for on disk: all four are built while a page is drawn a few times.
    until(lambda: 0 < len(models_of(stock)) < len(MOAS))
    with frozen(stock):
        expect(main(page)).to_contain_text(re.compile(r"[0-3] of 4 MOAs trained"))
        expect(main(page)).to_contain_text(re.compile(r"inhibitor: (mean AUROC|[a-z])"))
        expect(cell(page, 0, 0)).to_have_text(re.compile("|".join((HSP, GYRASE))))
        press_until(
            page.get_by_role("button", name="Cancel", exact=True),
            lambda: JobStore(stock).active_jobs()[0].cancel_requested,
        )
    expect(main(page)).to_contain_text("was canceled")
    trained = models_of(stock)
    assert 0 < len(trained) < len(MOAS)
    return trained


def finish(page: Page, stock: Cache, trained: dict[str, int]) -> None:
    missing = len(MOAS) - len(trained)
    page.get_by_role("button", name="Back to the library").click()
    expect(main(page)).to_contain_text(f"{missing} of 4 MOAs are not trained yet")
    expect(main(page).locator("td", has_text="not trained yet")).to_have_count(missing)
    page.get_by_role("button", name=f"Train missing models ({missing})").click()
    expect(main(page)).to_contain_text(f"{len(trained)} of 4 MOAs trained")
    expect(main(page)).to_contain_text("uses the models of 3 of 4 MOAs")
    now = models_of(stock)
    assert len(now) == len(MOAS)
    assert trained.items() <= now.items()


def read_the_library(page: Page) -> list[str]:
    """Returns the MOAs in the order of the table, the best first."""
    name, rows = downloaded(page, "Download library")
    assert name == "gpar-library-demo-SIMULATED.csv"
    assert [row["moa"] for row in rows] == list(MOAS)
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert [float(row["mean_auroc"]) >= 0.6 for row in rows] == [True, False, True, True]
    assert all(len(row["model_id"]) == 20 for row in rows)
    best_first = sorted(rows, key=lambda row: -float(row["mean_auroc"]))
    order = [str(row["moa"]) for row in best_first]
    for row, moa in enumerate(order):
        verdicts = ("no better than chance", "uncertain") if moa == GYRASE else ("well trained",)
        expect(cell(page, row, 1)).to_have_text(moa)
        expect(cell(page, row, 2)).to_have_text(re.compile("|".join(verdicts)))
    return order


def open_a_model(page: Page, row: int) -> None:
    click_row(page, row)
    expect(main(page).get_by_role("heading", name=BROMODOMAIN)).to_be_visible()
    expect(main(page)).to_contain_text("Well trained")
    page.wait_for_url(re.compile("models.*model="))


def ask_for_geldanamycin(page: Page, server: Server) -> None:
    page.goto(server.address)
    sidebar(page).get_by_role("link", name="MOA prediction").click()
    expect(main(page)).to_contain_text("3 of the 4 MOAs")
    annotated = main(page).get_by_text(f"Annotated MOA: {HSP} (rank 1 of 3)")
    choose(page, "Compound", "geldanamycin", annotated)
    page.wait_for_url(re.compile("compound=geldanamycin"))
    expect(cell(page, 0, 2)).to_have_text(HSP)


def see_who_scored_it(page: Page) -> None:
    name, rows = downloaded(page, "Download all MOAs")
    assert name == "gpar-moas-geldanamycin-SIMULATED.csv"
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {row["moa"]: row["scored_by"] for row in rows} == {
        HSP: "held-out fold", BROMODOMAIN: "held-out fold", PROTEASOME: "held-out fold",
    }  # fmt: skip
    assert rows[0]["moa"] == HSP


def predict(page: Page, server: Server, file: Path, kind: str) -> str:
    """Returns the address of what the models say."""
    page.goto(f"{server.address}/moa_prediction")
    page.get_by_role("radio", name="Your own profiles").click()
    attach(page, file)
    expect(main(page)).to_contain_text(kind)
    expect(main(page).get_by_test_id("stMetricValue")).to_have_text(["6", "978", "z-scores"])
    page.get_by_role("button", name="Predict MOAs").click()
    expect(main(page).get_by_role("heading", name="mine")).to_be_visible()
    expect(cell(page, 0, 2)).to_have_text(PROTEASOME)
    return page.url


def read_them_together(page: Page) -> None:
    page.get_by_role("combobox", name="Profile").click()
    page.get_by_role("option", name="All profiles as replicates").click()
    expect(main(page)).to_contain_text("3 models scored 6 signatures")
    expect(cell(page, 0, 2)).to_have_text(PROTEASOME)
    _, rows = downloaded(page, "Download all MOAs of each profile")
    assert len(rows) == 9
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert [row["moa"] for row in rows[::3]] == [PROTEASOME] * 3


def upload_what_is_no_profile(page: Page, server: Server, good: Path) -> None:
    page.get_by_role("button", name="New prediction").click()
    page.get_by_role("radio", name="Your own profiles").click()
    attach(page, payload("plot.csv", PNG))
    expect(alert(page)).to_contain_text("'plot.csv' cannot be used: it is an image (PNG).")
    counts = np.random.default_rng(0).poisson(300, (3, fields.N_LANDMARKS)).astype(np.float32)
    attach(page, payload("counts.csv", text_of(counts).encode()))
    expect(main(page).get_by_test_id("stMetricValue")).to_have_text(["3", "978", "counts"])
    expect(alert(page)).to_contain_text("The values look like counts, not z-scores")
    page.get_by_text("Compute z-scores across these profiles").click()
    expect(alert(page)).to_contain_text("The file holds 3 profiles; at least 6 are needed")
    expect(page.get_by_role("button", name="Predict MOAs")).to_have_count(0)
    attach(page, good)
    expect(main(page).get_by_test_id("stMetricValue")).to_have_text(["6", "978", "z-scores"])
    expect(alert(page)).to_have_count(0)


def come_back_to(page: Page, prediction: str) -> None:
    page.goto(prediction)
    expect(main(page).get_by_role("heading", name="mine")).to_be_visible()
    expect(cell(page, 0, 2)).to_have_text(PROTEASOME)


def train_on(page: Page, server: Server, file: Path) -> None:
    page.goto(f"{server.address}/drug_prediction")
    page.get_by_role("radio", name="Upload").click()
    attach(page, file)
    expect(main(page)).to_contain_text("6 uploaded profiles")
    expect(main(page)).to_contain_text("3-fold cross-validation by drug")
    page.get_by_role("button", name="Start training").click()
    expect(main(page)).to_contain_text("Mean AUROC so far")


def find_the_others(page: Page) -> None:
    expect(main(page).get_by_role("heading", name="mine")).to_be_visible()
    expect(main(page)).to_contain_text("Well trained")
    expect(main(page)).to_contain_text("compounds pass")
    name, rows = downloaded(page, "Download ranked list")
    assert name == "gpar-ranking-mine-SIMULATED.csv"
    assert {row["data"] for row in rows} == {"SIMULATED"}
    assert {row["pert_iname"] for row in rows[:10]} >= OTHERS


def model_of(page: Page, server: Server, moa: str) -> str:
    page.goto(f"{server.address}/library")
    expect(main(page)).to_contain_text("uses the models of 3 of 4 MOAs")
    _, rows = downloaded(page, "Download library")
    return next(row["model_id"] for row in rows if row["moa"] == moa)


def see_its_reliability(page: Page, server: Server, model: str) -> None:
    page.goto(f"{server.address}/models?model={model}")
    page.get_by_role("tab", name="Quality").click()
    charts = main(page).get_by_role("tabpanel", name="Quality").get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(3)
    page.get_by_text("Reliability", exact=True).click()
    expect(main(page)).to_contain_text("On the dashed line the two are equal")
    expect(charts).to_have_count(4)
    expect(charts.last.locator("canvas, svg").first).to_be_visible()


def look_for_strangers(page: Page) -> None:
    page.get_by_role("tab", name="Training drugs").click()
    expect(main(page)).to_contain_text("This takes 145 rounds of learning")
    page.get_by_role("button", name="Find outlier drugs").click()
    expect(main(page)).to_contain_text("Outlier drugs of HSP inhibitor")
    expect(sidebar(page).get_by_role("link", name="Outlier drugs")).to_be_visible()
    expect(main(page).get_by_role("progressbar")).to_be_visible()
    stopped = page.get_by_role("button", name="Try again")
    press_until(page.get_by_role("button", name="Cancel", exact=True), stopped.is_visible)
    expect(main(page)).to_contain_text("was canceled")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def attach(page: Page, file: Path | FilePayload) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def alert(page: Page) -> Locator:
    """An error on the page; the note on simulated data is none."""
    return main(page).get_by_test_id("stAlertContentError")


def cell(page: Page, row: int, column: int) -> Locator:
    """Of the first table, counted from 0; where rows can be ticked, column 0 holds the tick."""
    return main(page).get_by_test_id(f"glide-cell-{column}-{row}").first


def click_row(page: Page, row: int) -> None:
    # The table is an image; its rows, of 35 points each, begin below a header of the same height.
    table = main(page).get_by_test_id("stDataFrame").first
    table.click(position={"x": 15, "y": 52 + 35 * row})


def downloaded(page: Page, menu: str) -> tuple[str, list[dict[str, str]]]:
    """Name and rows of a CSV. By keyboard: a click misses where a table above is still growing."""
    settled(page)
    page.get_by_role("button", name=menu, exact=True).press("Enter")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV", exact=True).press("Enter")
    page.keyboard.press("Escape")
    text = Path(waiting.value.path()).read_text("utf-8")
    return waiting.value.suggested_filename, list(csv.DictReader(text.splitlines()))


def models_of(cache: Cache) -> dict[str, int]:
    """When each model was written."""
    ids = cache.model_ids()
    return {model: (cache.model(model) / MANIFEST).stat().st_mtime_ns for model in ids}
