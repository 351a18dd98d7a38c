"""The steps after a full-size import: a training, a map of everything, every page."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from itertools import cycle

import pandas as pd

from benchmarks import memory
from benchmarks.alone import worker_process
from benchmarks.figures import Figure
from benchmarks.server import APP, PAGES, Server, serving
from benchmarks.visitor import visiting
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.plan import plan_training
from gpar_core.data import compendium as compendia
from gpar_core.progress import Progress
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id

GOAL_PAGE_SECONDS = 1.0
GOAL_LIBRARY_SECONDS = 600.0
GOAL_WORK_MEMORY = 1500.0
GOAL_WEB_MEMORY = 1000.0
VISITORS = 20
SETTLED = 12.0
"""Seconds until the server has given back what its pages freed."""
LIBRARY_MOAS = 6

Stages = tuple[dict[str, float], float]


def measure_load(cache: Cache, name: str) -> list[Figure]:
    """Seconds and anonymous memory of a new process that opens a compendium."""
    with worker_process() as process:
        loaded = process.submit(_load, cache, name).result()
    return [
        figure
        for what, (seconds, megabytes) in loaded.items()
        for figure in (
            Figure(f"load: {what}", (seconds,), "s", "in a new process"),
            Figure(f"load: {what}, memory", (megabytes,), "MB", "anonymous, all in all"),
        )
    ]


def _load(cache: Cache, name: str) -> dict[str, tuple[float, float]]:
    """Seconds of each step, and MB beyond those of Python and its modules after it."""
    pd.read_parquet(cache.compendium(name) / "compounds.parquet")  # brings modules and pools
    before = memory.anonymous()
    found = {}
    kept: list[object] = []

    def step(what: str, act: Callable[[], object]) -> None:
        started = time.perf_counter()
        kept.append(act())
        seconds = time.perf_counter() - started
        found[what] = seconds, memory.anonymous() - before

    step("compendium", lambda: compendia.load(cache.compendium(name)))
    compendium = kept[0]
    assert isinstance(compendium, compendia.Compendium)
    step("its drugs", lambda: compendium.drugs)
    step("all kinds", lambda: compendium.of_kinds(compendium.stored_kinds))
    step("changed genes", lambda: compendium.genetic)
    return found


def measure_training(cache: Cache, name: str) -> tuple[str, list[Figure]]:
    """The MOA with the most drugs of a compendium: the model's id, seconds of stages, memory."""
    compendium = compendia.load(cache.compendium(name))
    moas = compendium.moas
    request, _ = plan_training(compendium, DrugSet(moa=moas["moa"].iloc[moas["n_drugs"].argmax()]))
    return job_id(request), _measured(cache, request, "train", _run_with_processes)


def measure_library(cache: Cache, name: str) -> list[Figure]:
    """A library of a few MOAs of a compendium, and what that makes for all of them."""
    compendium = compendia.load(cache.compendium(name))
    every = plan_library(compendium).moas
    request = plan_library(compendium, moas=every[:LIBRARY_MOAS])
    measured = _measured(cache, request, "library", _run_with_processes)
    (whole,) = (each.value for each in measured if each.name == "library: whole")
    n = len(request.moas)
    return [
        *measured,
        Figure(
            "library: all MOAs",
            (whole * len(every) / n,),
            "s",
            f"EXTRAPOLATED: {len(every)} MOAs, from {n} after the space is there",
            at_most=GOAL_LIBRARY_SECONDS,
        ),
    ]


def measure_map(cache: Cache, name: str) -> tuple[str, list[Figure]]:
    """A map of all signatures by UMAP: its id, seconds, memory."""
    request = plan_map(compendia.load(cache.compendium(name)))
    return job_id(request), _measured(cache, request, "map", _run_alone)


def measure_sizes(cache: Cache, name: str, model_id: str, map_id: str) -> list[Figure]:
    """Bytes on the disk. map_id: '' for none."""
    folders = {"compendium": cache.compendium(name), "model": cache.model(model_id)}
    if map_id:
        folders["map"] = cache.analysis(map_id)
    return [
        Figure(
            f"{what}: on disk",
            (sum(file.stat().st_size for file in folder.iterdir()) / 1e6,),
            "MB",
            "all its files",
        )
        for what, folder in folders.items()
    ]


def measure_pages(cache: Cache, name: str, model_id: str, map_id: str) -> list[Figure]:
    """Seconds of each page's script: of a new server's first viewer, and of the next one.

    map_id: '' for none.
    """
    views = {page: (page, f"compendium={name}") for page in PAGES if page != "home"}
    views["home"] = ("", "")
    views["a model"] = ("models", f"model={model_id}&compendium={name}")
    if map_id:
        views["a map"] = ("map", f"job={map_id}&compendium={name}")
    figures = []
    with serving(APP, cache.root) as server:
        server.wait_until_healthy()
        for _ in range(2):  # the first imports what pages need
            server.open("")
        for what, view in views.items():
            (first, n_bytes), *again = (_timed(partial(server.open, *view)) for _ in range(4))
            figures += [
                Figure(
                    f"page: {what}, first viewer",
                    (first,),
                    "s",
                    f"reads what it shows; {n_bytes / 1e3:,.0f} kB go to the browser",
                    at_most=GOAL_PAGE_SECONDS,
                ),
                Figure(
                    f"page: {what}",
                    tuple(seconds for seconds, _ in again),
                    "s",
                    "of its script",
                    at_most=GOAL_PAGE_SECONDS,
                ),
            ]
        time.sleep(SETTLED)
        idle = memory.of_process(server.pid)
        seconds, megabytes = asyncio.run(_crowd(server, list(views.values())))
    return [
        *figures,
        Figure("pages: idle web process", (idle,), "MB", "PSS, after all pages were shown"),
        Figure(
            f"pages: {VISITORS} visitors at once",
            (seconds,),
            "s",
            "until the last of them has a page, each another one if there are enough",
        ),
        Figure(
            f"pages: web process with {VISITORS} visitors",
            (megabytes,),
            "MB",
            "PSS, after all pages were shown",
            at_most=GOAL_WEB_MEMORY,
        ),
    ]


async def _crowd(server: Server, views: list[tuple[str, str]]) -> tuple[float, float]:
    """Seconds until each of some visitors has a page, and MB of the server while all are there."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        visitors = [await enter(visiting(server.port)) for _ in range(VISITORS)]
        started = time.perf_counter()
        shown = zip(visitors, cycle(views), strict=False)
        await asyncio.gather(*(visitor.open(*view) for visitor, view in shown))
        seconds = time.perf_counter() - started
        await asyncio.sleep(SETTLED)
        return seconds, memory.of_process(server.pid)


def _measured(
    cache: Cache, request: Request, what: str, run: Callable[[Cache, Request], Stages]
) -> list[Figure]:
    with worker_process() as process:
        pid = process.submit(os.getpid).result()
        with memory.watched(pid) as watch:
            stages, processor = process.submit(run, cache, request).result()
    return [
        *(
            Figure(f"{what}: {stage.lower()}", (seconds,), "s", "by its progress")
            for stage, seconds in stages.items()
        ),
        Figure(f"{what}: whole", (sum(stages.values()),), "s", "from the request to the result"),
        Figure(f"{what}: processor time", (processor,), "s", "of all threads of its process"),
        *memory.figures(what, [watch], at_most=None if what == "map" else GOAL_WORK_MEMORY),
    ]


def _run_with_processes(cache: Cache, request: Request) -> Stages:
    from gpar_core.learn.engine import FitPool  # noqa: PLC0415 -- processes of their own

    with FitPool(os.cpu_count() or 1) as pool:
        return _by_stage(cache, request, pool)


def _run_alone(cache: Cache, request: Request) -> Stages:
    from benchmarks.maps import NoPool  # noqa: PLC0415

    return _by_stage(cache, request, NoPool())


def _by_stage(cache: Cache, request: Request, pool: object) -> Stages:
    """Seconds of each stage that the work tells of, in that order; and processor time of all."""
    from gpar_core.analyses.run_job import run_job  # noqa: PLC0415

    begun: list[tuple[str, float]] = [("Starting", time.perf_counter())]

    def report(progress: Progress) -> None:
        if progress.stage != begun[-1][0]:
            begun.append((progress.stage, time.perf_counter()))

    before = time.process_time()
    run_job(request, cache, report, pool)  # type: ignore[arg-type]
    processor = time.process_time() - before
    ends = [at for _, at in begun[1:]] + [time.perf_counter()]
    seconds: dict[str, float] = {}
    for (stage, start), end in zip(begun, ends, strict=True):
        seconds[stage] = seconds.get(stage, 0.0) + end - start
    return seconds, processor


def _timed(act: Callable[[], int]) -> tuple[float, int]:
    """Seconds, and what it returns."""
    started = time.perf_counter()
    found = act()
    return time.perf_counter() - started, found
