"""What the version before left in a cache is listed, shown and never computed again."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.__main__ import main
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache
from gpar_core.upkeep.migration import bring_up_to_date
from tests.processes import end_jobs

ROOT = Path(__file__).resolve().parents[2]
TRAIN = ["train", "--compendium", "tiny", "--moa", "HDAC inhibitor", "--preset", "linear"]
ALL = ["--min-signatures", "1", "--max-p", "1"]

MAKE = """
import sys
from pathlib import Path
from gpar_core.storage.cache import Cache, publishing
from tests.synthetic import build, drugs_of
cache = Cache(Path(sys.argv[1]))
with publishing(cache.compendium("tiny")) as folder:
    drugs = [*drugs_of("HDAC inhibitor", 5), *drugs_of("SSRI", 5), *drugs_of("", 40, tas=0.1)]
    build(folder, drugs, effect=20)
"""


@pytest.fixture
def made_before(tmp_path: Path) -> Cache:
    """A cache in which the version before has trained a model."""
    tree = _version_before(tmp_path)
    cache = Cache(tmp_path / "cache")
    subprocess.run([sys.executable, "-c", MAKE, str(cache.root)], cwd=tree, check=True)
    try:
        gpar = [sys.executable, "-m", "gpar_core", "--cache", str(cache.root)]
        subprocess.run([*gpar, *TRAIN], cwd=tree, check=True, capture_output=True)
        rank = ["rank", *cache.model_ids(), *ALL, "--csv", str(tmp_path / "before.csv")]
        subprocess.run([*gpar, *rank], cwd=tree, check=True)
    finally:
        end_jobs(cache)
    return cache


def test_a_cache_of_the_version_before_is_kept(
    made_before: Cache, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    jobs = JobStore(made_before)
    (trained,) = jobs.recent()
    assert (trained.state, trained.title) == (State.DONE, "Train on HDAC inhibitor")
    gpar = ["--cache", str(made_before.root)]

    bring_up_to_date(made_before)
    (model,) = made_before.model_ids()
    assert main([*gpar, "models"]) == 0
    assert model in capsys.readouterr().out
    assert main([*gpar, "rank", model, *ALL, "--csv", str(tmp_path / "now.csv")]) == 0
    then, now = (pd.read_csv(tmp_path / f"{name}.csv", comment="#") for name in ("before", "now"))
    assert len(then) == 45
    pd.testing.assert_frame_equal(now[list(then)], then)

    assert main([*gpar, *TRAIN]) == 0
    # If METHOD_VERSION was raised meanwhile, a second model is right.
    assert jobs.recent() == [trained]
    assert main([*gpar, "doctor"]) == 0


def _version_before(folder: Path) -> Path:
    """The core of the newest tag before this commit."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed (Debian: apt install git)")
    described = subprocess.run(
        [git, "describe", "--tags", "--abbrev=0", "HEAD^"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if described.returncode:
        pytest.skip(f"the version before is unknown: {described.stderr.strip()}")
    wanted = ["gpar_core", "tests/__init__.py", "tests/synthetic.py"]
    archive = folder / "before.tar"
    subprocess.run(
        [git, "archive", "--output", str(archive), described.stdout.strip(), *wanted],
        cwd=ROOT, check=True,
    )  # fmt: skip
    with tarfile.open(archive) as packed:
        packed.extractall(folder / "before", filter="data")
    return folder / "before"
