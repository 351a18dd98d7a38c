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


def test_memory_is_given_back_once_the_process_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    held, given = [0], []
    monkeypatch.setattr(memory, "_kept", 0)
    monkeypatch.setattr(memory, "_last", -memory.PAUSE)
    clock = iter(range(0, 100, 10))
    monkeypatch.setattr(memory.time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(memory, "_held", lambda: held[0])
    monkeypatch.setattr(memory, "give_back_memory", lambda: given.append(held[0]))
    for now in (memory.GROWN + 1, memory.GROWN + 2, 2 * memory.GROWN, 3 * memory.GROWN):
        held[0] = now
        with pytest.raises(ZeroDivisionError), memory.given_back():
            _ = 1 / 0
    assert given == [memory.GROWN + 1, 3 * memory.GROWN]
    clock = iter([21.0])  # too soon after the last time
    held[0] = 9 * memory.GROWN
    with memory.given_back():
        pass
    assert given == [memory.GROWN + 1, 3 * memory.GROWN]
