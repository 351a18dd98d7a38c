"""What the server does around its pages."""

import subprocess
import sys

import pytest

from gpar_core.server import page_times
from tests.pages.conftest import Library
from tests.pages.stage import APP, page

READY = """
import sys
from pages._app import boot
boot._get_ready()
print(*sorted(name for name in sys.modules if name.startswith("pages.")))
"""


def test_the_parts_of_all_pages_are_imported_and_no_page() -> None:
    """A page itself runs when it is imported."""
    done = subprocess.run(
        [sys.executable, "-c", READY], cwd=APP.parent, capture_output=True, text=True, check=True
    )
    files = (path.relative_to(APP.parent) for path in (APP.parent / "pages").glob("_*/**/*.py"))
    parts = {".".join(file.with_suffix("").parts).removesuffix(".__init__") for file in files}
    assert set(done.stdout.split()) == parts


def test_pages_are_timed_where_metrics_are_wanted(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = stocked.cache.root
    page("learn")
    assert page_times.noted(root) == {}
    monkeypatch.setenv("GPAR_METRICS", "1")
    page("learn")
    assert 'page="Learn"' in page_times.noted(root)
