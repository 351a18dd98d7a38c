"""A cache with real supervisors and workers, and what must be true of it after any fault."""

from pathlib import Path

import psutil

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs.job import Job, State
from gpar_core.storage import leftovers
from tests.jobs.staging import Site
from tests.processes import kill
from tests.waiting import until

MODULE = "tests.faults.staged_worker"


def training(label: str) -> TrainRequest:
    return TrainRequest(
        compendium="tiny", fingerprint="f" * 64, drug_set=DrugSet(label=label, drugs=("a", "b"))
    )


class Ground(Site):
    """A cache, the processes at work on it, and waits that end with their condition."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        super().__init__(root, MODULE)

    def wait_at(self, label: str, stage: str) -> None:
        """Let the worker of this label wait when it comes to a stage."""
        (self.cache.root / f"at-{label}").unlink(missing_ok=True)
        (self.cache.root / f"wait-{label}").write_text(stage)

    def go_on(self, label: str) -> None:
        (self.cache.root / f"wait-{label}").unlink(missing_ok=True)

    def start(self, label: str, stage: str, *options: str) -> Job:
        """Submit, and wait until the worker waits at the stage."""
        self.wait_at(label, stage)
        job = self.submit(label, *options)
        return self.waits(label, job)

    def waits(self, label: str, job: Job) -> Job:
        """The job once its worker waits at the stage it was told; fails if the job ends first."""

        def never() -> str:
            now = self.store.get(job.id)
            return "" if now.active else f"the job is {now.state}: {now.error}"

        until((self.cache.root / f"at-{label}").exists, unless=never, saw=self.told)
        return self.store.get(job.id)

    def submit(self, label: str, *options: str) -> Job:
        job = self.store.submit(training(label))
        self.supervise(*options)
        return job

    def trainings(self, label: str) -> int:
        """How often the science was done."""
        return len((self.cache.root / f"trainings-{label}").read_text().splitlines())

    def kill_worker(self, job: Job) -> None:
        kill(psutil.Process(self.store.get(job.id).pid))

    def kill_supervisors(self) -> None:
        for process in self.supervisors():
            kill(process)

    def check_results(self) -> None:
        """All that is to be seen is whole."""
        for model_id in self.cache.model_ids():
            assert model.load(self.cache.model(model_id)).summary.model_id == model_id

    def check_told(self) -> None:
        """What is called done is there; what failed says why."""
        for job in self.store.recent():
            assert job.state != State.DONE or job.id in self.cache.model_ids()
            assert job.state != State.FAILED or job.error

    def check_clean(self) -> None:
        until(lambda: not leftovers.find(self.cache), saw=lambda: leftovers.find(self.cache))

    def check_next_try(self, label: str) -> Job:
        """Whatever became of it, asked for again it works."""
        self.go_on(label)
        job = self.ended(self.submit(label))
        assert job.state == State.DONE, job.error
        assert job.id in self.cache.model_ids()
        self.check_results()
        self.check_told()
        self.check_clean()
        return job
