"""Real supervisors and workers on a cache of their own, and how tests wait for them."""

from pathlib import Path

import psutil

from gpar_core.data.importing.request import ImportRequest
from gpar_core.jobs.job import Job
from gpar_core.jobs.store import JobStore
from gpar_core.jobs.supervisor import ensure_running
from gpar_core.storage.cache import Cache
from tests.import_requests import import_request
from tests.processes import end_jobs, of_cache
from tests.waiting import PATIENCE, until


class Site:
    """A cache with its store, and the real processes at work on it."""

    def __init__(self, root: Path, module: str = "scripted_worker") -> None:
        """module: of the workers."""
        self.cache = Cache(root)
        self.module = module
        self.store = JobStore(self.cache)

    def supervise(self, *options: str) -> None:
        """Where the options do not say otherwise, nobody is killed for being slow."""
        patient = ("--grace", str(PATIENCE), "--silence", str(PATIENCE))
        ensure_running(self.cache, ("--worker-module", self.module, *patient, *options))

    def supervisors(self) -> list[psutil.Process]:
        return of_cache(self.cache, "gpar_core.jobs.supervisor")

    def workers(self) -> list[psutil.Process]:
        return of_cache(self.cache, self.module, without="gpar_core.jobs.supervisor")

    def release(self) -> None:
        """Let the workers that wait end their job."""
        (self.cache.root / "release").touch()

    def log(self) -> str:
        """Of the supervisors, and of workers outside their jobs; empty before the first."""
        path = self.cache.jobs / "supervisor.log"
        return path.read_text() if path.exists() else ""

    def reached(self, job: Job, stage: str = "") -> Job:
        """The job once its worker has come to a stage, '' for any; fails if the job ends first."""

        def now() -> Job | None:
            job_now = self.store.get(job.id)
            return job_now if job_now.stage and stage in {"", job_now.stage} else None

        def never() -> str:
            job_now = self.store.get(job.id)
            return "" if job_now.active else f"the job is {job_now.state} ({job_now.error})"

        found = until(now, unless=never, saw=self.told)
        assert found is not None
        return found

    def ended(self, job: Job) -> Job:
        """The job once it has ended, however it did."""

        def now() -> Job | None:
            job_now = self.store.get(job.id)
            return None if job_now.active else job_now

        found = until(now, saw=self.told)
        assert found is not None
        return found

    def beats(self, job: Job, n: int = 4) -> None:
        """Wait until the heart of the job has beaten some times more."""
        beats: set[float | None] = set()

        def enough() -> bool:
            beats.add(self.store.get(job.id).heartbeat)
            return len(beats) > n

        until(enough, saw=self.told)

    def told(self) -> str:
        """All that explains why something does not come."""
        jobs = [
            f"{job.id} {job.state} attempt {job.attempt} pid {job.pid}: {job.stage} {job.error}"
            for job in self.store.recent()
        ]
        pids = {
            "supervisors": [each.pid for each in self.supervisors()],
            "workers": [each.pid for each in self.workers()],
        }
        return "\n".join([str(pids), *jobs, "Log:", self.log()[-3000:]])

    def runs(self, name: str) -> int:
        """How often a worker began this request."""
        return len((self.cache.root / f"runs-{name}").read_text().splitlines())

    def stop(self) -> None:
        end_jobs(self.cache, self.module)


def work(name: str, behavior: str = "quick") -> ImportRequest:
    return import_request(name, behavior)
