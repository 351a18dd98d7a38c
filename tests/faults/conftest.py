from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.ground import Ground


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    monkeypatch.setenv("GPAR_MAX_JOBS", "3")
    monkeypatch.setenv("GPAR_MAX_JOBS_PER_OWNER", "3")
    ground = Ground((tmp_path / "cache").resolve())
    yield ground
    ground.stop()
