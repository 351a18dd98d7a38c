"""Charts: checked in tests, not on a server, and drawn in one place only."""

import altair as alt
import pandas as pd
import pytest
from altair.utils.schemapi import SchemaValidationError

from pages._shared import cached_charts
from tests.pages.stage import APP

WRONG = alt.Chart(pd.DataFrame({"x": [1]})).mark_point().encode(x="x:Q")
WRONG.mark = {"type": "no such mark"}


def test_a_wrong_chart_fails_a_test() -> None:
    with pytest.raises(SchemaValidationError):
        cached_charts.show_chart(WRONG)


def test_a_server_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_charts, "CHECKED", False)
    cached_charts.show_chart(WRONG)


def test_every_chart_is_drawn_there() -> None:
    pages = (APP.parent / "pages").rglob("*.py")
    files = [file for file in pages if "altair_chart" in file.read_text("utf-8")]
    assert [file.name for file in files] == ["cached_charts.py"]
