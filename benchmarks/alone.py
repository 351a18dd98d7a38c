"""Run each item of the benchmark in a separate process, so that memory is measured separately."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context

from benchmarks.figures import Figure

AS_IN_A_WORKER = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
ITEMS: dict[str, dict[str, str]] = {
    "training": {},
    "scoring": AS_IN_A_WORKER,
    "enrichment": AS_IN_A_WORKER,
    "startup": {},
    "load": {},
}
"""Modules with a function `run(rounds)`, and the environment variables they need."""


def run(item: str, rounds: int, **sizes: int) -> list[Figure]:
    """Figures of one of `ITEMS`. sizes: other than its usual ones. Raises what it raises."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_run, item, rounds, sizes).result()


@contextmanager
def worker_process() -> Iterator[ProcessPoolExecutor]:
    """A process that finds the environment of a worker when it begins."""
    before = {name: os.environ.get(name) for name in AS_IN_A_WORKER}
    os.environ.update(AS_IN_A_WORKER)
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        process.submit(os.getpid).result()
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        yield process


def _run(item: str, rounds: int, sizes: Mapping[str, int]) -> list[Figure]:
    # Before the module brings numpy, which reads the environment once.
    os.environ.update(ITEMS[item])
    return import_module(f"benchmarks.{item}").run(rounds, **sizes)
