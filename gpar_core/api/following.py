"""Follow jobs as server-sent events. Each open stream costs a look at its job twice a second."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from gpar_core.api import answers
from gpar_core.errors import GparError
from gpar_core.jobs import engine
from gpar_core.jobs.events import read_events
from gpar_core.server.limits import read_limits
from gpar_core.storage.cache import Cache

LOOK_SECONDS: Final = 0.5
QUIET_SECONDS: Final = 15.0
"""After this long without news, a comment keeps the connection open and finds out who left."""

RETRY_SECONDS: Final = 30


class OpenStreams:
    """The event streams that are open on one server, counted by person."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def follow(self, cache: Cache, job_id: str, last: str) -> StreamingResponse:
        """The news of a job as events. last: id of the event to resume after, '' for all.

        Raises HTTPException if the visitor or the server has too many streams.
        """
        limits, owner = read_limits(os.environ), cache.visitor.name
        if self._open[owner] >= limits.streams_per_owner:
            raise _too_many(f"You follow {self._open[owner]} jobs at once, the limit here.")
        if self._open.total() >= limits.streams:
            raise _too_many("This server follows as many jobs at once as it can.")
        self._open[owner] += 1
        return _Stream(_news(cache, job_id, last), lambda: self._close(owner))

    def _close(self, owner: str) -> None:
        self._open -= Counter([owner])  # which also forgets who has none


class _Stream(StreamingResponse):
    """Calls `close` however it ends."""

    def __init__(self, news: AsyncIterator[str], close: Any) -> None:
        super().__init__(news, 200, {"X-Accel-Buffering": "no"}, "text/event-stream")
        self._close = close

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._close()


def _too_many(what: str) -> HTTPException:
    detail = f"{what} End one of them, or ask for the state of the job now and then instead."
    return HTTPException(429, detail, {"Retry-After": str(RETRY_SECONDS)})


async def _news(cache: Cache, name: str, last: str) -> AsyncIterator[str]:
    """The state of a job and its progress, as they change."""
    first, _, number = last.partition("-")
    seen = (int(first), int(number)) if first.isdecimal() and number.isdecimal() else (0, 0)
    state, quiet = "", time.monotonic()
    while True:
        try:
            # The job is read first: once it has ended, all its events are there.
            job = await run_in_threadpool(engine.look, cache, name)
            since = seen[1] if seen[0] == job.attempt else 0
            events = await run_in_threadpool(read_events, cache.job(name), since)
            shown = await run_in_threadpool(answers.job, cache, job)
        except GparError as error:
            yield _event("problem", {"detail": str(error)})
            return
        for event in events:
            seen = (job.attempt, event.number)
            yield _event("progress", answers.progress(event), f"{seen[0]}-{seen[1]}")
        if state != job.state:
            state = job.state
            yield _event("state", shown)
        elif not events and time.monotonic() - quiet > QUIET_SECONDS:
            yield ": still there\n\n"
            quiet = time.monotonic()
        if not job.active:
            return
        await asyncio.sleep(LOOK_SECONDS)


def _event(kind: str, content: Any, number: str = "") -> str:
    numbered = f"id: {number}\n" if number else ""
    return f"{numbered}event: {kind}\ndata: {msgspec.json.encode(content).decode()}\n\n"
