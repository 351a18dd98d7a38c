"""The headers of each answer, a line of log for each request, and figures for Prometheus."""

import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gpar_core.api import memory
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.server import histogram, json_log, page_times
from gpar_core.server.histogram import Histogram
from gpar_core.storage.cache import Cache
from gpar_core.storage.disk import measured
from gpar_core.storage.room import KINDS

SAFE: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy",
     b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
)  # fmt: skip


class Watch:
    """Counts and logs the requests of one API."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._requests = Histogram()
        self._waits = Histogram()
        self._waits_until = time.time()

    def middleware(self, app: Any) -> Any:
        """An ASGI application around another one."""

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            begun, status = time.monotonic(), 500

            async def noting(message: Any) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    message["headers"] = [*message["headers"], *SAFE]
                await send(message)

            try:
                await app(scope, receive, noting)
            finally:
                self._note(scope, status, time.monotonic() - begun)

        return watched

    def _note(self, scope: Any, status: int, seconds: float) -> None:
        # The pattern, not the address: it is no one's data, and there are few of them.
        route = getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if route != "unknown" else "any"
        self._requests.observe(f'route="{route}",method="{method}",status="{status}"', seconds)
        if json_log.is_wanted(os.environ):
            user = scope.get("state", {}).get("user", "")
            line = json_log.line(
                time.time(), method=scope["method"], route=route, status=status,
                seconds=round(seconds, 4), user=user,
            )  # fmt: skip
            print(line, file=sys.stderr, flush=True)

    def text(self) -> str:
        """The figures in Prometheus' text format. Raises JobError."""
        jobs = JobStore(self._cache.unrestricted).recent(None)
        now, root = time.time(), self._cache.root.resolve()
        self._note_waits(jobs)
        states = Counter(job.state.value for job in jobs)
        waiting = [now - job.created_at for job in jobs if job.state is State.QUEUED]
        disk = shutil.disk_usage(root)
        sizes = {f'kind="{kind}"': measured(root / kind)[1] for kind in KINDS}
        held = memory.by_role(root)
        lines = [
            *_gauge("gpar_jobs", {f'state="{name}"': n for name, n in states.items()}),
            *_gauge("gpar_queue_length", {"": len(waiting)}),
            *_gauge("gpar_longest_wait_seconds", {"": max(waiting, default=0.0)}),
            *_gauge("gpar_memory_bytes", {f'process="{name}"': n for name, n in held.items()}),
            *_gauge("gpar_cache_bytes", sizes),
            *_gauge("gpar_disk_free_bytes", {"": disk.free}),
            *_gauge("gpar_disk_size_bytes", {"": disk.total}),
            *histogram.lines("gpar_queue_wait_seconds", self._waits.counts),
            *histogram.lines("gpar_request_duration_seconds", self._requests.counts),
            *histogram.lines("gpar_page_duration_seconds", page_times.noted(root)),
        ]
        return "\n".join(lines) + "\n"

    def _note_waits(self, jobs: Iterable[Job]) -> None:
        """Count how long those jobs waited that started since the last call."""
        since = self._waits_until
        for job in jobs:
            # A job that was queued again has not waited since it was created.
            if job.started_at and job.started_at > since and job.attempt == 1:
                self._waits.observe("", job.started_at - job.created_at)
                self._waits_until = max(self._waits_until, job.started_at)


def _gauge(name: str, values: Mapping[str, float]) -> list[str]:
    samples = [
        f"{name}{{{labels}}} {n}" if labels else f"{name} {n}" for labels, n in values.items()
    ]
    return [f"# TYPE {name} gauge", *samples]
