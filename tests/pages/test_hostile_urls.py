"""Whatever stands in the address of a page, it shows a message and never a traceback."""

import pytest

from pages._shared.state import Key
from tests.pages.conftest import Library
from tests.pages.stage import APP, page, words

HOSTILE = (
    "../../../../etc/passwd", "..\\..\\windows", "/etc/passwd\0.json", "C:\\con", "con", ".", "~",
    "a" * 5_000, "%2e%2e%2f", "\u202e\u2066evil", "´`'\";--", "' OR 1=1 --",
    "<script>alert(1)</script>",
    "![x](http://evil/)", "{{7*7}}", "0", "-1", "1e400", "null", "[]", "😀" * 50,
    "\r\nSet-Cookie: a=b",
)  # fmt: skip
PAGES = sorted(path.stem for path in (APP.parent / "pages").glob("*.py"))
PLACES = ("top", "point", "points", "colour", "search", "tab", "page", "embed_options")
"""Names of parameters that are none, or are those of widgets."""


ROUNDS = 8


@pytest.mark.parametrize("name", PAGES)
def test_no_page_breaks_on_a_hostile_address(stocked: Library, name: str) -> None:
    """Every parameter has another value in each round; a job or a model would hide the others."""
    first = {Key.JOB, Key.MODEL}
    for turn in range(ROUNDS):
        keys = [key for key in (*Key, *PLACES) if turn % 2 or key not in first]
        given = {str(key): HOSTILE[(3 * turn + i) % len(HOSTILE)] for i, key in enumerate(keys)}
        app = page(name, **given)
        assert not app.exception, (given, app.exception)


@pytest.mark.parametrize("name", ["library", "moa_prediction", "map", "genes", "compendium"])
def test_an_id_of_another_kind_breaks_nothing(stocked: Library, name: str) -> None:
    """A model's id where a library's or a job's is meant: well-formed, and wrong."""
    model_id = stocked.models()[0]
    for key in (Key.JOB, Key.LIBRARY):
        assert not page(name, **{key.value: model_id}).exception, key


def test_a_model_is_shown_whatever_else_the_address_says(stocked: Library) -> None:
    for value in HOSTILE[::5]:
        others = dict.fromkeys((Key.DRUG.value, Key.COMPENDIUM.value, "colour"), value)
        app = page("models", **{Key.MODEL.value: stocked.models()[0]}, **others)
        assert not app.exception, (value, app.exception)
        assert "HDAC inhibitor" in words(app)
