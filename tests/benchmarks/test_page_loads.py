"""When the benchmark takes a page for whole."""

from benchmarks.page_loads import WHOLE
from tests.pages.browser import browsing

PAGE = (
    '<div data-testid="stApp" data-test-script-state="{state}">'
    '<div data-testid="stMain">{title}{more}</div></div>'
)
SKELETON = '<div data-testid="stSkeleton"></div>'
CASES = [
    ("notRunning", "<h1> Models </h1>", "", True),
    ("running", "<h1>Models</h1>", "", False),
    ("notRunning", "<h1>Library</h1>", "", False),
    ("notRunning", "", "", False),
    ("notRunning", "<h1>Models</h1>", SKELETON, False),
]


def test_a_page_is_whole_with_a_new_title_and_no_placeholder() -> None:
    with browsing() as (page, _):
        for state, title, more, whole in CASES:
            page.set_content(PAGE.format(state=state, title=title, more=more))
            assert bool(page.evaluate(WHOLE, "Library")) == whole, (state, title, more)
            assert bool(page.evaluate(WHOLE, "")) == (whole or "Library" in title)
            assert not page.evaluate(WHOLE, "Models") or "Library" in title
