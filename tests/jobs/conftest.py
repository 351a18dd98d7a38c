from collections.abc import Iterator
from pathlib import Path

import pytest
from staging import Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setenv("GPAR_MAX_JOBS", "4")
    monkeypatch.setenv("GPAR_MAX_JOBS_PER_OWNER", "4")
    site = Site(tmp_path.resolve())
    yield site
    site.stop()
