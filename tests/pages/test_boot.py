"""What the server does around its pages."""

import subprocess
import sys

import pytest

from gpar_core.server import page_times
from pages._app import memory
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


def test_memory_is_given_back_each_time_the_process_has_grown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    big = memory.GROWN
    held = iter([big, 2 * big, big, big, 3 * big, 3 * big, SystemExit])
    given = []

    def now() -> int:
        value = next(held)
        if value is SystemExit:
            raise SystemExit
        return value

    monkeypatch.setattr(memory.time, "sleep", lambda _: None)
    monkeypatch.setattr(memory, "_held", now)
    monkeypatch.setattr(memory, "give_back_memory", lambda: given.append(True))
    with pytest.raises(SystemExit):
        memory._give_back()
    assert len(given) == 2
