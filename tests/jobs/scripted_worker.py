"""A worker whose science does what the request's `gctx` says; used as `--worker-module`."""

import multiprocessing
import os
import sys
import time

from gpar_core.data.importing.request import ImportRequest
from gpar_core.errors import TrainingSetError, WorkerError
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.worker import main
from gpar_core.learn.engine import FitPool, Pool
from gpar_core.progress import Progress, Report
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request

KEPT: list[bytearray] = []


def warm(pool: FitPool) -> None:
    print("warm", flush=True)


def run(request: Request, cache: Cache, report: Report, pool: Pool) -> None:  # noqa: PLR0912
    assert isinstance(request, ImportRequest)
    with (cache.root / f"runs-{request.name}").open("a") as file:
        file.write(f"{os.getpid()}\n")
    (behavior,) = request.gctx
    match behavior:
        case "quick":
            for step in range(3):
                report(Progress("Counting", step + 1, 3, values={"loss": 1 / (step + 1)}))
        case "until released":
            step = 0
            while not (cache.root / "release").exists():
                report(Progress("Waiting", step := step + 1, 1000))
                time.sleep(0.02)
        case "with processes":
            pool.warm()
            pids = [str(child.pid) for child in multiprocessing.active_children()]
            report(Progress("Waiting", message=" ".join(pids)))
            time.sleep(600)
        case "talks and dies":
            print("last words", flush=True)
            report(Progress("Dying"))
            os._exit(7)
        case "stubborn":
            report(Progress("Deaf"))
            time.sleep(600)
        case "greedy":
            report(Progress("Filling"))
            held = bytearray(os.urandom(1)) * 700_000_000
            time.sleep(600)
            del held
        case "grows":
            KEPT.append(bytearray(os.urandom(1)) * 700_000_000)
        case "silent":
            JobStore.heartbeat = lambda *_: True  # type: ignore[method-assign]
            time.sleep(600)
        case "refused":
            raise TrainingSetError("'X' has 1 compound; 2 are needed. Add compounds.")
        case "without a process":
            raise WorkerError("A training process died. Try again.")
        case "broken":
            raise ValueError("shapes differ")


if __name__ == "__main__":
    sys.exit(main(run=run, warm=warm))
