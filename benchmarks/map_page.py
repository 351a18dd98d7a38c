"""Time until 470,000 points are visible in a browser: GPAR's map, Altair, and Plotly's WebGL.

`python -m benchmarks.map_page [--n 470000] [--patience 300] [--rounds 1] [--alone]`. All by
Streamlit in the same Chromium: the same places in one color, each with a drug, cell line, dose,
time and TAS to hover over. Each by a fresh server that has shown its page without points before, so
that all is imported; GPAR's form has read the compendium then. Timed from the request of the page
to the first frame of the browser with points on it, reading of the map included, which its job has
packed; 'again' is the next viewer of the same server. What takes longer than the patience counts as
that. Streamlit's own start, the same second for all three, ends when the page's connection is
opened; ratios are given with it and without. Bytes are those that the browser received by
websocket, and by HTTP for points, without Streamlit's own code.

Pictures a second are those of GPAR's map while its view turns and zooms without rest. `--alone`
leaves the other two out, which take minutes with a million points.

A highlight is the cost of 40 training drugs and 30 predicted ones: for GPAR the choice of a model
on its page, for the others a second layer, which is the usual way there.
"""

import argparse
import math
import shutil
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page, Response, WebSocket, sync_playwright

from benchmarks import large_map
from benchmarks.figures import Figure, table
from benchmarks.server import APP, serving
from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.map.request import MapRequest
from gpar_core.data import compendium as compendia
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id

N = 470_000
PATIENCE_SECONDS = 300.0
TIMES_ALTAIR, TIMES_PLOTLY, MAX_HIGHLIGHT_BYTES = 10.0, 3.0, 50_000
FLUENT, MOVING_MS = 30.0, 3000
ENOUGH = 0.02
"""Share of the picture that must have the color of points."""
QUIET_SECONDS = 3.0
SCREENCAST = {"format": "jpeg", "quality": 60, "maxWidth": 650, "maxHeight": 550}
"""Small pictures, so that taking them costs the page little."""


OTHER_PAGE = """
import pandas as pd
import streamlit as st
import altair as alt
import plotly.graph_objects as go

st.set_page_config(layout="wide")
if "empty" in st.query_params:
    st.stop()
points = pd.read_parquet({points!r})
marked = points[points["marked"]] if st.checkbox("Highlight") else points.head(0)
about = ["drug", "cell", "dose", "time", "tas"]
"""
ALTAIR = (
    OTHER_PAGE
    + """
alt.data_transformers.disable_max_rows()
def layer(table, color, size):
    mark = alt.Chart(table).mark_circle(size=size, color=color, opacity=0.7)
    return mark.encode(x="x:Q", y="y:Q", tooltip=about).properties(height=760)
chart = layer(points, "#8f98a3", 4)
if len(marked):
    chart += layer(marked, "#d6453d", 20)
st.altair_chart(chart.interactive(), width="stretch")
"""
)
MOVING = """
async (root, milliseconds) => {
  const map = root.pointMap;
  const { x, y, zoom } = map.camera;
  const begun = performance.now();
  let [n, t] = [0, 0];
  while (t < milliseconds) {
    const turn = t / 300;
    const [left, up] = [0.1 * Math.sin(turn), 0.1 * Math.cos(turn)];
    map.look({ x: x + left, y: y + up, zoom: zoom * (1.5 - Math.cos(turn / 2) / 2) });
    await new Promise(requestAnimationFrame);
    n += 1;
    t = performance.now() - begun;
  }
  return (1000 * n) / t;
}
"""
PLOTLY = (
    OTHER_PAGE
    + """
def layer(table, color, size):
    return go.Scattergl(
        x=table["x"], y=table["y"], mode="markers", customdata=table[about],
        hovertemplate="%{{customdata}}", marker=dict(size=size, color=color, opacity=0.7),
    )
figure = go.Figure(layer(points, "#8f98a3", 2.2))
if len(marked):
    figure.add_trace(layer(marked, "#d6453d", 5))
st.plotly_chart(figure.update_layout(height=760), width="stretch")
"""
)


@dataclass(frozen=True)
class View:
    """seconds: from the request of the page to the first points. drawing: of these, those since the
    page's connection was opened. n_bytes: received until then. highlight: bytes of a change.
    pictures: drawn in a second while the view moves, NaN if it was not moved.
    """

    seconds: float
    drawing: float
    n_bytes: int
    highlight: int
    pictures: float = math.nan


def run(
    rounds: int, *, n: int = N, patience: float = PATIENCE_SECONDS, alone: bool = False
) -> list[Figure]:
    """Seconds, their ratios, and bytes of each. Raises RuntimeError where a page fails."""
    with tempfile.TemporaryDirectory(prefix="gpar-bench-") as folder, browser() as page_of:
        root = Path(folder)
        cache = Cache(root / "cache")
        request = large_map.build(cache, n)
        large_map.add_model(cache, n)
        _write_points(cache, request, root / "points.parquet")
        apps = {"GPAR": APP}
        for name, script in () if alone else (("Altair", ALTAIR), ("Plotly", PLOTLY)):
            apps[name] = root / f"with_{name.lower()}.py"
            apps[name].write_text(script.format(points=str(root / "points.parquet")), "utf-8")
        views: dict[str, list[View]] = {}
        for _ in range(rounds):
            for name, app in apps.items():
                with serving(app, cache.root) as server:
                    server.wait_until_healthy()
                    of_gpar = name == "GPAR"
                    address = f"http://localhost:{server.port}"
                    path = f"map?job={job_id(request)}&colour=Nothing" if of_gpar else ""
                    act = _choose_model if of_gpar else _tick
                    with page_of() as page:
                        page.goto(f"{address}/{_before_points(of_gpar)}")
                        _until_quiet(page, [0])
                    for when in ("", ", again"):
                        with page_of() as page:
                            seen = _view(page, f"{address}/{path}", act, patience)
                        views.setdefault(name + when, []).append(seen)
    return figures(views, n, patience)


def figures(views: dict[str, list[View]], n: int, patience: float) -> list[Figure]:
    """The figures of all views; the three take turns, round by round."""
    found = []
    for name, each in views.items():
        seconds = tuple(view.seconds for view in each)
        capped = "MORE THAN the patience; " if max(seconds) >= patience else ""
        found += [
            Figure(f"map: {name}", seconds, "s", f"{capped}{n:,} points first drawn"),
            Figure(
                f"map: {name}, after the connection",
                tuple(view.drawing for view in each),
                "s",
                "of these, without what Streamlit's own start takes",
            ),
            Figure(
                f"map: {name}, bytes",
                tuple(view.n_bytes / 1e6 for view in each),
                "MB",
                "received until then",
            ),
            Figure(
                f"map: {name}, highlight",
                tuple(float(view.highlight) for view in each),
                "bytes",
                "of a change of 70 drugs",
                at_most=MAX_HIGHLIGHT_BYTES if name.startswith("GPAR") else None,
            ),
        ]
    moved = tuple(view.pictures for view in views["GPAR"] if not math.isnan(view.pictures))
    if moved:
        how = "while the view turns and zooms; the processor draws where there is no graphics card"
        found.append(Figure("map: GPAR, moving", moved, "pictures/s", how, at_least=FLUENT))
    others = {"Altair": TIMES_ALTAIR, "Plotly": TIMES_PLOTLY}
    for name, goal in ((each, others[each]) for each in others if each in views):
        for when in ("", ", again"):
            pairs = zip(views.get(name + when, ()), views.get("GPAR" + when, ()), strict=True)
            if views_of_both := list(pairs):
                how = "at least, where that was not waited for to the end"
                what = f"map: times as fast as {name}{when}"
                ratios = tuple(other.drawing / own.drawing for other, own in views_of_both)
                found.append(
                    Figure(f"{what}, after the connection", ratios, "", how, at_least=goal)
                )
                ratios = tuple(other.seconds / own.seconds for other, own in views_of_both)
                found.append(
                    Figure(what, ratios, "", f"{how}; Streamlit's start included", at_least=goal)
                )
    return found


def _write_points(cache: Cache, request: MapRequest, file: Path) -> None:
    """What the other two draw: the same places, and the same to hover over."""
    points = analysis.load(cache.analysis(job_id(request))).tables["points"]
    signatures = compendia.load(cache.compendium(large_map.NAME)).signatures
    names = {
        fields.PERT_INAME: "drug", fields.CELL_ID: "cell", fields.DOSE: "dose",
        fields.TIME: "time", fields.TAS: "tas",
    }  # fmt: skip
    about = signatures[list(names)].rename(columns=names)
    marked = signatures[fields.DRUG].isin([f"drug-{number}" for number in range(70)])
    points[["x", "y"]].join(about).assign(marked=marked).to_parquet(file)


def _view(page: Page, address: str, highlight: Callable[[Page], None], patience: float) -> View:
    received = [0]

    def count(frame: bytes | str) -> None:
        received[0] += len(frame)

    connected: list[float] = []

    def listen(socket: WebSocket) -> None:
        connected.append(time.time())
        socket.on("framereceived", count)

    def weigh(response: Response) -> None:
        if "/app/static/" in response.url:
            received[0] += int(response.headers.get("content-length", 0))

    page.on("websocket", listen)
    page.on("response", weigh)
    frames: list[tuple[float, str]] = []
    screen = page.context.new_cdp_session(page)

    def keep(frame: dict[str, Any]) -> None:
        frames.append((frame["metadata"]["timestamp"], frame["data"]))
        screen.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    screen.on("Page.screencastFrame", keep)
    screen.send("Page.startScreencast", SCREENCAST)
    started = time.time()
    page.goto(address)
    seconds = None
    while seconds is None and time.time() - started < patience:
        page.wait_for_timeout(100)
        if page.get_by_test_id("stException").count():
            raise RuntimeError(f"The page at {address} failed; nothing was measured.")
        seconds = next((at - started for at, data in frames if _has_points(data)), None)
        frames.clear()
    screen.send("Page.stopScreencast")
    n_bytes = received[0]
    if seconds is None:
        return View(patience, patience, n_bytes, 0)
    _until_quiet(page, received)
    before = received[0]
    highlight(page)
    _until_quiet(page, received)
    drawing = seconds - (connected[0] - started)
    own = page.locator(".map")
    pictures = own.evaluate(MOVING, MOVING_MS) if own.count() else math.nan
    return View(seconds, drawing, n_bytes, received[0] - before, pictures)


def _has_points(picture: str) -> bool:
    """Whether enough of the picture has the bluish gray of points, on white or on each other."""
    red, _, blue = np.asarray(Image.open(BytesIO(b64decode(picture))).convert("RGB"), np.int16).T
    return bool(((red > 120) & (red < 215) & (blue - red > 8) & (blue - red < 30)).mean() > ENOUGH)


def _until_quiet(page: Page, received: list[int]) -> None:
    page.wait_for_timeout(QUIET_SECONDS * 1000)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    before = -1
    while received[0] != before:
        before = received[0]
        page.wait_for_timeout(QUIET_SECONDS * 1000)


def _before_points(of_gpar: bool) -> str:
    return f"map?compendium={large_map.NAME}" if of_gpar else "?empty=1"


def _choose_model(page: Page) -> None:
    page.get_by_role("combobox", name="Drugs of a model").click()
    page.get_by_role("option").first.click()


def _tick(page: Page) -> None:
    page.get_by_text("Highlight").click()


@contextmanager
def browser() -> Iterator[Callable[[], AbstractContextManager[Page]]]:
    """Makes pages of a Chromium on the PATH, each with an empty cache. Raises FileNotFoundError."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        raise FileNotFoundError("There is no Chromium on the PATH; install it to measure the map.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])

        @contextmanager
        def opened() -> Iterator[Page]:
            context = browser.new_context(viewport={"width": 1300, "height": 1100})
            context.set_default_timeout(PATIENCE_SECONDS * 1000)
            yield context.new_page()
            context.close()

        yield opened
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.map_page")
    parser.add_argument("--n", type=int, default=N)
    parser.add_argument("--patience", type=float, default=PATIENCE_SECONDS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="GPAR's map only")
    options = parser.parse_args()
    made = run(options.rounds, n=options.n, patience=options.patience, alone=options.alone)
    print(table(made))


if __name__ == "__main__":
    main()
