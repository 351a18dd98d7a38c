"""Models, compendia and other results with damaged files are refused in words, or read."""

import io
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import load_network, load_reading, load_summary
from gpar_core.data.importing.request import ImportRequest
from gpar_core.errors import DataError, GparError, RequestError
from gpar_core.rank.scoring import score
from gpar_core.storage.cache import MANIFEST
from gpar_core.storage.requests import to_json
from tests.fuzz.mutation import mutants
from tests.fuzz.saved import SAVED, Z
from tests.fuzz.verdict import outcome

SEED = 20210113
VALUES = (
    None, True, 0, -1, 1.5, 10**30, float("nan"), float("inf"), "", "x" * 300, "../..", "\0", [],
    [None], [[1]], {}, {"a": 1}, {"__class__": "os.system"},
)  # fmt: skip
REQUESTS = (
    TrainRequest(
        compendium="demo",
        fingerprint="f",
        drug_set=DrugSet(label="HDAC inhibitor", drugs=("a", "b")),
        method=Method(cells=("MCF7",)),
    ),
    EvaluationRequest(compendium="demo", fingerprint="f", classes=("a",), methods=("gpar",)),
    ImportRequest("n", ("s",), ("g",), ("i",), ("e",), ("",), ("",)),
    MapRequest("demo", "f"),
)


def changed_json(content: Any, n: int, seed: int) -> Iterator[Any]:
    """`content` with one of its values, at any depth, replaced, taken away or added to."""
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        made = node = deepcopy(content)
        while True:
            if not isinstance(node, dict | list) or not node:
                break
            key = rng.choice(list(node)) if isinstance(node, dict) else int(rng.integers(len(node)))
            inner = node[key]
            if isinstance(inner, dict | list) and inner and rng.random() < 0.6:
                node = inner
                continue
            kind = rng.integers(4)
            if kind == 0:
                del node[key]
            elif kind == 1 and isinstance(node, dict):
                node["unknown"] = inner
            else:
                node[key] = VALUES[rng.integers(len(VALUES))]
            break
        yield made


@pytest.mark.parametrize("kind", SAVED)
def test_a_changed_manifest(tmp_path: Path, kind: str) -> None:
    save, load = SAVED[kind]
    save(tmp_path)
    load(tmp_path)
    path = tmp_path / MANIFEST
    original = path.read_text("utf-8")
    for changed in changed_json(json.loads(original), 120, SEED):
        path.write_text(json.dumps(changed), encoding="utf-8")
        _check(tmp_path, kind, changed)
    for mutant in mutants(original.encode(), 60, SEED):
        path.write_bytes(mutant)
        _check(tmp_path, kind, mutant)


@pytest.mark.parametrize("kind", SAVED)
def test_changed_arrays_and_tables(tmp_path: Path, kind: str) -> None:
    save, _ = SAVED[kind]
    save(tmp_path)
    for path in sorted(tmp_path.glob("*.[np]*")):
        original = path.read_bytes()
        # The head and the tail of a file say how to read it; what lies between is only numbers.
        for mutant in mutants(original[:200] + original[-400:], 6, SEED, text=False):
            path.write_bytes(mutant)
            _check(tmp_path, kind, path.name)
        for mutant in mutants(original, 12, SEED, text=False):
            path.write_bytes(mutant)
            _check(tmp_path, kind, path.name)
        path.write_bytes(original)


@pytest.mark.parametrize("name", ["scores", "network"])
def test_an_array_of_objects_is_not_opened(tmp_path: Path, name: str) -> None:
    save, load = SAVED["layered model"]
    save(tmp_path)
    target = io.BytesIO()
    objects = np.array([print, None], dtype=object)
    if name == "scores":
        np.save(target, objects, allow_pickle=True)
        (tmp_path / "scores.npy").write_bytes(target.getvalue())
    else:
        np.savez(target, weight_0=objects, bias_0=objects)
        (tmp_path / "network.npz").write_bytes(target.getvalue())
    with pytest.raises(DataError):
        load(tmp_path)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.kind)
def test_a_changed_request(request_: object) -> None:
    content = json.loads(to_json(request_))
    for changed in changed_json(content, 150, SEED):
        read = outcome(lambda changed=changed: from_json(json.dumps(changed)), changed)
        if not isinstance(read, GparError):
            assert outcome(lambda read=read: read.title, changed)
            assert from_json(to_json(read)) == read or "NaN" in to_json(read)
    for mutant in mutants(to_json(request_).encode(), 150, SEED):
        outcome(lambda mutant=mutant: from_json(mutant.decode("utf-8", "replace")), mutant)


def test_json_nested_without_end_is_refused() -> None:
    with pytest.raises(RequestError):
        from_json('{"kind": "demo", "seed": ' + "[" * 100_000 + "]" * 100_000 + "}")


def _check(folder: Path, kind: str, case: object) -> None:
    _, load = SAVED[kind]
    outcome(lambda: load(folder), case)
    if "model" in kind:
        outcome(lambda: load_summary(folder), case)
        reading = outcome(lambda: load_reading(folder), case)
        network = outcome(lambda: load_network(folder), case)
        if not isinstance(reading, GparError) and len(reading.scored_by):
            outcome(lambda: reading.calibrated(np.arange(len(reading.scored_by))), case)
        if not isinstance(network, GparError):
            outcome(lambda: score(network, Z), case)
