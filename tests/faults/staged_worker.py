"""A worker whose trainings are real but for the science: they report, save and publish a model.

Run as `--worker-module`. It waits at a stage for as long as the file `wait-LABEL` in the cache
names it, having made `at-LABEL`; the label is that of the request.
"""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpar_core.analyses import results
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs.worker import main
from gpar_core.learn.engine import FitPool, Pool
from gpar_core.progress import Progress, Report
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import Request, job_id
from tests import saved_model

STAGES = ("begun", "training", "half written", "written", "published")
STEPS = 5


def warm(pool: FitPool) -> None:
    """No processes are needed."""


def run(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
    assert isinstance(request, TrainRequest)

    def at(stage: str) -> None:
        wait = cache.root / f"wait-{request.drug_set.label}"
        while wait.exists() and wait.read_text() == stage:
            (cache.root / f"at-{request.drug_set.label}").touch()
            if stage in {"begun", "training"}:
                report(Progress("Waiting", message=stage))
            time.sleep(0.02)

    _wait_between_renames(at)
    at("begun")
    if results.is_there(cache, request):
        return
    with (cache.root / f"trainings-{request.drug_set.label}").open("a") as file:
        file.write("1\n")
    for step in range(STEPS):
        report(Progress("Training", step + 1, STEPS, values={"loss": 1 / (step + 1)}))
        time.sleep(0.02)
    at("training")
    target = cache.model(job_id(request))
    with _small_files(cache), publishing(target) as folder:
        (folder / "network.npz").write_bytes(b"half")
        at("half written")
        model.save(saved_model.model(model_id=target.name, label=request.drug_set.label), folder)
        at("written")
    at("published")


def _wait_between_renames(at: object) -> None:
    """Between the old result's leaving its place and the new one's taking it."""
    rename = _RENAME

    def replace(source: Path, target: Path) -> Path:
        moved = rename(source, target)
        if Path(target).name.startswith(".replaced-"):
            at("out of place")  # type: ignore[operator]
        return moved

    Path.replace = replace  # type: ignore[method-assign, assignment]


_RENAME = Path.replace


@contextmanager
def _small_files(cache: Cache) -> Iterator[None]:
    """No file may be larger than the file `limit` says, in bytes; the system refuses as if full."""
    limit = cache.root / "limit"
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    if limit.exists():
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit.read_text()), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))


if __name__ == "__main__":
    sys.exit(main(run=run, warm=warm))
