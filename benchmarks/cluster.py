"""Work on a Dask cluster of four workers against one: `python -m benchmarks.cluster`.

A library, an evaluation and a batch of searches of the demo. Each of their parts waits for a
planted time, so that a computer with two cores can show how workers share the work; all else is as
in use. In a last library, one of four workers is killed.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

from distributed import Client

from benchmarks.figures import Figure, table
from benchmarks.ports import free_port
from gpar_core.analyses.evaluation import evaluate
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library import run as library_run
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import Model
from gpar_core.data import compendium as compendia
from gpar_core.data import demo
from gpar_core.data.compendium import Compendium
from gpar_core.learn.cluster import ClusterPool
from gpar_core.learn.engine import Alone, Pool
from gpar_core.learn.presets import PRESETS
from gpar_core.progress import Progress, Report, silent
from gpar_core.search import batch
from gpar_core.search.query import of_compound
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import job_id

ROOT = Path(__file__).resolve().parents[1]
GOAL = 3.2
N_WORKERS = 4
N_PARTS = 16
SECONDS = 4.0
"""Of each part; what it computes in truth takes a small share of that."""

KILL_AFTER = N_PARTS // 3
PATIENCE_SECONDS = 120.0


def slow_model(
    model: Model, shared: library_run.Shared, training: TrainRequest, pool: Pool, report: Report
) -> Model:
    """A model that is there already, after the planted time."""
    _wait(report)
    return replace(model, summary=replace(model.summary, model_id=job_id(training)))


def slowly(work: Callable[..., object], *given: object) -> object:
    """The work, after the planted time. given: its arguments, the report last."""
    _wait(given[-1])  # type: ignore[arg-type]
    return work(*given)


def _wait(report: Report) -> None:
    n = int(10 * SECONDS)
    for step in range(n):
        time.sleep(0.1)
        report(Progress("Planted", step, n))


@contextmanager
def cluster(folder: Path, n: int) -> Iterator[tuple[ClusterPool, list[subprocess.Popen[bytes]]]]:
    """A pool of n workers of one thread on this computer, and their processes."""
    address = f"tcp://127.0.0.1:{free_port()}"
    processes: list[subprocess.Popen[bytes]] = []

    def start(*what: str) -> None:
        command = [sys.executable, "-m", "dask", *what, "--no-dashboard"]
        with (folder / "dask.log").open("ab") as log:
            processes.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log))

    try:
        start("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2])
        for _ in range(n):
            start("worker", address, "--nthreads", "1", "--no-nanny", "--local-directory",
                  str(folder))  # fmt: skip
        with Client(address, timeout=PATIENCE_SECONDS, set_as_default=False) as client:
            client.wait_for_workers(n, timeout=PATIENCE_SECONDS)
            client.run(lambda: __import__("gpar_core.analyses.library.run"))
        with ClusterPool(address, 1) as pool:
            yield pool, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def of_library(cache: Cache, model: Model, pool: Pool, report: Report = silent) -> int:
    """Train a library of `N_PARTS` MOAs; how many models there are in the end."""
    compendium = compendia.load(cache.compendium(demo.NAME))
    request = plan_library(compendium, moas=compendium.moas["moa"][:N_PARTS], min_drugs=2)
    for training in library.trainings(compendium, request).values():
        for file in cache.model(job_id(training)).glob("*"):
            file.unlink()
    library_run.run_library(request, cache, report, pool, train=partial(slow_model, model))
    return len(library.load(cache, job_id(request)).asked)


def of_evaluation(compendium: Compendium, pool: Pool) -> int:
    """Evaluate a similarity on `N_PARTS` MOAs; how many there are measures of."""
    with patch.object(evaluate, "_evaluate", partial(slowly, evaluate._evaluate)):
        moas = list(compendium.moas["moa"][:N_PARTS])
        tables = evaluate.compare(compendium, moas, ["cosine"], PRESETS["fast"], seed=0, pool=pool)
    return int(tables["measures"]["class"].nunique())


def of_batch(compendium: Compendium, pool: Pool) -> int:
    """Search with `N_PARTS` blocks of one query; how many were answered."""
    queries = [of_compound(compendium, drug) for drug in compendium.drugs["drug"][:N_PARTS]]
    with (
        patch.object(batch, "BLOCK_QUERIES", 1),
        patch.object(batch, "_compared", partial(slowly, batch._compared)),
    ):
        found = batch.search_batch(compendium, queries, score="zhang", n_random=5, pool=pool)
    return len(found["queries"])


def run(folder: Path) -> list[Figure]:
    """How many times as fast four workers are, and what is left of a library when one is killed."""
    cache = Cache(folder / "cache")
    with publishing(cache.compendium(demo.NAME)) as building:
        demo.build(building, seed=0, report=silent)
    compendium = compendia.load(cache.compendium(demo.NAME))
    request = plan_library(compendium)
    training = next(iter(library.trainings(compendium, request).values()))
    model = library_run.train_one((compendium, None), training, Alone(), silent)
    works = {
        "library": partial(of_library, cache, model),
        "evaluation": partial(of_evaluation, compendium),
        "batch of searches": partial(of_batch, compendium),
    }
    seconds: dict[tuple[str, int], float] = {}
    for n in (1, N_WORKERS):
        with cluster(folder, n) as (pool, _):
            for name, work in works.items():
                started = time.perf_counter()
                if work(pool) < N_PARTS:
                    raise RuntimeError(f"The {name} on {n} workers has lost a part.")
                seconds[name, n] = time.perf_counter() - started
    figures = [
        Figure(
            f"cluster: {name}",
            (seconds[name, 1] / seconds[name, N_WORKERS],),
            "times",
            f"{N_WORKERS} workers ({seconds[name, N_WORKERS]:.0f} s) against 1 "
            f"({seconds[name, 1]:.0f} s), {N_PARTS} parts of {SECONDS:.0f} s",
            at_least=GOAL,
        )
        for name in works
    ]
    with cluster(folder, N_WORKERS) as (pool, workers):

        def kill(progress: Progress) -> None:
            if progress.done >= KILL_AFTER:
                workers[0].kill()

        kept = of_library(cache, model, pool, kill)
    how = f"of {N_PARTS}, one of {N_WORKERS} workers killed after {KILL_AFTER}"
    return [*figures, Figure("cluster: models of a library", (kept,), "", how, at_least=N_PARTS)]


def main() -> None:
    argparse.ArgumentParser(prog="python -m benchmarks.cluster").parse_args()
    with tempfile.TemporaryDirectory(prefix="gpar-cluster-") as folder:
        print(table(run(Path(folder))))


if __name__ == "__main__":
    import_module("benchmarks.cluster").main()  # so that workers find its functions by name
