"""Charts as files: SVG to print and edit, PNG for slides. Nothing is fetched for them."""

import re
from collections.abc import Iterable

import altair as alt
import vl_convert

from gpar_core.charts.style import specification
from gpar_core.report.document import Figure

WIDTH = 680
PNG_SCALE = 2.0
CLIP = re.compile(r"\bclip\d+\b(?=[\")])")
"""Ids of clip paths, where they are given and where they are used."""
_VEGA_LITE = ".".join(alt.SCHEMA_VERSION.split(".")[:2])


def drawn(figures: Iterable[Figure]) -> dict[str, str]:
    """All figures as SVG, by name."""
    return {figure.name: svg(figure.chart) for figure in figures}


def svg(chart: alt.TopLevelMixin) -> str:
    """The chart as SVG, `WIDTH` pixels wide without its labels, on white."""
    content = {"background": "white", **specification(chart), "width": WIDTH}
    drawn = str(vl_convert.vegalite_to_svg(content, vl_version=_VEGA_LITE, allowed_base_urls=[]))
    # Their numbers increase from chart to chart, but the same chart must be the same file.
    numbers: dict[str, str] = {}
    return CLIP.sub(lambda found: numbers.setdefault(found[0], f"clip{len(numbers)}"), drawn)


def png(picture: str) -> bytes:
    """An SVG of `svg` as PNG, twice as large."""
    return bytes(vl_convert.svg_to_png(picture, scale=PNG_SCALE))
