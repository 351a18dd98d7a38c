"""The component: the data sent to the browser, and the selection it returns.

Streamlit sends a component's code and data whenever its data change. Therefore the code, and points
that are sent by message, are separate components that never change and are sent once; the map
itself is a few lines and the highlights.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from gpar_core.analyses.map.packing import Packed, positions
from gpar_core.charts.style import CATEGORIES, GRAY, RED, YELLOW
from pages._shared.point_map.published import address

BROWSER = Path(__file__).resolve().parent / "browser"
PARTS = (
    "points", "colors", "camera", "drawing", "processor", "legend", "picture", "search", "pointer",
    "map",
)  # fmt: skip
"""One module in several files, in this order."""


def _text(*names: str) -> str:
    return "\n".join((BROWSER / name).read_text("utf-8") for name in names)


CODE = f"const COLORS = {json.dumps(CATEGORIES)};\n" + _text(
    "shelf.js", *(f"{part}.js" for part in PARTS), "hand_code.js"
)
CODE_NAME = f"code-{hashlib.sha256(CODE.encode()).hexdigest()[:16]}"

_send_code = st.components.v2.component("gpar_map_code", js=CODE)
_send_points = st.components.v2.component("gpar_map_points", js=_text("shelf.js", "hand_points.js"))
_show = st.components.v2.component(
    "gpar_map",
    html=_text("view.html"),
    css=_text("view.css"),
    js=_text("shelf.js", "view.js"),
)

STYLE = {"gray": GRAY, "red": RED, "yellow": YELLOW}


@dataclass(frozen=True)
class Group:
    """Drugs drawn in their own color over the others. drugs: names in lower case."""

    label: str
    color: str
    drugs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Chosen:
    """The user's selection on the map.

    drug: its name in lower case, '' if none is chosen. point: position of the clicked signature, or
    None. inside: (k,) positions of the signatures in the lasso, ascending.
    """

    drug: str
    point: int | None
    inside: np.ndarray


def chosen_on(key: str, points: Packed, *, at_first: str = "") -> Chosen:
    """The selection on the map with this key; initially the drug `at_first`."""
    state = st.session_state.get(key, {}).get("chosen")
    if not isinstance(state, Mapping):
        return Chosen(at_first if at_first in points.drugs else "", None, np.empty(0, np.int64))
    n, drug, point = len(points.rows), state.get("drug"), state.get("point")
    return Chosen(
        drug=str(points.drugs[drug]) if _place(drug, len(points.drugs)) else "",
        point=point if _place(point, n) else None,
        inside=positions(str(state.get("lasso", "")), n),
    )


def point_map(
    points: Packed,
    *,
    key: str,
    public: bool,
    title: str,
    file: str,
    simulated: bool,
    color: str = "none",
    color_label: str = "",
    only: Iterable[str] = (),
    scores: Packed | None = None,
    groups: Iterable[Group] = (),
    drug: str = "",
    listed: Iterable[tuple[str, str]] = (),
) -> None:
    """Draw the map; `chosen_on(key, points)` returns the selection on it.

    public: whether the points may be stored in a file that anyone who reaches the server can fetch;
    scores never are.
    color: 'moa', 'target', 'cell', 'dose', 'time', 'tas', 'score' (needs `scores`) or 'none'. only:
    MOAs, targets or cell lines that get a color. groups: the last one is drawn over the others.
    file: name of exports, without extension. drug: where the view starts. listed: drugs, in lower
    case, and what exports print about them beside the map; a list of them on the page (component
    `gpar_ranked`) and the map light up each other, and clicks are not sent to the server.
    """
    codes = {name: place for place, name in enumerate(points.drugs)}
    of_points, of_scores = _source(points, public), scores and _source(scores, public=False)
    _show(
        key=key,
        on_chosen_change=_nothing,
        data={
            "code": CODE_NAME,
            "points": of_points,
            "scores": of_scores,
            "color": color,
            "color_label": color_label,
            "only": list(only),
            "groups": [
                {
                    "label": group.label,
                    "color": group.color,
                    "drugs": [codes[name] for name in group.drugs if name in codes],
                }
                for group in groups
            ],
            "drug": codes.get(drug),
            "listed": [
                {"drug": name, "code": codes.get(name), "text": text} for name, text in listed
            ],
            "title": title,
            "file": file,
            "simulated": simulated,
            "style": STYLE,
        },
    )
    # Below the map, where the space they take is not visible; the map waits for them.
    _send_code(key=f"{key}-code", data={"name": CODE_NAME}, height=1)
    for packed, source in ((points, of_points), (scores, of_scores)):
        if packed and source and not source["url"]:
            message = packed.digest.encode() + packed.content
            _send_points(key=f"{key}-{packed.digest[:16]}", data=message, height=1)


def _source(packed: Packed, public: bool) -> dict[str, Any]:
    """Where the browser finds the bytes: at a URL, or in a message if that is ''."""
    url = address(packed) if public else ""
    return {"url": url, "digest": packed.digest, "n": len(packed.rows)}


def _place(value: object, n: int) -> bool:
    """Whether a value from the browser is a valid position among `n`."""
    return isinstance(value, int) and 0 <= value < n


def _nothing() -> None:
    """Do nothing: Streamlit keeps a component's value only if there is a change callback."""
