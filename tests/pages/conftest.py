import json
import logging
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache as read_once
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.components.v2 import manifest_scanner

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data.compendium import load
from gpar_core.jobs import engine
from gpar_core.learn.engine import FitPool
from gpar_core.progress import silent
from gpar_core.reading import __main__ as reading_child
from gpar_core.reading import limited
from gpar_core.storage.cache import MANIFEST, Cache
from gpar_core.storage.requests import job_id
from pages._shared import cached_charts
from tests.pages.stage import DRUGS, EVIL, EVIL_DRUGS, embed, train
from tests.synthetic import build
from tests.waiting import PATIENCE

FINDINGS = [
    {"what": "signatures of controls were left out.", "count": 7, "names": []},
    {"what": "compounds have no MOA.", "count": 60, "names": ["dark0", EVIL[0]]},
]


@dataclass(frozen=True)
class Library:
    """A cache with three compendia and the trainings that are done on them.

    demo: simulated, with a strong effect. measured: noise, with a report of its import. evil: its
    names are markup.
    """

    cache: Cache
    simulated: TrainRequest
    by_name: TrainRequest
    measured: TrainRequest
    evil: TrainRequest

    def models(self) -> list[str]:
        requests = (self.simulated, self.by_name, self.measured, self.evil)
        return [job_id(request) for request in requests]


@pytest.fixture(scope="session", autouse=True)
def _packages_read_once() -> Iterator[None]:
    """Each page that is opened would read what all installed packages say of themselves."""
    scan = "scan_component_manifests"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, scan, read_once(getattr(manifest_scanner, scan)))
        yield


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    cache = Cache(tmp_path_factory.mktemp("library"))
    demo = build(cache.compendium("demo"), DRUGS, effect=20, name="demo", simulated=True)
    build(cache.compendium("measured"), DRUGS, name="measured")
    _rewrite(cache.compendium("measured"), report={"findings": FINDINGS})
    evil = build(cache.compendium("evil"), EVIL_DRUGS, effect=20, name="evil", cells=EVIL[2:])
    _rewrite(cache.compendium("evil"), source=EVIL[0], report={"findings": FINDINGS})
    requests = [
        plan_training(demo, DrugSet(moa="HDAC inhibitor")),
        plan_training(demo, DrugSet(drugs=("hdac0", "hdac1"))),
        plan_training(load(cache.compendium("measured")), DrugSet(moa="MTOR inhibitor")),
        plan_training(evil, DrugSet(moa=EVIL[0])),
    ]
    library = Library(cache, *(request for request, _ in requests))
    with pytest.MonkeyPatch.context() as patch, FitPool(1) as pool:
        # Not the module itself: importing it would bring TensorFlow.
        patch.setitem(sys.modules, "gpar_core.learn.training", SimpleNamespace(train=train))
        patch.setattr("gpar_core.maps.tsne.embed", embed)
        for request, _ in requests:
            run_job(request, cache, silent, pool)
    return library


@pytest.fixture
def stocked(library: Library, cache: Cache) -> Library:
    """A library that the test may change."""
    shutil.copytree(library.cache.root, cache.root, dirs_exist_ok=True)
    return Library(cache, library.simulated, library.by_name, library.measured, library.evil)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """The cache that the app uses, empty."""
    monkeypatch.setenv("GPAR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GPAR_READING_SECONDS", str(int(PATIENCE)))
    return Cache((tmp_path / "cache").resolve())


@pytest.fixture(autouse=True)
def _checked_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_charts, "CHECKED", True)


@pytest.fixture(autouse=True)
def supervised(monkeypatch: pytest.MonkeyPatch) -> list[Cache]:
    """The caches for which the app wanted a supervisor; none is started."""
    wanted: list[Cache] = []
    monkeypatch.setattr(engine, "ensure_running", wanted.append)
    return wanted


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads are read in this process, which takes a child of its own half a second each."""

    def read(_: str, arguments: list[str], *__: object, **___: object) -> int:
        return reading_child.main([*arguments, "0", "0"])

    monkeypatch.setattr(limited, "run_limited", read)
    monkeypatch.setattr(reading_child, "limit_itself", lambda *_: None)


class Surprises(logging.Handler):
    """Errors that pages did not expect, which the user sees as an id only."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter("%(levelname)s %(message)s").format(record))


@pytest.fixture(autouse=True)
def surprises(monkeypatch: pytest.MonkeyPatch) -> Iterator[Surprises]:
    """Fails a test whose pages met one, unless it takes them out of the list."""
    found = Surprises()
    monkeypatch.setattr(logging.getLogger("gpar"), "handlers", [found])
    yield found
    assert found.lines == []


def _rewrite(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | changes))
