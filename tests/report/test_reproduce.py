"""A report is run again, and what is not the same is told."""

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.run_job import run_job
from gpar_core.data import compendium as compendia
from gpar_core.data.uploads import publish_table
from gpar_core.errors import FileFormatError, NotFoundError, RequestError
from gpar_core.learn.presets import PRESETS, MatchingSettings
from gpar_core.learn.saved_space import saved_space
from gpar_core.progress import silent
from gpar_core.report.document import Origin
from gpar_core.report.make import as_file, report_of
from gpar_core.report.outcomes import digest_of
from gpar_core.report.reproduce import agreement, apart, read_origin, request_of
from gpar_core.report.tolerance import SEARCH, TOLERANCES
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.processors import run_on
from tests.report.conftest import Results
from tests.synthetic import build, drugs_of


def written(results: Results, result_id: str, path: Path) -> Path:
    path.write_bytes(as_file(report_of(results.cache, result_id), path.suffix))
    return path


def again(origin: Origin, cache: Cache) -> Origin:
    with apart(origin, cache) as scratch:
        request = request_of(origin)
        run_job(request, scratch, silent, Means())
        return report_of(scratch, job_id(request)).origin


@pytest.mark.parametrize(
    ("what", "ending"), [("training", ".html"), ("evaluation", ".zip"), ("search", ".html")]
)
def test_the_same_request_gives_the_same(
    results: Results, tmp_path: Path, what: str, ending: str
) -> None:
    path = written(results, job_id(getattr(results, what)), tmp_path / f"report{ending}")
    origin = read_origin(path)
    assert request_of(origin) == getattr(results, what)
    found = agreement(origin, again(origin, results.cache))
    assert found.verdict == "identical"
    assert (found.figures["difference"] == 0).all()
    assert found.changed == ()


def test_nothing_saved_stands_in_for_it(results: Results) -> None:
    origin = report_of(results.cache, job_id(results.training)).origin
    with apart(origin, results.cache) as scratch:
        assert scratch.compendium_names() == ["small"]
        assert scratch.model_ids() == []
        lent = compendia.load(scratch.compendium("small"))
        assert saved_space(results.compendium, MatchingSettings(), seed=0) is not None
        assert saved_space(lent, MatchingSettings(), seed=0) is None
        root = scratch.root
    assert not root.exists()
    assert results.cache.compendium_names() == ["small"]


FAST = TOLERANCES["fast"]
OTHER_NUMPY = {"numpy": "1.0"}


@pytest.mark.parametrize(
    ("figure", "shift", "versions", "verdict"),
    [
        ("mean AUROC", 0.9 * FAST.auroc, {}, "within tolerance"),
        ("mean AUROC", 0.9 * FAST.auroc, OTHER_NUMPY, "close"),
        ("mean AUROC", 1.1 * FAST.auroc, {}, "different"),
        ("mean AUROC", 1.1 * FAST.auroc, OTHER_NUMPY, "different"),
        ("AUROC of fold 1", 0.9 * FAST.part, {}, "within tolerance"),
        ("AUROC of fold 1", 1.1 * FAST.part, {}, "different"),
    ],
)
def test_the_size_of_a_difference_and_the_versions_decide(
    results: Results, figure: str, shift: float, versions: dict[str, str], verdict: str
) -> None:
    origin = report_of(results.cache, job_id(results.training)).origin
    figures = origin.outcome.figures
    shifted = {**figures, figure: figures[figure] + shift}
    then = replace(
        origin,
        outcome=replace(origin.outcome, figures=shifted, digest="another"),
        versions={**origin.versions, **versions},
    )
    found = agreement(then, origin)
    assert found.verdict == verdict
    assert found.figures["difference"].abs().max() == pytest.approx(shift)
    assert [each.split()[0] for each in found.changed] == list(versions)


def test_other_versions_with_the_same_result_are_no_difference(results: Results) -> None:
    origin = report_of(results.cache, job_id(results.training)).origin
    found = agreement(replace(origin, versions=OTHER_NUMPY), origin)
    assert found.verdict == "identical"
    assert found.changed


def test_other_compounds_ranked_first_are_a_difference(results: Results) -> None:
    origin = report_of(results.cache, job_id(results.training)).origin
    half = origin.outcome.first[::2]
    other = replace(origin, outcome=replace(origin.outcome, first=half, digest="another"))
    found = agreement(other, origin)
    assert found.verdict == "different"
    assert found.shared_first == len(half)


def test_a_larger_tolerance_is_for_the_preset_that_needs_it_alone() -> None:
    assert set(TOLERANCES) == set(PRESETS)
    assert TOLERANCES["fast"].auroc < TOLERANCES["paper"].auroc
    assert TOLERANCES["fast"].first > TOLERANCES["paper"].first


AGAIN = """
import sys
from pathlib import Path
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import plan_compound_search
from gpar_core.data import compendium as compendia
from gpar_core.progress import silent
from gpar_core.report.make import as_file, report_of
from gpar_core.report.reproduce import apart, read_origin, request_of
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pools import Means
report, cache, out = map(Path, sys.argv[1:4])
def write(name, cache, request):
    run_job(request, cache, silent, Means())
    (out / f"{name}.html").write_bytes(as_file(report_of(cache, job_id(request)), ".html"))
own = Cache(out)
own.compendia.mkdir(parents=True)
data = compendia.load(Cache(cache).compendium("small"))
own.compendium("small").symlink_to(data.folder)
with apart(origin := read_origin(report), Cache(cache)) as scratch:
    write("training", scratch, request_of(origin))
for score in sys.argv[4:]:
    write(score, own, plan_compound_search(data, "hdac1", score=score))
"""


def test_two_processors_train_and_search_alike(results: Results, tmp_path: Path) -> None:
    path = written(results, job_id(results.training), tmp_path / "report.html")
    kinds, scores = ("SSE4.1", "AVX2"), ("wtcs", "space", "pearson")
    for kind in kinds:
        run_on(kind, AGAIN, str(path), str(results.cache.root), str(tmp_path / kind), *scores)
    for name in ("training", *scores):
        origins = [read_origin(tmp_path / kind / f"{name}.html") for kind in kinds]
        found = agreement(*origins)
        assert found.verdict in {"identical", "within tolerance"}, name
        assert found.changed == (), name


def test_the_connectivity_of_a_search_decides(results: Results) -> None:
    origin = report_of(results.cache, job_id(results.search)).origin
    for shift, verdict in ((0.9, "within tolerance"), (1.1, "different")):
        figures = dict(origin.outcome.figures)
        figures[next(iter(figures))] += shift * SEARCH.largest
        other = replace(origin, outcome=replace(origin.outcome, figures=figures, digest="another"))
        assert agreement(other, origin).verdict == verdict


def test_a_figure_that_is_missing_is_a_difference(results: Results) -> None:
    origin = report_of(results.cache, job_id(results.training)).origin
    fewer = {"mean AUROC": origin.outcome.figures["mean AUROC"]}
    less = replace(origin, outcome=replace(origin.outcome, figures=fewer, digest="another"))
    assert agreement(origin, less).verdict == "different"


def test_another_compendium_of_the_name_is_refused(results: Results, tmp_path: Path) -> None:
    origin = report_of(results.cache, job_id(results.training)).origin
    other = Cache(tmp_path)
    with pytest.raises(NotFoundError), apart(origin, other):
        pass
    build(other.compendium("small"), drugs_of("HDAC inhibitor", 4), name="small")
    with pytest.raises(RequestError, match=origin.fingerprint[:12]), apart(origin, other):
        pass


def test_uploaded_labels_are_asked_for_where_they_are_gone(
    results: Results, tmp_path: Path
) -> None:
    names = [f"hdac{number}" for number in range(4)]
    labels = pd.DataFrame({"pert_id": "", "pert_iname": names, "label": "mine"})
    request = plan_evaluation(
        results.compendium, methods=("gpar", "cosine"), labels=labels, min_drugs=3
    )
    table = publish_table(results.cache, labels)
    run_job(request, results.cache, silent, Means())
    origin = report_of(results.cache, job_id(request)).origin
    assert agreement(origin, again(origin, results.cache)).verdict == "identical"
    results.cache.table(table).rename(tmp_path / "away")
    with pytest.raises(RequestError, match="--labels"), apart(origin, results.cache):
        pass


def test_a_report_without_its_request_says_so(results: Results) -> None:
    origin = replace(report_of(results.cache, job_id(results.training)).origin, request="")
    with pytest.raises(RequestError, match="uploaded profiles"):
        request_of(origin)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html></html>",
        b"\xff\xfe",
        b'<script id="gpar-origin">{</script>',
        b'<script id="gpar-origin">[]</script>',
        b'<script id="gpar-origin">{"gpar_report": 1}</script>',
        b'<script id="gpar-origin">{"gpar_report": 99}</script>',
        b"[" * 100_000,
    ],
)
def test_what_is_no_report_is_told_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match="report"):
        read_origin(path)


def test_a_zip_without_an_origin_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "report.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("else.txt", "x")
    with pytest.raises(FileFormatError, match="not a report of GPAR"):
        read_origin(path)


def test_a_request_that_was_changed_is_no_other_command(results: Results, tmp_path: Path) -> None:
    path = written(results, job_id(results.training), tmp_path / "report.html")
    text = path.read_text("utf-8")
    origin = json.loads(re.search(r'id="gpar-origin">(.*?)</script>', text, re.DOTALL)[1])
    changed = origin | {"request": '{"kind": "demo", "seed": 0}'}
    written_again = json.dumps(changed).replace("<", "\\u003c")
    path.write_text(f'<script id="gpar-origin">{written_again}</script>', encoding="utf-8")
    with pytest.raises(RequestError, match="cannot be run again"):
        request_of(read_origin(path))


def test_the_digest_sees_values_and_not_times() -> None:
    table = pd.DataFrame({"auroc": [0.5, 0.25], "seconds": [1.0, 2.0]})
    same = table.assign(seconds=[3.0, 4.0])
    assert digest_of({"a": table}) == digest_of({"a": same})
    assert digest_of({"a": table}) != digest_of({"b": table})
    assert digest_of({"a": table}) != digest_of({"a": table.assign(auroc=[0.5, 0.2500001])})
