"""The routes of the API: the owner of a token has the same rights as on the dashboard."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gpar_core.api import answers, asking, openapi, receiving
from gpar_core.api.following import OpenStreams
from gpar_core.api.watching import Watch
from gpar_core.data import compendium as compendia
from gpar_core.data.profiles import accept
from gpar_core.data.uploads import publish_profiles, publish_table
from gpar_core.errors import (
    AccessError,
    DataError,
    DiskFullError,
    GparError,
    JobError,
    LimitError,
    NotFoundError,
    RequestError,
)
from gpar_core.jobs import engine
from gpar_core.jobs.store import JobStore
from gpar_core.reading.limited import read_upload
from gpar_core.reading.uploads import LABELS, PLACES, PROFILES, SETS, UPLOADS
from gpar_core.server.identity import of_token, read_sign_in
from gpar_core.server.limits import read_limits
from gpar_core.server.tokens import owner_of
from gpar_core.storage.access import LOCAL
from gpar_core.storage.cache import Cache
from gpar_core.storage.room import check_room
from gpar_core.storage.scratch import scratch_folder

HOSTS: Final = ("localhost", "127.0.0.1")
"""Names by which the API answers, besides those in GPAR_API_HOSTS: another page's name that leads
to this computer is refused."""

JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"
"""Media types of what is sent."""

MAX_JSON: Final = 2 * 2**20
MAX_UPLOAD: Final = 500 * 10**6
"""Bytes; of an upload as on the dashboard."""

MAX_JOBS: Final = 200
STATUS: Final[tuple[tuple[type[GparError], int], ...]] = (
    (NotFoundError, 404), (LimitError, 429), (AccessError, 403), (asking.ChangedError, 409),
    (RequestError, 400), (DiskFullError, 507), (DataError, 422), (JobError, 503),
)  # fmt: skip
"""The first that fits counts."""

UPLOADED: Final = (PROFILES, LABELS, PLACES, SETS)


@dataclass(frozen=True)
class Call:
    """One call of the API.

    cache: as the owner of the token sees it. body: the JSON that was sent. file: where an upload
    is.
    """

    cache: Cache
    request: Request
    body: bytes = b""
    file: Path = Path()

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def flag(self, name: str) -> bool:
        return self.query(name) in {"1", "true"}


def list_compendia(call: Call) -> Response:
    """List the compendia."""
    found = []
    for name in call.cache.compendium_names():
        manifest = compendia.read_manifest(call.cache.existing_compendium(name))
        known = ("fingerprint", "simulated", "kinds")
        found.append({"name": name, **{each: manifest.get(each) for each in known}})
    return _json(found)


def list_jobs(call: Call) -> Response:
    """List your jobs, the newest first."""
    held, visitor = call.cache.held(), call.cache.visitor
    jobs = JobStore(call.cache).recent(None)
    own = [job for job in jobs if visitor == LOCAL or visitor.name == job.owner or job.id in held]
    return _json([answers.job(call.cache, job) for job in own[:MAX_JOBS]])


def submit_job(call: Call) -> Response:
    """Start a job, or get the job of the same request."""
    try:
        content = json.loads(call.body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise RequestError("Send the request as one JSON object.")
    job = engine.submit(call.cache, asking.asked(call.cache, content))
    made = _json(answers.job(call.cache, job), 202 if job.active else 200)
    made.headers["Location"] = f"/v1/jobs/{job.id}"
    return made


def show_job(call: Call) -> Response:
    """Get the state of a job."""
    return _json(answers.job(call.cache, engine.look(call.cache, call.path("id"))))


def cancel_job(call: Call) -> Response:
    """Cancel a job."""
    name = call.path("id")
    engine.look(call.cache, name)  # a job that they may not see is not found
    return _json(answers.job(call.cache, engine.cancel(call.cache, name)))


def show_result(call: Call) -> Response:
    """Get what a result is and the names of its tables."""
    name = call.path("id")
    done = answers.result(call.cache, name)
    call.cache.access.touch(name, time.time())
    return _json({"id": name, **done.details, "tables": list(done.tables)})


def show_table(call: Call) -> Response:
    """Get a table of a result as JSON, CSV or Parquet."""
    wanted = call.query("format") or answers.JSON
    done = answers.result(call.cache, call.path("id"), call.query("order"))
    content = answers.table_in(done, call.path("table"), wanted)
    call.cache.access.touch(call.path("id"), time.time())
    return Response(content, media_type=answers.TYPES[wanted])


def upload_file(call: Call) -> Response:
    """Upload profiles, labels, places or sets, for a request to name by their id."""
    kind = UPLOADS.get(call.path("kind"))
    if kind not in UPLOADED:
        known = ", ".join(each.name for each in UPLOADED)
        raise NotFoundError(f"There is no kind of upload of this name. Use {known}.")
    limits = read_limits(os.environ)
    content = read_upload(kind, call.file, call.query("name") or "upload.csv", limits)
    if kind is PROFILES:
        usable = accept(content, impute=call.flag("impute"), z_score=call.flag("z_score"))
        return _json({"id": publish_profiles(call.cache, usable), "names": usable.names}, 201)
    return _json({"id": publish_table(call.cache, content)}, 201)


async def follow_job(call: Call) -> Response:
    """Follow a job as server-sent events, which end with it."""
    name, last = call.path("id"), call.request.headers.get("last-event-id", "")
    await run_in_threadpool(engine.look, call.cache, name)  # who may not see it is told so at once
    streams: OpenStreams = call.request.app.state.streams
    return streams.follow(call.cache, name, last)


@dataclass(frozen=True)
class Endpoint:
    """A route. takes: media type of the body. query: its parameters, each with what it does."""

    method: str
    path: str
    answer: Callable[[Call], Any]
    takes: str = ""
    most: int = MAX_JSON
    query: tuple[tuple[str, str], ...] = ()


ENDPOINTS: Final = (
    Endpoint("GET", "/v1/compendia", list_compendia),
    Endpoint("GET", "/v1/jobs", list_jobs),
    Endpoint("POST", "/v1/jobs", submit_job, JSON),
    Endpoint("GET", "/v1/jobs/{id}", show_job),
    Endpoint("GET", "/v1/jobs/{id}/events", follow_job),
    Endpoint("POST", "/v1/jobs/{id}/cancel", cancel_job),
    Endpoint("GET", "/v1/results/{id}", show_result),
    Endpoint(
        "GET", "/v1/results/{id}/tables/{table}", show_table,
        query=(
            ("format", "json (the default), csv, parquet or xlsx"),
            ("order", "of a ranking: score, es, nes or p; of MOAs: evidence, calibrated, ..."),
        ),
    ),
    Endpoint(
        "POST", "/v1/uploads/{kind}", upload_file, BYTES, MAX_UPLOAD,
        query=(
            ("name", "name of the file; its ending says how it is read"),
            ("impute", "1 to take missing genes of profiles as unchanged"),
            ("z_score", "1 to convert counts or expression levels to z-scores"),
        ),
    ),
)  # fmt: skip


def create(cache: Cache, *, hosts: tuple[str, ...] = ()) -> Starlette:
    """The API of a cache. hosts: names by which it answers, besides those of this computer."""
    document = openapi.document(ENDPOINTS)
    watch = Watch(cache)

    async def description(request: Request) -> Response:
        return _json(document)

    async def page(request: Request) -> Response:
        return HTMLResponse(openapi.page(document))

    async def metrics(request: Request) -> Response:
        if not os.environ.get("GPAR_METRICS", "") == "1":
            raise HTTPException(404)
        view = await run_in_threadpool(_view, cache, request)
        if not view.visitor.admin:
            raise AccessError("Only an administrator sees the metrics.")
        return Response(await run_in_threadpool(watch.text), media_type="text/plain; version=0.0.4")

    routes = [
        Route("/openapi.json", description),
        Route("/docs", page),
        Route("/metrics", metrics),
        *(Route(each.path, _served(cache, each), methods=[each.method]) for each in ENDPOINTS),
    ]
    made = Starlette(
        routes=routes,
        middleware=[
            Middleware(watch.middleware),
            Middleware(TrustedHostMiddleware, allowed_hosts=[*HOSTS, *hosts], www_redirect=False),
        ],
        exception_handlers={GparError: _problem, HTTPException: _problem, Exception: _problem},
    )
    made.state.streams = OpenStreams()
    return made


def _served(cache: Cache, endpoint: Endpoint) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        view = await run_in_threadpool(_view, cache, request)
        request.state.user = view.visitor.name
        call = Call(view, request)
        if not endpoint.takes:
            return await _answered(endpoint, call)
        size = receiving.declared_size(request, endpoint.takes, endpoint.most)
        if endpoint.takes == JSON:
            body = await receiving.whole(request, endpoint.most)
            return await _answered(endpoint, replace(call, body=body))
        await run_in_threadpool(check_room, view, read_limits(os.environ).owner_gb, size)
        with scratch_folder() as folder:
            file = folder / "body"
            await receiving.spool(request, endpoint.most, file)
            return await _answered(endpoint, replace(call, file=file))

    return serve


async def _answered(endpoint: Endpoint, call: Call) -> Response:
    if asyncio.iscoroutinefunction(endpoint.answer):
        made: Response = await endpoint.answer(call)
        return made
    return await run_in_threadpool(endpoint.answer, call)


def _view(cache: Cache, request: Request) -> Cache:
    """The cache as the owner of the token sees it. Raises HTTPException, AccessError."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise HTTPException(401, "Send a token: Authorization: Bearer TOKEN.", _BEARER)
    try:
        owner = owner_of(cache.root, token.strip(), time.time())
    except AccessError as error:
        raise HTTPException(401, str(error), _BEARER) from error
    return Cache(cache.root, of_token(read_sign_in(os.environ), owner))


_BEARER: Final = {"WWW-Authenticate": "Bearer"}


def _json(content: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type=JSON)


async def _problem(request: Request, error: Exception) -> Response:
    """An error as problem JSON (RFC 9457)."""
    title, headers = type(error).__name__, None
    if isinstance(error, HTTPException):
        status, detail, headers = error.status_code, error.detail, error.headers
    elif isinstance(error, GparError):
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
        detail = str(error)
    else:
        title, status = "Error", 500
        detail = "Something went wrong inside GPAR. The server's log has the details."
    content = {"title": title, "status": status, "detail": detail}
    return Response(
        msgspec.json.encode(content), status, headers, media_type="application/problem+json"
    )
