"""Every analysis through the API: submitted, followed to its end, and its tables fetched."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from gpar_core import fields
from gpar_core.analyses.run_job import run_job
from gpar_core.api import asking
from gpar_core.jobs import engine
from gpar_core.jobs.events import EventLog
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from tests.api.served import Server
from tests.pools import Means
from tests.synthetic import build
from tests.targeted import DRUGS

UPLOADED = object()
"""In place of the id of uploaded profiles."""

_ON_TINY: dict[str, Any] = {"compendium": "tiny"}
_TRAINED = _ON_TINY | {"moa": "MTOR inhibitor", "preset": "linear"}
TRAIN = _TRAINED | {"kind": "train"}
LIBRARY = _ON_TINY | {"kind": "library", "moas": ["MTOR inhibitor"], "preset": "linear"}

ASKED: dict[str, dict[str, Any]] = {
    "select": _ON_TINY | {"name": "part", "quality": {"cells": ["MCF7"]}},
    "train": TRAIN,
    "library": LIBRARY,
    "curation": {"model": TRAIN, "repeats": 1},
    "prediction": {"library": LIBRARY, "profiles": UPLOADED},
    "evaluation": _ON_TINY | {"classes": ["MTOR inhibitor"], "methods": ["cosine"]},
    "cell_influence": _TRAINED | {"selections": [["A375"], ["MCF7"]]},
    "sweep": _ON_TINY | {"moa": "MTOR inhibitor", "layers": [2], "nodes": [10], "steps": 10},
    "gene_importance": _ON_TINY | {"model": TRAIN},
    "gene_count": _TRAINED | {"counts": [10], "repeats": 1},
    "map": _ON_TINY | {"method": "tsne", "model": TRAIN | {"preset": "paper"}},
    "signature_search": _ON_TINY | {"compound": "hdac0", "score": "xsum"},
    "search_evaluation": _ON_TINY | {"scores": ["xsum"], "genes": [10], "noise": [0]},
    "target_prediction": _ON_TINY | {"compound": "hdac0"},
    "target_evaluation": _ON_TINY,
}
"""By kind; a request in a request stands for the id of its result."""

ELSEWHERE = {"demo", "fetch"}
"""What makes no result, and is tested with the data."""


class Lab:
    """A client whose jobs run as soon as they are asked for."""

    def __init__(self, server: Server, client: TestClient) -> None:
        self.client = client
        self._server = server
        symbols = enumerate(fields.LANDMARK_SYMBOLS)
        rows = [f"{symbol},{place % 7 - 3}" for place, symbol in symbols]
        self._profiles = client.post(
            "/v1/uploads/profiles",
            params={"name": "mine.csv"},
            content="\n".join(["gene,mine", *rows]),
            headers={"Content-Type": "application/octet-stream"},
        ).json()["id"]

    def done(self, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
        """The job of a request, at its end."""
        known = {name: self._known(value) for name, value in asked.items()}
        answer = self.client.post("/v1/jobs", json=known | {"kind": kind})
        assert answer.status_code in {200, 202}, answer.text
        job = answer.json()
        if job["state"] == "queued":
            self._work()
        with self.client.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
            *_, last = (line for line in stream.iter_lines() if line.startswith("data"))
        ended: dict[str, Any] = json.loads(last.removeprefix("data: "))
        assert ended["state"] == "done"
        return ended

    def _known(self, value: Any) -> Any:
        if value is UPLOADED:
            return self._profiles
        if isinstance(value, dict) and "kind" in value:
            return self.done(value["kind"], value)["id"]
        return value

    def _work(self) -> None:
        store = JobStore(self._server.cache)
        job = store.claim(9, 9)
        assert job is not None
        assert job.request is not None
        run_job(job.request, self._server.cache, EventLog(self._server.cache.job(job.id)).append,
                Means())  # fmt: skip
        store.finish(job.id, job.attempt, State.DONE)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "ensure_running", lambda _: None)
        patch.setattr("gpar_core.maps.tsne.embed", lambda x, **_: x[:, :2])
        patch.delenv("GPAR_SIGN_IN", raising=False)
        server = Server(tmp_path_factory.mktemp("lab"))
        build(server.cache.compendium("tiny"), DRUGS, effect=20.0)
        yield Lab(server, server.client("local"))


def test_no_kind_is_forgotten() -> None:
    assert ASKED.keys() | ELSEWHERE == asking.OFFERED.keys()


@pytest.mark.parametrize("kind", ASKED)
def test_a_request_comes_back_as_its_result(lab: Lab, kind: str) -> None:
    job = lab.done(kind, ASKED[kind])
    if kind == "select":
        names = [each["name"] for each in lab.client.get("/v1/compendia").json()]
        assert (job["result"], names) == (None, ["part", "tiny"])
        return
    result = lab.client.get(job["result"]).json()
    assert result["tables"]
    rows = {}
    for name in result["tables"]:
        path = f"{job['result']}/tables/{name}"
        content = lab.client.get(path).json()
        assert isinstance(content, list), content
        rows[name] = len(content)
        parquet = lab.client.get(path, params={"format": "parquet"}).content
        assert len(pd.read_parquet(io.BytesIO(parquet))) == rows[name]
        assert lab.client.get(path, params={"format": "csv"}).status_code == 200
    assert any(rows.values())
