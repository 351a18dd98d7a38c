"""Reports of a target prediction and of its evaluation, and what computing them again gives."""

import shlex
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from gpar_core.__main__ import _parser
from gpar_core.analyses.result import Request
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.target_prediction.plan import (
    plan_target_evaluation,
    plan_target_prediction,
)
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.data.uploads import publish_profiles
from gpar_core.errors import RequestError
from gpar_core.progress import silent
from gpar_core.report.document import Document, Origin
from gpar_core.report.make import as_file, report_of
from gpar_core.report.page import page
from gpar_core.report.reproduce import agreement, apart, read_origin, request_of
from gpar_core.report.tolerance import HITS, TARGETS, ListTolerance
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.processors import run_on
from tests.targets.planted import planted
from tests.targets.planted_library import planted_library


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def data(cache: Cache) -> Compendium:
    return planted(cache.compendium("planted"), effect=30.0)


@pytest.fixture(scope="module")
def asked(cache: Cache, data: Compendium) -> Mapping[str, Request]:
    library = planted_library(cache, data)
    profiles = Profiles(("mine", "other"), ("mine", "other"), np.asarray(data.matrix[:2]), ())
    publish_profiles(cache, profiles)
    return {
        "compound": plan_target_prediction(data, compound="drug7"),
        "profiles": plan_target_prediction(data, profiles=profiles, name="mine", library=library),
        "evaluation": plan_target_evaluation(data, library=library, seed=3),
    }


def reported(cache: Cache, request: Request) -> Document:
    if job_id(request) not in cache.analysis_ids():
        run_job(request, cache, silent, Means())
    return report_of(cache, job_id(request))


def files_of(document: Document) -> set[str]:
    with zipfile.ZipFile(BytesIO(as_file(document, ".zip"))) as files:
        return {Path(name).stem for name in files.namelist()}


def options_of(origin: Origin) -> object:
    return _parser().parse_args(shlex.split(origin.command)[3:])


def test_a_report_has_the_genes_and_what_they_rest_on(
    cache: Cache, asked: Mapping[str, Request]
) -> None:
    document = reported(cache, asked["compound"])
    assert "GENE7" in document.verdict
    written = page(document)
    for said in ("GENE7 (known target)", "Knock-down", "drug22", "SIMULATED", "predict-target"):
        assert said in written
    assert options_of(document.origin).compound == "drug7"
    outcome = document.origin.outcome
    assert outcome.first[0] == "drug7, GENE7"
    assert outcome.figures["drug7, GENE7"] == pytest.approx(0.9, abs=0.4)
    assert len(outcome.first) == 25
    assert {"targets-1", "nearest-drugs", "cosines", "weights"} <= files_of(document)


def test_a_report_of_an_evaluation_has_every_method(
    cache: Cache, asked: Mapping[str, Request]
) -> None:
    document = reported(cache, asked["evaluation"])
    assert document.title == "Evaluation of target prediction in planted"
    assert document.verdict.startswith("Combined: a known target is among the first 10 genes")
    written = page(document)
    for said in ("Most targeted genes", "Another compound", "Library", "0.250", "30"):
        assert said in written
    assert asked["evaluation"].library in written
    options = options_of(document.origin)
    assert (options.library, options.seed) == (asked["evaluation"].library, 3)
    assert document.origin.outcome.figures["Chance, first 10"] == pytest.approx(0.25)
    assert {"methods", "reliability", "weights", "molecules", "scope"} <= files_of(document)


@pytest.mark.parametrize("what", ["compound", "profiles", "evaluation"])
def test_computed_again_it_is_the_same(
    cache: Cache, asked: Mapping[str, Request], what: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(reported(cache, asked[what])), encoding="utf-8")
    origin = read_origin(path)
    with apart(origin, cache) as scratch:
        assert request_of(origin) == asked[what]
        assert not scratch.analysis_ids()
        found = agreement(origin, reported(scratch, asked[what]).origin)
    assert found.verdict == "identical"
    assert found.changed == ()


@pytest.mark.parametrize(("what", "limit"), [("profiles", TARGETS), ("evaluation", HITS)])
def test_the_size_of_a_difference_decides(
    cache: Cache, asked: Mapping[str, Request], what: str, limit: ListTolerance
) -> None:
    origin = reported(cache, asked[what]).origin
    for shift, verdict in ((0.9, "within tolerance"), (1.1, "different")):
        figures = dict(origin.outcome.figures)
        figures[next(iter(figures))] += shift * limit.largest
        other = replace(origin, outcome=replace(origin.outcome, figures=figures, digest="another"))
        assert agreement(other, origin).verdict == verdict


@pytest.mark.parametrize(
    ("what", "gone", "said"),
    [("profiles", "profiles", "an uploaded file"), ("evaluation", "models", "the same library")],
)
def test_what_is_needed_and_not_here_is_told(
    cache: Cache, asked: Mapping[str, Request], what: str, gone: str, said: str
) -> None:
    origin = reported(cache, asked[what]).origin
    (cache.root / gone).rename(cache.root / "away")
    try:
        with pytest.raises(RequestError, match=said), apart(origin, cache):
            pass
    finally:
        (cache.root / "away").rename(cache.root / gone)


AGAIN = """
import sys
from pathlib import Path
from gpar_core.analyses.run_job import run_job
from gpar_core.progress import silent
from gpar_core.report.make import as_file, report_of
from gpar_core.report.reproduce import apart, read_origin, request_of
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pools import Means
cache, *reports = map(Path, sys.argv[1:])
for report in reports:
    request = request_of(origin := read_origin(report))
    with apart(origin, Cache(cache)) as scratch:
        run_job(request, scratch, silent, Means())
        report.write_bytes(as_file(report_of(scratch, job_id(request)), report.suffix))
"""


def test_two_processors_rank_alike(
    cache: Cache, asked: Mapping[str, Request], tmp_path: Path
) -> None:
    paths = [tmp_path / f"{what}.html" for what in ("compound", "evaluation")]
    for path in paths:
        path.write_text(page(reported(cache, asked[path.stem])), encoding="utf-8")
    found = []
    for kind in ("SSE4.1", "AVX2"):
        run_on(kind, AGAIN, str(cache.root), *map(str, paths))
        found.append([read_origin(path) for path in paths])
    for first, second in zip(*found, strict=True):
        assert agreement(first, second).verdict in {"identical", "within tolerance"}
