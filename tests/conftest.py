"""Fixtures that several folders share."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# As the supervisor gives its workers: on a busy machine threads wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Tests ask for what they need: nothing is computed beside them.
os.environ.setdefault("GPAR_EXAMPLES", "0")

from gpar_core.data.compendium import Compendium, load
from tests.http_files import Site, serving
from tests.published import publish_hub, publish_lincs2020
from tests.synthetic import Drug, build, drugs_of

# No example has a time limit, and the same ones come on every computer.
settings.register_profile(
    "unhurried",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("unhurried")

LONGEST = (
    "pages/test_library_journey.py", "pages/test_journey.py", "pages/test_every_page_browser.py",
    "pages/test_keyboard_browser.py", "learn/test_cluster.py", "benchmarks/test_load.py",
    "pages/test_map_browser.py", "faults/test_kills.py", "jobs/test_supervisor.py",
    "pages/test_sign_in_browser.py", "pages/test_fetch_browser.py", "learn/test_training.py",
    "test_notebooks.py", "learn/test_engine.py", "analyses/test_signature_map.py",
    "maps/test_nearest.py", "maps/test_umap.py", "benchmarks/test_items.py",
    "report/test_reproduce.py", "analyses/test_leave_one_out.py", "analyses/test_evaluation.py",
    "pages/test_signature_search_files.py", "data/test_demo.py", "fuzz/test_bombs.py",
)  # fmt: skip
"""Files that take long, started first: a run waits for one that starts last."""

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    order = {tests / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_collection() -> None:
    """Half of the time would go into looking for garbage, and what is imported stays."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """Two MOAs, one drug with both and two ids, and 60 inactive drugs; noise but no effect."""
    drugs = [
        *drugs_of("HDAC inhibitor", 4, replicates=3),
        *drugs_of("MTOR inhibitor", 5, replicates=2),
        Drug("BOTH-1", "Both", "HDAC inhibitor|MTOR inhibitor"),
        Drug("BOTH-2", "both", "HDAC inhibitor|MTOR inhibitor"),
        Drug("HUB-1", "annotated elsewhere", annotated=True, tas=0.1),
        *drugs_of("", 60, tas=0.1),
    ]
    return build(tmp_path_factory.mktemp("tiny") / "tiny", drugs)


@pytest.fixture(scope="session")
def demo_compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    from gpar_core.data import demo

    folder = tmp_path_factory.mktemp("demo")
    demo.build(folder)
    return load(folder)


@pytest.fixture(scope="session")
def gct_files() -> Path:
    """Real GCT and GCTX files written by other tools."""
    return _shared("gct_samples")


@pytest.fixture(scope="session")
def consensus() -> Path:
    """The real consensus signatures of 1,170 DrugBank compounds, in GEO layout."""
    return _shared("lincs_consensus")


@pytest.fixture(scope="session")
def doses_times() -> Path:
    """Real signatures of three drugs at several doses and times, in GEO layout."""
    return _shared("lincs_small/doses_times_n272")


@pytest.fixture(scope="session")
def cases() -> Path:
    """Small files after what users of such tools reported."""
    return _shared("cases")


@pytest.fixture(scope="session")
def real_profiles() -> Path:
    """Profiles that other projects published."""
    return _shared("profiles")


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the folder of real test data is absent: ../shared/{name}")
    return folder


@pytest.fixture
def lincs_site(tmp_path: Path) -> Iterator[Site]:
    """A server on this computer with the files of the Repurposing Hub and of LINCS 2020."""
    folder = tmp_path / "published"
    folder.mkdir()
    publish_hub(folder)
    publish_lincs2020(folder)
    with serving(folder) as site:
        yield site
