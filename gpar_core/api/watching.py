"""The headers of each answer, a line of log for each request, and figures for Prometheus."""

import json
import os
import shutil
import sys
import time
from collections import Counter
from contextlib import suppress
from typing import Any, Final

import psutil

from gpar_core.jobs.store import JobStore
from gpar_core.storage.cache import Cache

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
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._seconds: Counter[tuple[str, str, int]] = Counter()

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
        self._requests[route, method, status] += 1
        self._seconds[route, method, status] += seconds  # type: ignore[assignment]
        if os.environ.get("GPAR_LOG", "") == "json":
            line = {
                "time": round(time.time(), 3),
                "method": scope["method"],
                "route": route,
                "status": status,
                "seconds": round(seconds, 4),
                "user": scope.get("state", {}).get("user", ""),
            }
            print(json.dumps(line), file=sys.stderr, flush=True)

    def text(self) -> str:
        """The figures in Prometheus' text format. Raises JobError."""
        store = JobStore(self._cache.unrestricted)
        jobs = store.recent(None)
        states = Counter(job.state.value for job in jobs)
        waiting = [time.time() - job.created_at for job in jobs if job.state.value == "queued"]
        disk = shutil.disk_usage(self._cache.root)
        lines = [
            *_metric("gpar_jobs", "gauge", {f'state="{name}"': n for name, n in states.items()}),
            *_metric("gpar_queue_length", "gauge", {"": len(waiting)}),
            *_metric("gpar_longest_wait_seconds", "gauge", {"": max(waiting, default=0.0)}),
            *_metric("gpar_memory_bytes", "gauge", _memory(job.pid for job in store.running())),
            *_metric("gpar_disk_free_bytes", "gauge", {"": disk.free}),
            *_metric("gpar_disk_size_bytes", "gauge", {"": disk.total}),
            *_metric("gpar_requests_total", "counter", _labeled(self._requests)),
            *_metric("gpar_request_seconds_total", "counter", _labeled(self._seconds)),
        ]
        return "\n".join(lines) + "\n"


def _labeled(counts: Counter[tuple[str, str, int]]) -> dict[str, float]:
    return {
        f'route="{route}",method="{method}",status="{status}"': n
        for (route, method, status), n in counts.copy().items()
    }


def _metric(name: str, kind: str, values: dict[str, float]) -> list[str]:
    samples = [
        f"{name}{{{labels}}} {n}" if labels else f"{name} {n}" for labels, n in values.items()
    ]
    return [f"# TYPE {name} {kind}", *samples]


def _memory(workers: Any) -> dict[str, float]:
    """Resident bytes of this process with its children, and of the workers with theirs."""
    groups = {'process="server"': [os.getpid()], 'process="workers"': [p for p in workers if p]}
    held = {}
    for label, roots in groups.items():
        seen: dict[int, int] = {}
        for root in roots:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(root)
                for each in [process, *process.children(recursive=True)]:
                    with suppress(psutil.NoSuchProcess):
                        seen[each.pid] = each.memory_info().rss
        held[label] = float(sum(seen.values()))
    return held
