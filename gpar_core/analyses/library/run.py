"""Train the models of a library, several MOAs at once."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import Model
from gpar_core.analyses.training.run import publish, trained_model
from gpar_core.data.compendium import Compendium
from gpar_core.data.provenance import same_compendium
from gpar_core.errors import Cancelled, RequestError
from gpar_core.learn.engine import Pool
from gpar_core.learn.held_out import space_for
from gpar_core.learn.presets import LayeredSettings, preset
from gpar_core.learn.space import Space
from gpar_core.learn.specificity import first_of
from gpar_core.progress import Progress, Report
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id

AT_ONCE = 2
"""MOAs at once: while the pool trains the networks of one, the other is prepared or ranked."""

STAGE = "Library"

Shared = tuple[Compendium, Space | None]
Train = Callable[[Shared, TrainRequest, Pool, Report], Model]


def train_one(shared: Shared, training: TrainRequest, pool: Pool, report: Report) -> Model:
    """The model of one MOA, computed by whichever computer has the compendium and its space."""
    compendium, space = shared
    return trained_model(compendium, training, None, pool, report, space)


def run_library(
    request: LibraryRequest,
    cache: Cache,
    report: Report,
    pool: Pool,
    *,
    train: Train = train_one,
) -> None:
    """Train the models that are missing. Finished models are kept, even if this is stopped.

    The space of the compendium is learned once for all of them. A MOA that cannot be trained as
    requested is recorded with the reason. Any other error ends the job, once the running trainings
    have stopped.
    """
    compendium = same_compendium(request, cache)
    trainings = library.trainings(compendium, request)
    folder = cache.library(job_id(request))
    reasons: dict[str, str] = {}
    library.save(folder, request, trainings, reasons)
    entries = library.load(cache, job_id(request)).entries
    missing = [entry.moa for entry in entries if entry.summary is None]
    ids = {moa: job_id(training) for moa, training in trainings.items()}
    cache.access.put_within(job_id(request), ids.values(), [ids[moa] for moa in missing])
    if not missing:
        return
    done = len(trainings) - len(missing)

    def learning(progress: Progress) -> None:
        report(Progress(STAGE, done, len(trainings), progress.stage))

    settings = preset(request.method.preset)
    space = space_for(
        compendium, settings, seed=request.method.seed, threads=pool.processes, report=learning
    )
    if space is not None:
        learning(Progress("Comparing all MOAs"))
        first_of(space, compendium, pool.processes)  # once, before several models ask for it

    def tell(moa: str, error: RequestError | None, auroc: float, latest: Mapping[str, str]) -> None:
        nonlocal done
        message = "; ".join(f"{each}: {stage.lower()}" for each, stage in latest.items())
        if moa:
            done += 1
            message = f"{moa}: {error or f'mean AUROC {auroc:.2f}'}"
        if error:
            reasons[moa] = str(error)
            library.save(folder, request, trainings, reasons)
        report(Progress(STAGE, done, len(trainings), message))

    fits = isinstance(settings, LayeredSettings)
    with pool.sharing((compendium, space), at_once=AT_ONCE, fits=fits) as shared:
        compute = partial(shared.call, train)
        _each({moa: trainings[moa] for moa in missing}, compute, cache, shared.at_once, tell)


def _each(
    trainings: Mapping[str, TrainRequest],
    compute: Callable[[TrainRequest, Report], Model],
    cache: Cache,
    at_once: int,
    tell: Callable[[str, RequestError | None, float, Mapping[str, str]], None],
) -> None:
    """Train and publish all. tell: called every second, and with each MOA that has ended."""
    stop = threading.Event()
    latest: dict[str, str] = {}

    def one(moa: str) -> float:
        def note(progress: Progress) -> None:
            if stop.is_set():
                raise Cancelled("Cancelled.")
            latest[moa] = progress.stage

        latest[moa] = "Getting ready"
        found = compute(trainings[moa], note)
        publish(found, cache)
        return found.summary.metrics.mean_auroc

    with ThreadPoolExecutor(at_once) as threads:
        running: dict[Future[float], str] = {threads.submit(one, moa): moa for moa in trainings}
        try:
            while running:
                tell("", None, 0.0, dict(latest))
                ended, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
                for future in ended:
                    moa = running.pop(future)
                    latest.pop(moa, None)
                    try:
                        tell(moa, None, future.result(), latest)
                    except RequestError as error:
                        tell(moa, error, 0.0, latest)
        finally:
            stop.set()
            for future in running:
                future.cancel()
