"""An API whose jobs nobody runs, and its clients."""

import time
from pathlib import Path

import pandas as pd
from starlette.testclient import TestClient

from gpar_core.analyses import result as analysis
from gpar_core.api import app
from gpar_core.jobs.events import EventLog
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import Progress
from gpar_core.server import tokens
from gpar_core.storage.cache import Cache, publishing
from gpar_core.storage.requests import Request


class Server:
    """An API whose jobs nobody runs, and its clients."""

    def __init__(self, root: Path) -> None:
        self.cache = Cache(root)
        self.app = app.create(self.cache)

    def client(self, owner: str) -> TestClient:
        token = tokens.add(self.cache.root, owner, 1, time.time())
        return self.anybody({"Authorization": f"Bearer {token}"})

    def anybody(self, headers: dict[str, str]) -> TestClient:
        return TestClient(
            self.app, "http://localhost", headers=headers, raise_server_exceptions=False
        )

    def publish(self, job_id: str, request: Request) -> None:
        """What a worker does with the one job that waits."""
        job = JobStore(self.cache).claim(9, 9)
        assert job is not None
        table = pd.DataFrame({"name": ["=1+1", "b"], "value": [0.5, None]})
        tables = {"x": table}
        done = analysis.Analysis(job_id, request, "tiny", False, 1.0, "2026-01-01", {}, tables)
        with publishing(self.cache.analysis(job_id)) as building:
            analysis.save(done, building)
        EventLog(self.cache.job(job_id)).append(Progress("Map", 1, 2, "half"))
        JobStore(self.cache).finish(job.id, job.attempt, State.DONE)
