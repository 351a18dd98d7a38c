"""Train the models of a library, several MOAs at once."""

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.request import LibraryRequest
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.run import train_model
from gpar_core.data.compendium import Compendium
from gpar_core.data.provenance import same_compendium
from gpar_core.errors import Cancelled, RequestError
from gpar_core.learn.engine import Pool
from gpar_core.learn.held_out import space_for
from gpar_core.learn.presets import preset
from gpar_core.learn.space import Space
from gpar_core.learn.specificity import first_of
from gpar_core.progress import Progress, Report
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id

AT_ONCE = 2
"""MOAs at once: while the pool trains the networks of one, the other is prepared or ranked."""

STAGE = "Library"

Train = Callable[[Compendium, TrainRequest, Cache, Report, Pool, Space | None], None]


def run_library(
    request: LibraryRequest,
    cache: Cache,
    report: Report,
    pool: Pool,
    *,
    train: Train = train_model,
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
    done = len(trainings) - len(missing)

    def learning(progress: Progress) -> None:
        report(Progress(STAGE, done, len(trainings), progress.stage))

    space = None
    if missing:
        settings, seed = preset(request.method.preset), request.method.seed
        space = space_for(compendium, settings, seed=seed, threads=pool.processes, report=learning)
    if space is not None:
        learning(Progress("Comparing all MOAs"))
        first_of(space, compendium, pool.processes)  # once, before several models ask for it
    stop = threading.Event()
    latest: dict[str, Progress] = {}

    def within(moa: str) -> Report:
        def note(progress: Progress) -> None:
            if stop.is_set():
                raise Cancelled("Cancelled.")
            latest[moa] = progress

        return note

    def overall(message: str = "") -> None:
        under_way = "; ".join(f"{moa}: {each.stage.lower()}" for moa, each in dict(latest).items())
        report(Progress(STAGE, done, len(trainings), message or under_way))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        running: dict[Future[None], str] = {
            threads.submit(train, compendium, trainings[moa], cache, within(moa), pool, space): moa
            for moa in missing
        }
        try:
            while running:
                overall()
                ended, _ = wait(running, timeout=1, return_when=FIRST_COMPLETED)
                for future in ended:
                    moa = running.pop(future)
                    latest.pop(moa, None)
                    done += 1
                    try:
                        future.result()
                        auroc = _summary_auroc(cache, trainings[moa])
                        overall(f"{moa}: mean AUROC {auroc:.2f}")
                    except RequestError as error:
                        reasons[moa] = str(error)
                        library.save(folder, request, trainings, reasons)
                        overall(f"{moa}: {error}")
        finally:
            stop.set()
            for future in running:
                future.cancel()


def _summary_auroc(cache: Cache, training: TrainRequest) -> float:
    return model.load_summary(cache.existing_model(job_id(training))).metrics.mean_auroc
