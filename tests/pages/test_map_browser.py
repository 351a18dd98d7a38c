"""A map of 100,000 signatures in a real browser: every way to use it, and what it costs."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from benchmarks import large_map
from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.packing import pack
from gpar_core.data import compendium as compendia
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from pages._shared.point_map import published
from tests.pages.browser import browsing, serving, settled
from tests.waiting import until

N = 100_000
MAX_HIGHLIGHT_BYTES = 50_000
BY_CARD = """
const before = WebGL2RenderingContext.prototype.getExtension;
WebGL2RenderingContext.prototype.getExtension = function (name) {
  return name === "WEBGL_debug_renderer_info" ? null : before.call(this, name);
};
"""
"""As on a computer with a graphics card: the browser does not tell that it emulates one."""

NO_WEBGL = """
const before = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : before.call(this, kind, ...more);
};
"""


class Screen:
    """The map as it is seen, beside what should be on it.

    signatures: of each point, in the order in which the browser has them. received: bytes that came
    over the websocket. fetched: addresses of points.
    """

    def __init__(self, page: Page, signatures: pd.DataFrame, address: str) -> None:
        self.page, self.signatures, self.address = page, signatures, address
        self.received = 0
        self.fetched: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._count))
        page.on("request", self._note)

    def open(self, **parameters: str) -> None:
        more = "".join(f"&{name}={value}" for name, value in parameters.items())
        self.page.goto(f"{self.address}{more}")
        expect(self.root).to_have_attribute("data-state", "drawn")

    def start(self) -> None:
        """The whole map with nothing chosen, without loading it again if it is there."""
        if not self.page.url.startswith(self.address):
            return self.open()
        self.ask("map.act('clear')")
        self.ask("map.act('fit')")
        self.settled()
        return None

    @property
    def root(self) -> Locator:
        return self.page.locator(".map")

    @property
    def status(self) -> Locator:
        return self.page.locator(".status")

    @property
    def view(self) -> str:
        """As the address has it."""
        return parse_qs(urlsplit(self.page.url).query)["view"][0]

    def ask(self, expression: str, value: object = None) -> object:
        """What an expression of `map` and `value` gives."""
        return self.root.evaluate(f"(root, value) => (map => {expression})(root.pointMap)", value)

    def pixel(self, i: int) -> tuple[float, float]:
        """Where a point is in the window."""
        left, top = self.ask("map.pixelOf(value)", i)
        box = self.page.locator(".stage").bounding_box()
        return box["x"] + 1 + left, box["y"] + 1 + top

    def settled(self) -> None:
        """Until the page's script has run."""
        self.page.wait_for_timeout(100)
        settled(self.page)

    def _count(self, frame: bytes | str) -> None:
        self.received += len(frame)

    def _note(self, request) -> None:  # type: ignore[no-untyped-def]
        if "/app/static/" in request.url:
            self.fetched.append(request.url)


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    cache = Cache(tmp_path_factory.mktemp("large"))
    request = large_map.build(cache, N)
    large_map.add_model(cache, N)
    data = compendia.load(cache.compendium(large_map.NAME))
    packed = pack(analysis.load(cache.analysis(job_id(request))).tables["points"], data)
    signatures = data.signatures.iloc[packed.rows].reset_index(drop=True)
    with serving(cache) as server, browsing() as (page, outside):
        address = f"{server.address}/map?job={job_id(request)}&compendium={large_map.NAME}"
        page.add_init_script(BY_CARD)
        yield Screen(page, signatures, address)
        assert outside == []
    (published.FOLDER / f"{packed.digest}{published.ENDING}").unlink(missing_ok=True)


def test_all_points_are_drawn_by_webgl(screen: Screen) -> None:
    screen.open()
    expect(screen.root).to_have_attribute("data-renderer", "webgl2")
    expect(screen.status).to_contain_text("100,000 signatures")
    expect(screen.page.locator(".badge")).to_be_visible()
    assert len(screen.fetched) == 1
    assert colors(screen.page.locator(".stage").screenshot()) > 20


def test_hovering_tells_what_a_point_is(screen: Screen) -> None:
    screen.start()
    lonely = screen.ask("[...map.points.x.keys()].reduce((a, b) => "
                        "map.points.x[a] <= map.points.x[b] ? a : b)")  # fmt: skip
    truth = screen.signatures.iloc[lonely]
    screen.page.mouse.move(*screen.pixel(lonely))
    tip = screen.page.locator(".tip")
    expect(tip).to_be_visible()
    name, where, _, tas = tip.inner_text().splitlines()
    assert name == truth[fields.PERT_INAME]
    dose = f"{truth[fields.DOSE]:g} µM"
    assert where == f"{truth[fields.CELL_ID]} · {dose} · {truth[fields.TIME]:g} h"
    assert float(tas.removeprefix("TAS ")) == pytest.approx(truth[fields.TAS], abs=0.01)
    screen.page.mouse.move(*(at + 60 for at in screen.pixel(lonely)))


def test_a_click_shows_the_drug_and_puts_it_into_the_address(screen: Screen) -> None:
    screen.start()
    point = screen.ask("[...map.points.y.keys()].reduce((a, b) => "
                       "map.points.y[a] >= map.points.y[b] ? a : b)")  # fmt: skip
    truth = screen.signatures.iloc[point]
    screen.page.mouse.click(*screen.pixel(point))
    expect(screen.page.get_by_role("heading", name=truth[fields.PERT_INAME])).to_be_visible()
    expect(screen.page.get_by_text(f"({truth[fields.SIG_ID]})")).to_be_visible()
    n = int((screen.signatures[fields.DRUG] == truth[fields.DRUG]).sum())
    expect(screen.status).to_have_text(f"{truth[fields.PERT_INAME]}: {n} signatures, ringed")
    screen.settled()
    assert parse_qs(urlsplit(screen.page.url).query)["drug"] == [truth[fields.DRUG]]


def test_the_lasso_takes_the_points_inside_it(screen: Screen) -> None:
    screen.start()
    box = screen.page.locator(".stage").bounding_box()
    mouse = screen.page.mouse
    corners = [(0.3, 0.3), (0.6, 0.25), (0.5, 0.45), (0.65, 0.6), (0.35, 0.55)]
    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    screen.page.keyboard.down("Shift")
    mouse.move(*corners[0])
    mouse.down()
    for corner in corners[1:]:
        mouse.move(*corner, steps=3)
    mouse.up()
    screen.page.keyboard.up("Shift")
    polygon = np.array(screen.ask("map.polygon"))
    xy = np.array(screen.ask("[[...map.points.x], [...map.points.y]]")).T / 65535
    inside = by_winding(polygon, xy)
    drugs = screen.signatures.loc[inside, fields.DRUG].nunique()
    assert 1000 < inside.sum() < N / 2
    expect(screen.status).to_contain_text(f"{inside.sum():,} signatures inside the lasso")
    heading = f"{inside.sum():,} signatures of {drugs:,} drugs in the lasso"
    expect(screen.page.get_by_role("heading", name=heading)).to_be_visible()


def test_search_flies_to_the_drug(screen: Screen) -> None:
    screen.start()
    box = screen.page.get_by_label("Find a drug")
    box.fill("drug-77")
    found = screen.page.get_by_role("option")
    expect(found.first).to_contain_text("Drug-77")
    expect(found).to_have_count(8)
    box.fill("drug-777")
    box.press("Enter")
    expect(screen.page.get_by_role("heading", name="Drug-777")).to_be_visible()
    screen.page.wait_for_function("document.location.search.includes('view=')")
    members = np.flatnonzero(screen.signatures[fields.DRUG] == "drug-777")
    assert sorted(screen.ask("map.members")) == members.tolist()
    assert set(members) <= set(screen.ask("map.visible()"))
    assert screen.ask("map.camera.zoom") > 1
    box.fill("no such drug")
    expect(screen.page.get_by_text("Not on this map")).to_be_visible()
    # Whole, and the beginning of no other: it is found without Enter.
    box.fill("DRUG-778")
    expect(screen.page.get_by_role("heading", name="Drug-778")).to_be_visible()


def test_a_name_entered_before_the_points_are_there_is_found_then(screen: Screen) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    screen.page.route("**/app/static/**", hold)
    with screen.page.expect_request("**/app/static/**"):
        screen.page.goto(screen.address)
    box = screen.page.get_by_label("Find a drug")
    box.fill("drug-779")
    box.press("Enter")
    expect(screen.status).to_contain_text("Loading")
    for route in held:
        route.continue_()
    screen.page.unroute("**/app/static/**")
    expect(screen.page.get_by_role("heading", name="Drug-779")).to_be_visible()


def test_a_highlight_is_small_and_points_are_not_sent_again(screen: Screen) -> None:
    screen.open()
    screen.settled()
    n_fetched = len(screen.fetched)
    screen.received = 0
    screen.page.get_by_role("combobox", name="Drugs of a model").click()
    screen.page.get_by_role("option").first.click()
    expect(screen.page.locator(".legend")).to_contain_text("Training drugs")
    screen.settled()
    expected = screen.signatures[fields.DRUG].isin([f"drug-{number}" for number in range(40)])
    assert screen.ask("map.groups[1].members.length") == expected.sum()
    assert 500 < screen.received < MAX_HIGHLIGHT_BYTES
    assert len(screen.fetched) == n_fetched
    assert area_of_a_training_point(screen) > 1.2 * np.pi * (screen.ask("map.dots().size") / 2) ** 2
    screen.page.get_by_role("combobox", name="Color by").click()
    screen.page.get_by_role("option", name="Model score").click()
    expect(screen.page.locator(".legend")).to_contain_text("Model score")
    assert len(screen.fetched) == n_fetched


def test_zoom_move_and_keys_and_the_address_keeps_the_view(screen: Screen) -> None:
    screen.start()
    stage = screen.page.locator(".stage").bounding_box()
    at = (stage["x"] + 300, stage["y"] + 200)
    screen.page.mouse.move(*at)
    before = screen.ask("map.camera.placeOf(299, 199)")
    screen.page.mouse.wheel(0, -400)
    screen.page.wait_for_function("document.location.search.includes('view=')")
    assert screen.ask("map.camera.zoom") == pytest.approx(np.exp(0.64), rel=0.01)
    assert screen.ask("map.camera.placeOf(299, 199)") == pytest.approx(before, abs=1e-3)
    screen.page.mouse.down()
    screen.page.mouse.move(at[0] + 50, at[1] + 20, steps=3)
    screen.page.mouse.up()
    assert screen.ask("map.camera.placeOf(349, 219)") == pytest.approx(before, abs=2e-3)
    view = until(lambda: screen.view == screen.ask("map.camera.text") and screen.view)
    screen.open(view=view)
    assert screen.ask("map.camera.text") == view
    screen.page.locator(".stage").press("ArrowRight")
    screen.page.locator(".stage").press("0")
    screen.page.wait_for_function("!document.location.search.includes('view=')")
    assert screen.ask("map.camera.isFirst")
    assert screen.ask("map.camera.most([0.4, 0.6, 0.4, 0.6]).zoom") > 1.2
    assert screen.ask("map.camera.most(map.camera.bounds).zoom") == 1


def test_pictures_say_that_data_are_simulated(screen: Screen, tmp_path: Path) -> None:
    screen.start()
    saved = {}
    for kind in ("PNG", "SVG"):
        with screen.page.expect_download() as download:
            screen.page.get_by_role("button", name=kind).click()
        assert "SIMULATED" in download.value.suggested_filename
        download.value.save_as(tmp_path / kind)
        saved[kind] = (tmp_path / kind).read_bytes()
    text = saved["SVG"].decode()
    assert "SIMULATED DATA" in text
    assert text.count("<image") == 1
    assert "are one image inside the drawing" in screen.status.inner_text()
    assert colors(saved["PNG"]) > 20
    for _ in range(7):
        screen.page.get_by_role("button", name="Zoom in").click()
    with screen.page.expect_download() as download:
        screen.page.get_by_role("button", name="SVG").click()
    download.value.save_as(tmp_path / "near.svg")
    text = (tmp_path / "near.svg").read_text()
    n = len(screen.ask("map.visible()"))
    assert "<image" not in text
    assert text.count("fill-opacity") == n
    assert f"a drawing of {n:,} points" in screen.status.inner_text()


@pytest.mark.parametrize("script", ["", NO_WEBGL])
def test_without_a_graphics_card_or_webgl_the_same_map_is_drawn(
    screen: Screen, script: str
) -> None:
    model = {"colour": "MOA", "model": "2" * 20}
    screen.open(**model)
    expected = pixels(screen.page.locator(".stage").screenshot()).astype(int)
    page = screen.page.context.new_page()
    page.add_init_script(script)
    other = Screen(page, screen.signatures, screen.address)
    other.open(**model)
    expect(other.root).to_have_attribute("data-renderer", "processor")
    seen = pixels(page.locator(".stage").screenshot()).astype(int)
    assert np.abs(seen - expected).mean() < 6
    assert np.abs(seen - 255).mean() > 20
    assert np.corrcoef(coarse(seen), coarse(expected))[0, 1] > 0.98
    point = other.ask("[...map.points.x.keys()].reduce((a, b) => "
                      "map.points.x[a] <= map.points.x[b] ? a : b)")  # fmt: skip
    page.mouse.move(*other.pixel(point))
    expect(page.locator(".tip")).to_contain_text(other.signatures[fields.PERT_INAME][point])
    page.close()


def test_without_a_graphics_card_a_view_that_moves_is_drawn_coarsely(screen: Screen) -> None:
    page = screen.page.context.new_page()
    page.add_init_script(NO_WEBGL)
    other = Screen(page, screen.signatures, screen.address)
    other.open()
    whole = pixels(page.locator(".stage").screenshot()).astype(int)
    other.ask("(map.moving = map.slow = true, map.draw())")
    assert other.ask("map.coarse")
    thinned = pixels(page.locator(".stage").screenshot()).astype(int)
    assert (thinned != whole).any()
    assert np.corrcoef(coarse(thinned), coarse(whole))[0, 1] > 0.95
    other.ask("map.settle()")
    until(lambda: not other.ask("map.coarse"))
    np.testing.assert_array_equal(pixels(page.locator(".stage").screenshot()), whole)
    page.close()


def coarse(picture: np.ndarray) -> np.ndarray:
    """Means of squares of 8 pixels, flat."""
    height, width = (side // 8 * 8 for side in picture.shape[:2])
    squares = picture[:height, :width].reshape(height // 8, 8, width // 8, 8, 3)
    return squares.mean(axis=(1, 3)).ravel()


def area_of_a_training_point(screen: Screen) -> int:
    """Pixels of the one that is farthest from the others of its group."""
    members = np.array(screen.ask("[...map.groups[1].members]"))
    xy = np.array(screen.ask("value.map((i) => map.pixelOf(i))", members.tolist()))
    apart = np.hypot(*(xy[:, None] - xy[None]).T)
    np.fill_diagonal(apart, np.inf)
    at = apart.min(axis=0).argmax()
    assert apart[at].min() > 20
    left, top = xy[at].round().astype(int) + 1
    picture = pixels(screen.page.locator(".stage").screenshot())
    near = picture[top - 8 : top + 9, left - 8 : left + 9].astype(int)
    return int((near[..., 0] - near[..., 1:].max(axis=-1) > 80).sum())


def by_winding(polygon: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """(n,) whether the angles to the corners make a whole turn: for polygons without crossings."""
    turn = np.zeros(len(xy))
    for a, b in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        to_a, to_b = a - xy, b - xy
        cross = to_a[:, 0] * to_b[:, 1] - to_a[:, 1] * to_b[:, 0]
        turn += np.arctan2(cross, (to_a * to_b).sum(axis=1))
    return np.abs(turn) > np.pi


def colors(png: bytes) -> int:
    """How many colors a picture has, one pixel in 16 looked at."""
    return len(np.unique(pixels(png)[::4, ::4].reshape(-1, 3), axis=0))


def pixels(png: bytes) -> np.ndarray:
    """(height, width, 3)"""
    return np.asarray(Image.open(BytesIO(png)).convert("RGB"))
