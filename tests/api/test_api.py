"""The API: who may do what, what is refused, and that results are those of the dashboard."""

import asyncio
import io
import json
import logging
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openapi_spec_validator import validate
from starlette.exceptions import HTTPException

from gpar_core.analyses.cell_influence.plan import plan_cell_influence
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.genes.plan import plan_gene_counts
from gpar_core.analyses.hyper_parameters.plan import plan_sweep
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.signature_search.plan import plan_compound_search, plan_list_search
from gpar_core.analyses.training.plan import plan_training
from gpar_core.api import app, asking, openapi
from gpar_core.data.compendium import Compendium
from gpar_core.data.quality import QualityFilter
from gpar_core.data.requests import SelectRequest
from gpar_core.errors import NotFoundError, RequestError
from gpar_core.jobs import engine
from gpar_core.jobs.store import JobStore
from gpar_core.server import page_times, tokens
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import to_json
from tests.api.served import Server

MAP = {"kind": "map", "compendium": "tiny", "method": "tsne"}


@pytest.fixture
def server(tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setattr(engine, "ensure_running", lambda _: None)
    monkeypatch.setenv("GPAR_SIGN_IN", "oidc")
    monkeypatch.setenv("GPAR_ADMINS", "root")
    shutil.copytree(tiny_folder, tmp_path / "compendia/tiny")
    return Server(tmp_path)


@pytest.fixture(scope="module")
def tiny_folder(tiny: Compendium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    # The fixture `tiny` is in a folder of its name.
    yield next(tmp_path_factory.getbasetemp().glob("tiny*/tiny"))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic"}])
@pytest.mark.parametrize("endpoint", app.ENDPOINTS, ids=lambda each: each.answer.__name__)
def test_nothing_is_told_or_done_without_a_token(
    server: Server, endpoint: app.Endpoint, headers: dict[str, str]
) -> None:
    path = endpoint.path.format(id="x", table="x", kind="profiles")
    answer = server.anybody(headers).request(endpoint.method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_ends_by_time_removal_and_when_its_owner_is_no_longer_invited(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, now = server.cache.root, time.time()
    ann = server.client("ann")
    assert ann.get("/v1/jobs").status_code == 200
    old = tokens.add(root, "ann", 1, now - 2 * tokens.DAY_SECONDS)
    headers = {"Authorization": f"Bearer {old}"}
    assert server.anybody(headers).get("/v1/jobs").status_code == 401
    monkeypatch.setenv("GPAR_USERS", "bob")
    assert ann.get("/v1/jobs").status_code == 403
    monkeypatch.delenv("GPAR_USERS")
    tokens.remove(root, "ann")
    assert ann.get("/v1/jobs").status_code == 401


def test_tokens_are_stored_as_hashes_that_only_their_owner_can_read(tmp_path: Path) -> None:
    text = tokens.add(tmp_path, "ann", 1, 0.0)
    path = tmp_path / tokens.FILE_NAME
    assert text not in path.read_text() and text[-20:] not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
    assert tokens.owner_of(tmp_path, text, 1.0) == "ann"


def test_without_sign_in_only_tokens_of_the_local_user_count(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GPAR_SIGN_IN")
    assert server.client("ann").get("/v1/jobs").status_code == 403
    assert server.client("local").get("/v1/jobs").status_code == 200


def test_another_page_in_the_same_browser_cannot_start_work(server: Server) -> None:
    ann = server.client("ann")
    text = json.dumps(MAP)
    plain = ann.post("/v1/jobs", content=text, headers={"Content-Type": "text/plain"})
    assert plain.status_code == 415
    assert ann.get("/v1/jobs", headers={"Host": "evil.example"}).status_code == 400
    asked = ann.options("/v1/jobs", headers={"Origin": "http://evil.example"})
    assert not [name for name in asked.headers if name.startswith("access-control")]
    assert JobStore(server.cache).recent() == []


def test_a_job_from_request_to_result(server: Server) -> None:
    ann = server.client("ann")
    answer = ann.post("/v1/jobs", json=MAP)
    assert answer.status_code == 202
    job = answer.json()
    assert (job["state"], job["position"], job["result"]) == ("queued", 1, None)
    request = JobStore(server.cache).get(job["id"]).request
    assert isinstance(request, MapRequest)
    server.publish(job["id"], request)

    with ann.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
        events = [line for line in stream.iter_lines() if line.startswith(("event", "id"))]
    assert events == ["id: 1-1", "event: progress", "event: state"]
    with ann.stream(
        "GET", f"/v1/jobs/{job['id']}/events", headers={"Last-Event-ID": "1-1"}
    ) as stream:
        assert "event: progress" not in list(stream.iter_lines())

    # A saved request is a request of the API.
    again = ann.post("/v1/jobs", json=job["request"])
    assert (again.status_code, again.json()["id"]) == (200, job["id"])
    assert [each["id"] for each in ann.get("/v1/jobs").json()] == [job["id"]]
    result = again.json()["result"]
    assert ann.get(result).json()["tables"] == ["x"]
    table = f"{result}/tables/x"
    assert ann.get(table).json() == [{"name": "=1+1", "value": 0.5}, {"name": "b", "value": None}]
    assert ann.get(table, params={"format": "csv"}).text.splitlines()[1].startswith("'=1+1,0.5,")
    parquet = pd.read_parquet(io.BytesIO(ann.get(table, params={"format": "parquet"}).content))
    assert parquet["name"].tolist() == ["=1+1", "b"]
    book = zipfile.ZipFile(io.BytesIO(ann.get(table, params={"format": "xlsx"}).content))
    sheet = book.read("xl/worksheets/sheet1.xml")
    assert b"<t>=1+1</t>" in sheet
    assert b"<f>" not in sheet
    assert ann.get(table, params={"format": "xls"}).status_code == 400
    assert ann.get(f"{result}/tables/y").status_code == 404


def test_what_is_private_is_not_found_until_the_same_is_asked_for(server: Server) -> None:
    ann, bob, root = map(server.client, ("ann", "bob", "root"))
    job = ann.post("/v1/jobs", json=MAP).json()
    paths = [f"/v1/jobs/{job['id']}", f"/v1/jobs/{job['id']}/events", f"/v1/results/{job['id']}"]
    assert [bob.get(path).status_code for path in paths] == [404] * 3
    assert bob.post(f"/v1/jobs/{job['id']}/cancel").status_code == 404
    assert bob.get("/v1/jobs").json() == []
    server.publish(job["id"], JobStore(server.cache).get(job["id"]).request)
    assert [bob.get(path).status_code for path in paths] == [404] * 3
    assert root.get(paths[-1]).status_code == 200
    assert bob.post("/v1/jobs", json=MAP).json()["state"] == "done"
    assert bob.get(paths[-1]).status_code == 200


def test_a_request_cannot_name_what_is_private(server: Server) -> None:
    server.cache.access.hold("ann", "compendia/tiny", 0.0, shared=False)
    bob = server.client("bob")
    assert bob.post("/v1/jobs", json=MAP).status_code == 404
    assert bob.get("/v1/compendia").json() == []
    assert server.client("ann").post("/v1/jobs", json=MAP).status_code == 202


def test_a_job_is_canceled_by_its_owner(server: Server) -> None:
    ann = server.client("ann")
    job = ann.post("/v1/jobs", json=MAP).json()
    assert ann.post(f"/v1/jobs/{job['id']}/cancel").json()["state"] == "cancelled"


def test_limits_of_the_dashboard_are_those_of_the_api(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPAR_MAX_WAITING_PER_OWNER", "1")
    ann = server.client("ann")
    ann.post("/v1/jobs", json=MAP)
    refused = ann.post("/v1/jobs", json=MAP | {"seed": 1})
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert "already waiting" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        ({"kind": "import", "name": "x", "gctx": ["/etc/passwd"]}, 400, "Give the kind"),
        ({"kind": ["map"]}, 400, "Give the kind"),
        (MAP | {"seed": -1}, 400, "The seed is -1"),
        (MAP | {"seed": "1"}, 400, "of the wrong type"),
        (MAP | {"more": 1}, 400, "the part 'more' in it is unknown"),
        (MAP | {"fingerprint": "0"}, 409, "has changed"),
        (MAP | {"compendium": "none"}, 404, "No compendium is named 'none'"),
        (MAP | {"compendium": "../tiny"}, 400, "not a valid name"),
        (MAP | {"model": "none"}, 404, "No model is named"),
        ({"kind": "train", "compendium": "tiny", "moa": "no such"}, 404, ""),
        ({"kind": "train", "compendium": "tiny", "profiles": "none"}, 404, "No profile set"),
        (
            {"kind": "train", "compendium": "tiny", "moa": "MTOR inhibitor", "null_repeats": 99},
            400,
            "permuted-label runs",
        ),
        ({"kind": "signature_search", "compendium": "tiny"}, 400, "Give one query"),
    ],
)
def test_what_the_page_refuses_is_refused(
    server: Server, request_: dict[str, object], status: int, said: str
) -> None:
    answer = server.client("ann").post("/v1/jobs", json=request_)
    assert (answer.status_code, JobStore(server.cache).recent()) == (status, [])
    assert said in answer.json()["detail"]


def test_files_and_addresses_of_a_download_are_the_servers(server: Server) -> None:
    asked = {"kind": "fetch", "source": "starter", "base_url": "http://evil/", "to": "/etc"}
    job = server.client("ann").post("/v1/jobs", json=asked).json()
    assert (job["request"]["base_url"], job["request"]["to"]) == ("", "")


def test_too_much_is_refused(server: Server) -> None:
    content = json.dumps(MAP | {"cells": ["x" * app.MAX_JSON]})
    ann = server.client("ann")
    headers = {"Content-Type": "application/json"}
    assert ann.post("/v1/jobs", content=content, headers=headers).status_code == 413
    parts = iter([content.encode()])  # of a length that the client does not declare
    assert ann.post("/v1/jobs", content=parts, headers=headers).status_code == 413
    deep = ann.post("/v1/jobs", content="[" * 100_000, headers=headers)
    assert deep.status_code == 400


@pytest.mark.parametrize(
    ("declared", "status", "said"),
    [(600 * 10**6, 413, "500,000,000 bytes"), (400 * 10**6, 429, "the file has 0.4 GB")],
)
def test_an_upload_that_is_too_large_is_refused_before_it_is_read(
    server: Server, monkeypatch: pytest.MonkeyPatch, declared: int, status: int, said: str
) -> None:
    monkeypatch.setenv("GPAR_OWNER_GB", "1")
    server.cache.access.hold("ann", "compendia/tiny", 0.0, shared=False)
    with (server.cache.compendium("tiny") / "more").open("wb") as file:
        file.truncate(700 * 10**6)

    def unread() -> Iterator[bytes]:
        yield b"x"
        raise AssertionError("read on")

    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(declared)}
    answer = server.client("ann").post("/v1/uploads/sets", content=unread(), headers=headers)
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_open_event_streams_are_limited(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPAR_MAX_STREAMS_PER_OWNER", "1")
    monkeypatch.setenv("GPAR_MAX_STREAMS", "2")
    ann = server.client("ann")
    path = f"/v1/jobs/{ann.post('/v1/jobs', json=MAP).json()['id']}/events"
    streams = server.app.state.streams
    of_ann, of_bob = (
        streams.follow(Cache(server.cache.root, Visitor(name)), "none", "")
        for name in ("ann", "bob")
    )
    refused = ann.get(path)
    assert refused.status_code == 429
    assert "You follow 1 jobs" in refused.json()["detail"]
    assert int(refused.headers["retry-after"]) > 0
    with pytest.raises(HTTPException, match="as many jobs at once as it can"):
        streams.follow(Cache(server.cache.root, Visitor("eve")), "none", "")

    async def gone(message: object) -> None:
        raise OSError

    for each in (of_ann, of_bob):  # whoever leaves makes room
        with suppress(Exception):
            asyncio.run(each({"type": "http", "asgi": {"spec_version": "2.4"}}, None, gone))
    ann.post(path.replace("events", "cancel"))
    assert ann.get(path).status_code == 200
    assert ann.get(path).status_code == 200


def test_every_plan_makes_of_its_request_the_same(tiny: Compendium, server: Server) -> None:
    moa, linear = DrugSet(moa="MTOR inhibitor"), Method(preset="linear")
    drugs = DrugSet(drugs=("hdac0", "hdac1", "hdac2"))
    planned = [
        plan_training(tiny, moa, linear)[0],
        plan_training(tiny, drugs, Method(cells=("MCF7",)))[0],
        plan_library(tiny, linear),
        plan_evaluation(tiny, Method(negatives="others"), methods=("cosine",)),
        plan_cell_influence(tiny, moa, linear, selections=[["A375"], ["MCF7"]])[0],
        plan_sweep(tiny, moa, layers=[2], nodes=[10])[0],
        plan_gene_counts(tiny, moa, linear, counts=[10])[0],
        plan_map(tiny, method="tsne", cells=["MCF7"]),
        replace(plan_compound_search(tiny, "hdac0"), tau=True),
        plan_list_search(tiny, ["TP53"], ["MYC"], name="mine")[0],
        SelectRequest("tiny", tiny.fingerprint, "new", QualityFilter(cells=("MCF7",))),
    ]
    for request in planned:
        assert asking.asked(server.cache, json.loads(to_json(request))) == request, request.kind


def test_every_kind_but_an_import_has_a_plan(tiny: Compendium, server: Server) -> None:
    for name, kind in asking.OFFERED.items():
        made = object.__new__(kind)
        try:
            asking._on(tiny, server.cache, made)
        except (RequestError, NotFoundError) as error:
            wholes = {"demo", "fetch", "curation", "prediction"}
            assert "cannot be made here" not in str(error) or name in wholes
        except AttributeError:
            pass  # it has one, which reads the parts that are missing


def test_uploaded_profiles_belong_to_who_sent_them(
    tiny: Compendium, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gpar_core import fields

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    rows = [f"{symbol},{value % 7 - 3}" for value, symbol in enumerate(fields.LANDMARK_SYMBOLS)]
    content = "\n".join(["gene,mine", *rows]).encode()
    ann, bob = server.client("ann"), server.client("bob")
    headers = {"Content-Type": "application/octet-stream"}
    where = {"url": "/v1/uploads/profiles", "params": {"name": "mine.csv"}, "headers": headers}
    sent = ann.post(content=content, **where)
    assert sent.status_code == 201, sent.text
    asked = {"kind": "signature_search", "compendium": "tiny", "profiles": sent.json()["id"]}
    assert ann.post("/v1/jobs", json=asked).status_code == 202
    assert bob.post("/v1/jobs", json=asked).status_code == 404
    assert ann.post(content=b"\x00", **where).status_code == 422
    assert ann.post("/v1/uploads/none", content=b"x", headers=headers).status_code == 404
    assert not list(scratch.iterdir()), "uploads are not kept"


def test_the_document_is_valid_and_has_every_route(server: Server) -> None:
    document = server.anybody({}).get("/openapi.json").json()
    validate(document)
    routes = {(each.path, each.method.lower()) for each in app.ENDPOINTS}
    assert {(path, way) for path, ways in document["paths"].items() for way in ways} == routes
    assert len(document["components"]["schemas"]["Request"]["oneOf"]) == len(asking.OFFERED)
    page = server.anybody({}).get("/docs").text
    assert all(each.path in page for each in app.ENDPOINTS)
    assert "<script" not in page and "src=" not in page


def test_the_page_of_the_document_is_escaped() -> None:
    document = openapi.document(app.ENDPOINTS)
    document["info"]["description"] = "<script>"
    assert "<script>" not in openapi.page(document)


def test_metrics_are_off_and_for_administrators(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, root = server.client("ann"), server.client("root")
    assert root.get("/metrics").status_code == 404
    monkeypatch.setenv("GPAR_METRICS", "1")
    assert ann.get("/metrics").status_code == 403
    job = ann.post("/v1/jobs", json=MAP).json()
    page_times.note(server.cache.root, "Map", 0.3)
    text = root.get("/metrics").text
    assert 'gpar_jobs{state="queued"} 1' in text
    request = 'route="/v1/jobs",method="POST",status="202"'
    assert f"gpar_request_duration_seconds_count{{{request}}} 1" in text
    assert 'gpar_page_duration_seconds_bucket{page="Map",le="0.25"} 0' in text
    assert 'gpar_page_duration_seconds_bucket{page="Map",le="0.5"} 1' in text
    assert "gpar_queue_length 1" in text
    assert "gpar_queue_wait_seconds_count" not in text
    figures = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert float(figures['gpar_cache_bytes{kind="compendia"}']) > 10**5
    assert float(figures['gpar_memory_bytes{process="api"}']) > 10**7
    server.publish(job["id"], MapRequest("tiny", ""))
    assert "gpar_queue_wait_seconds_count 1" in root.get("/metrics").text
    assert "gpar_queue_wait_seconds_count 1" in root.get("/metrics").text, "once for each job"


def test_the_log_has_a_line_for_each_request_and_no_token(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GPAR_LOG", "json")
    ann = server.client("ann")
    ann.get("/v1/jobs?secret=1")
    said = capsys.readouterr().err
    line = json.loads(said)
    assert (line["route"], line["status"], line["user"]) == ("/v1/jobs", 200, "ann")
    assert "secret" not in said and str(ann.headers["authorization"]) not in said


def test_a_bug_says_nothing_of_itself(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(JobStore, "recent", lambda *_: 1 / 0)
    answer = server.client("ann").get("/v1/jobs")
    assert answer.status_code == 500
    assert "inside GPAR" in answer.json()["detail"] and "ZeroDivision" not in answer.text
