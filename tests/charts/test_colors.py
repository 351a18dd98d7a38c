"""Colors of categories can be told apart by everyone, and seen on a dark page."""

import re
from itertools import combinations

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from gpar_core.charts.style import CATEGORIES, specification, titled

DARK = "#171614"
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.split(".")[:2])
EYES = {
    "all cones": np.eye(3),
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
}
"""Machado, Oliveira and Fernandes 2009, on linear RGB."""

TO_CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
TO_OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]
"""Ottosson 2020, https://bottosson.github.io/posts/oklab/"""


def linear(color: str) -> np.ndarray:
    part = np.array([int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def seen(color: str, eyes: object) -> np.ndarray:
    cones = np.array(TO_CONES) @ np.clip(np.array(eyes) @ linear(color), 0, 1)
    return np.array(TO_OKLAB) @ np.cbrt(cones)


@pytest.mark.parametrize("eyes", EYES.values(), ids=EYES)
def test_no_two_colors_look_alike(eyes: object) -> None:
    """0.02 is a just noticeable difference in Oklab; a small dot needs some times as much."""
    apart = [
        np.linalg.norm(seen(one, eyes) - seen(other, eyes))
        for one, other in combinations(CATEGORIES, 2)
    ]
    assert min(apart) > 0.08


@pytest.mark.parametrize("color", CATEGORIES)
def test_colors_are_seen_on_a_dark_page(color: str) -> None:
    """A contrast of 3 to 1, as WCAG 2.1 wants it of graphics."""
    assert contrast(color, DARK) >= 3


@pytest.mark.parametrize("page", ["#ffffff", DARK])
def test_words_of_charts_stand_out_from_the_page(page: str) -> None:
    """By 4.5 to 1, which WCAG 2 asks for (1.4.3); a wide axis does not fill with numbers."""
    table = pd.DataFrame({"a": [0.0, 1.0], "kind": ["one", "other"]})
    chart = titled(alt.Chart(table).mark_point().encode(x="a:Q", color="kind:N"), "Title", True)
    drawn = vl_convert.vegalite_to_svg(
        {**specification(chart), "background": page, "width": 2400}, vl_version=VEGA_LITE
    )
    words = re.findall(r'<text[^>]*fill="(#[0-9a-f]{6})"[^>]*>([^<]*)</text>', drawn)
    own = {text: color for color, text in words}
    assert {"Simulated data", "0.5", "a", "kind", "one"} <= set(own)
    for text in ("Simulated data", "0.5", "a", "kind", "one"):
        assert contrast(own[text], page) >= 4.5, text
    assert sum(text.replace(".", "").isdigit() for text in own) <= 12


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])
