"""A worker that trains as always, with networks of means, and waits in the stage that it is told.

Told by the file `stages` in the cache: how many stages it may begin; in the last it waits.
"""

import sys
import time
from types import SimpleNamespace

import numpy as np

from gpar_core.analyses.run_job import run_job
from gpar_core.jobs.worker import main
from gpar_core.learn.engine import FitPool, Pool
from gpar_core.progress import Progress, Report
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request
from tests.pools import Means


def let_begin(cache: Cache, n: int) -> None:
    (cache.root / "stages").write_text(str(n))


def warm(pool: FitPool) -> None:
    """No processes are needed."""


def run(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
    begun: set[str] = set()

    def step(progress: Progress) -> None:
        begun.add(progress.stage)
        report(progress)
        while len(begun) >= int((cache.root / "stages").read_text()):
            report(progress)
            time.sleep(0.05)

    # Not scikit-learn's, which takes seconds to import.
    sys.modules["gpar_core.maps.tsne"] = SimpleNamespace(embed=_embed)  # type: ignore[assignment]
    run_job(request, cache, step, Means())


def _embed(x: np.ndarray, *, seed: int) -> np.ndarray:
    return x[:, :2]


if __name__ == "__main__":
    sys.exit(main(run=run, warm=warm))
