"""Is the time left right? `python -m benchmarks.time_left --compendium NAME`.

A job that is the first of its kind runs in an empty cache, as in a worker, and what its page would
say is compared with what was left, ten times a second from a tenth of its time to nine tenths.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.alone import worker_process
from benchmarks.figures import Figure, table
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.registry import kind_of
from gpar_core.analyses.run_job import run_job
from gpar_core.data import compendium as compendia
from gpar_core.jobs.events import Event
from gpar_core.jobs.time_left import seconds_left
from gpar_core.learn.engine import FitPool
from gpar_core.progress import Progress
from gpar_core.storage.cache import Cache
from gpar_core.storage.folders import default_cache
from gpar_core.storage.requests import Request

JOBS = {
    "evaluation": plan_evaluation,
    "tsne": lambda compendium: plan_map(compendium, method="tsne"),
    "umap": plan_map,
}
FROM, TO = 0.1, 0.9
A_SECOND = 10


def run(folder: Path, jobs: Sequence[str]) -> list[Figure]:
    """The figures of each job. folder: of a compendium. jobs: of `JOBS`."""
    return [figure for job in jobs for figure in _alone(folder, job)]


def _alone(folder: Path, job: str) -> list[Figure]:
    with worker_process() as process:
        return process.submit(measure, folder, job).result()


def measure(folder: Path, job: str) -> list[Figure]:
    """The figures of one job, which runs in this process."""
    with tempfile.TemporaryDirectory(prefix="gpar-bench-") as name:
        cache = Cache(Path(name))
        shutil.copytree(folder, cache.compendium(folder.name))
        request = JOBS[job](compendia.load(cache.compendium(folder.name)))
        log, seconds = _events(request, cache)
    ratios = right(request, log, seconds)
    how = f"what was left, per what was said, from {FROM:.0%} to {TO:.0%} of the time"
    return [
        Figure(f"{job}: time", (seconds,), "s", "the whole job"),
        Figure(f"{job}: time left", ratios, "times", f"{how}; 0.5 to 2 is the goal"),
    ]


def _events(request: Request, cache: Cache) -> tuple[list[Event], float]:
    """What a job told and when, from 0, and its seconds."""
    log: list[Event] = []
    started = time.monotonic()

    def report(progress: Progress) -> None:
        log.append(Event(len(log) + 1, time.monotonic() - started, progress))

    with FitPool(os.cpu_count() or 1) as pool:
        run_job(request, cache, report, pool)
    return log, time.monotonic() - started


def right(request: Request, log: Sequence[Event], seconds: float) -> tuple[float, ...]:
    """What was left per what was said to be, each time that something was said."""
    in_parts = kind_of(request).in_parts
    ratios = []
    for now in np.arange(FROM * seconds, TO * seconds, 1 / A_SECOND):
        so_far = [event for event in log if event.time <= now]
        said = seconds_left(so_far, float(now), in_parts=in_parts)
        if said:
            ratios.append(float(seconds - now) / said)
    return tuple(ratios)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.time_left")
    parser.add_argument("--compendium", required=True)
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--jobs", default=",".join(JOBS), help="of %(default)s")
    options = parser.parse_args()
    cache = Cache(options.cache.resolve())
    print(table(run(cache.existing_compendium(options.compendium), options.jobs.split(","))))


if __name__ == "__main__":
    main()
