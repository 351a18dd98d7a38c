"""The state of a job when it was read."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from gpar_core.analyses.registry import from_json
from gpar_core.errors import RequestError
from gpar_core.storage.requests import Request


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def active(self) -> bool:
        """Whether the job is queued or running."""
        return self in (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class Job:
    """The state of a job when it was read. Times are seconds since 1970.

    request: None if another version of GPAR wrote it; such a job is shown as failed.
    stage, done, total, message: the last progress, as in `Progress`.
    error: why it failed, for the user; '' otherwise.
    attempt: 1 for the first try. restarts: how many tries were started automatically.
    created_at: when the user queued it. heartbeat: when its worker last reported. cluster: address
    of the Dask scheduler whose workers train; '' for this computer. short: whether it passes long
    jobs in the queue.
    """

    id: str
    request: Request | None
    owner: str
    state: State
    stage: str
    done: int
    total: int
    message: str
    error: str
    cancel_requested: bool
    attempt: int
    restarts: int
    pid: int | None
    process_created: float | None
    created_at: float
    started_at: float | None
    finished_at: float | None
    heartbeat: float | None
    cluster: str
    short: bool

    @property
    def active(self) -> bool:
        return self.state.active

    @property
    def title(self) -> str:
        return self.request.title if self.request else "Job from another version"

    @property
    def fraction(self) -> float:
        """The completed share of the current stage, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total > 0 else 0.0


def job_of(row: sqlite3.Row) -> Job:
    """A row of the table of jobs."""
    values = dict(row)
    values["state"] = State(values["state"])
    values["cancel_requested"] = bool(values["cancel_requested"])
    values["short"] = bool(values["short"])
    try:
        values["request"] = from_json(values["request"])
    except RequestError as error:
        values.update(request=None, state=State.FAILED, error=f"{error} Start it again.")
    return Job(**values)
