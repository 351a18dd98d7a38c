"""The command and the call from Python that are shown beside a result ask for the same."""

import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.__main__ import main
from gpar_core.analyses.cell_influence.plan import plan_cell_influence
from gpar_core.analyses.curation.plan import plan_curation
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.genes.plan import plan_gene_counts, plan_gene_importance
from gpar_core.analyses.hyper_parameters.plan import plan_sweep
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.map.coordinates import read_coordinates
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.moa_prediction.plan import plan_prediction
from gpar_core.analyses.registry import KINDS
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.search_evaluation.plan import plan_search_evaluation
from gpar_core.analyses.signature_search import plan as searches
from gpar_core.analyses.signature_search.request import ALL, SearchRequest
from gpar_core.analyses.target_prediction.plan import (
    plan_target_evaluation,
    plan_target_prediction,
)
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.commands import search
from gpar_core.data.compendium import Compendium
from gpar_core.data.fetching.plan import plan_fetch
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.request import ImportRequest
from gpar_core.data.importing.run import run_import
from gpar_core.data.labels import read_labels
from gpar_core.data.plan_select import plan_select
from gpar_core.data.profiles import accept, read_profiles
from gpar_core.data.quality import QualityFilter
from gpar_core.data.requests import DemoRequest
from gpar_core.jobs import engine
from gpar_core.progress import silent
from gpar_core.report.all_classes import with_all_classes
from gpar_core.report.calls import FILE, call_of, command_of, python_of, uses_file
from gpar_core.search.batch_lists import read_batch
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id
from gpar_core.workspace import Workspace
from tests.geo_files import release, write_release
from tests.pools import Means
from tests.synthetic import build, drugs_of
from tests.targeted import DRUGS

MOA, TWO = "HDAC inhibitor", "HDAC inhibitor|MTOR inhibitor"
SYMBOLS = fields.LANDMARK_SYMBOLS


@dataclass(frozen=True)
class Here:
    """A compendium with a model and a library, and files to upload."""

    workspace: Workspace
    compendium: Compendium
    model_id: str
    library_id: str
    folder: Path

    @property
    def cache(self) -> Cache:
        return self.workspace.cache

    @property
    def library(self) -> library.Library:
        return library.load(self.cache, self.library_id)

    @property
    def summary(self) -> model.ModelSummary:
        return model.load_summary(self.cache.existing_model(self.model_id))

    def file(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Here:
    folder = tmp_path_factory.mktemp("calls")
    workspace = Workspace(folder / "cache")
    cache = workspace.cache
    compendium = build(
        cache.compendium("small"), [*DRUGS, *drugs_of("3,3'-diindolyl, x", 3)],
        name="small", effect=8.0,
    )  # fmt: skip
    training, _ = plan_training(compendium, DrugSet(moa=MOA))
    models = plan_library(compendium, moas=["HDAC inhibitor", "target: MTOR"])
    for request in (training, models):
        run_job(request, cache, silent, Means())
    made = Here(workspace, compendium, job_id(training), job_id(models), folder)
    z_scores = np.asarray(compendium.matrix[:2], np.float32).T
    profiles = pd.DataFrame(z_scores, SYMBOLS, ["mine", "other"])
    profiles.to_csv(made.file("profiles.csv"), index_label="gene")
    made.file("sets.gmt").write_text(
        "\n".join("\t".join((name, "", *SYMBOLS[place : place + 20]))
                  for place, name in enumerate(("A_UP", "A_DN"))), "utf-8"
    )  # fmt: skip
    made.file("labels.csv").write_text(
        "pert_iname,label\n" + "".join(f"hdac{n},mine\n" for n in range(4)), "utf-8"
    )
    places = compendium.signatures[["sig_id"]].head(40).assign(x=range(40), y=1.5)
    places.to_csv(made.file("places.csv"), index=False)
    write_release(release(), folder)
    return made


def uploaded(here: Here):  # type: ignore[no-untyped-def]
    return accept(read_profiles(here.file("profiles.csv"), "profiles.csv"), impute=True)


def more_series(here: Here) -> ImportRequest:
    """Of a compendium that has a filter, which the call must not repeat."""
    files = write_release(release(), here.folder / "first")
    quality = QualityFilter(cells=("A375",))
    run_import(plan_import(here.cache, files, name="first", quality=quality), here.cache, silent)
    more = write_release(release(seed=1), here.folder / "second", matrix="GSE70138.gctx")
    return plan_import(here.cache, more, name="both", add_to="first")


Plan = Callable[[Here], Request | tuple[Request, object]]
NAMED = ("hdac0", "mtor1", "3,3'-diindolyl,0")

CASES: dict[str, tuple[Plan, str]] = {
    "train moa": (lambda h: plan_training(h.compendium, DrugSet(moa=MOA), null_repeats=2), ""),
    "train moas": (
        lambda h: plan_training(
            h.compendium, DrugSet(moa=TWO), Method(("A375",), "linear", "others", 4)
        ),
        "",
    ),
    "train targets": (
        lambda h: plan_training(h.compendium, DrugSet(moa="target: HDAC1|target: MTOR")), "",
    ),
    "train moa and target": (
        lambda h: plan_training(h.compendium, DrugSet(moa="MTOR inhibitor|target: PIK3CA")), "",
    ),
    "train drugs": (lambda h: plan_training(h.compendium, DrugSet(NAMED)), ""),
    "train named drugs": (
        lambda h: plan_training(h.compendium, DrugSet(("hdac0", "mtor1"), label="A, 'mix'")), "",
    ),
    "train profiles": (
        lambda h: plan_training(h.compendium, DrugSet(label="of me"), uploaded=uploaded(h)),
        "profiles.csv",
    ),
    "library": (lambda h: plan_library(h.compendium, Method(seed=3), among="all"), ""),
    "library of one": (lambda h: plan_library(h.compendium, moas=[MOA]), ""),
    "curation": (lambda h: plan_curation(h.summary, repeats=2), ""),
    "prediction": (lambda h: plan_prediction(h.library, uploaded(h), "my own"), "profiles.csv"),
    "evaluation": (lambda h: plan_evaluation(h.compendium, methods=["gsea", "gpar"]), ""),
    "evaluation of labels": (
        lambda h: plan_evaluation(
            h.compendium,
            labels=read_labels(h.file("labels.csv").read_bytes(), "labels.csv"),
            methods=["cosine"],
        ),
        "labels.csv",
    ),
    "search evaluation": (
        lambda h: plan_search_evaluation(
            h.compendium, scores=["wtcs"], genes=[10, 25], noise=[0, 0.5], among="targets", seed=1
        ),
        "",
    ),
    "cell influence": (
        lambda h: plan_cell_influence(
            h.compendium, DrugSet(moa=MOA), selections=[["A375"], []], every_cell_line=True
        ),
        "",
    ),
    "cell influence of drugs": (
        lambda h: plan_cell_influence(
            h.compendium, DrugSet(NAMED), Method(seed=2), selections=[], every_cell_line=True
        ),
        "",
    ),
    "sweep": (
        lambda h: plan_sweep(h.compendium, DrugSet(moa=MOA), layers=[2], nodes=[10, 32], steps=5),
        "",
    ),
    "gene importance": (lambda h: plan_gene_importance(h.compendium, h.summary), ""),
    "gene counts": (
        lambda h: plan_gene_counts(h.compendium, DrugSet(NAMED), counts=[10, 20], repeats=3), "",
    ),
    "map": (
        lambda h: plan_map(
            h.compendium, method="tsne", cells=["A375"], moas=[MOA, "MTOR inhibitor"], seed=5
        ),
        "",
    ),
    "map of representatives": (lambda h: plan_map(h.compendium, representatives=True), ""),
    "map from a file": (
        lambda h: plan_map(
            h.compendium, method="file",
            coordinates=read_coordinates(h.file("places.csv").read_bytes(), "places.csv"),
        ),
        "places.csv",
    ),
    "target prediction": (lambda h: plan_target_prediction(h.compendium, compound="mtor1"), ""),
    "target prediction with models": (
        lambda h: plan_target_prediction(
            h.compendium, profiles=uploaded(h), name="ours", library=h.library
        ),
        "profiles.csv",
    ),
    "target evaluation": (lambda h: plan_target_evaluation(h.compendium, seed=2), ""),
    "demo": (lambda h: DemoRequest(), ""),
    "select": (
        lambda h: plan_select(
            h.cache, h.compendium, name="few",
            quality=QualityFilter(min_tas=0.2, times=(24.0,), cells=("A375",)), compact=True,
        ),
        "",
    ),
    "fetch": (lambda h: plan_fetch("lincs2020", cells=["PC3"], pert_types=["all"]), ""),
    "import": (
        lambda h: plan_import(
            h.cache, write_release(release(), h.folder), name="new", fill_missing=True, compact=True
        ),
        "",
    ),
    "import of more series": (more_series, ""),
}  # fmt: skip

SEARCHES: dict[str, tuple[Callable[[Here], object], str]] = {
    "lists": (
        lambda h: searches.plan_list_search(
            h.compendium, SYMBOLS[:12], [SYMBOLS[20]], name="-an 'odd' name", seed=3
        ),
        "",
    ),
    "compound": (
        lambda h: searches.plan_compound_search(
            h.compendium, "hdac1", cell="MCF7", genes=30, score="zhang"
        ),
        "",
    ),
    "signature": (
        lambda h: searches.plan_signature_search(h.compendium, h.compendium.signatures.sig_id[3]),
        "",
    ),
    "profile": (
        lambda h: searches.plan_profile_search(h.compendium, uploaded(h), profile=1, name="of me"),
        "profiles.csv",
    ),
    "profiles": (
        lambda h: searches.plan_profile_search(h.compendium, uploaded(h), profile=ALL),
        "profiles.csv",
    ),
    "sets": (
        lambda h: searches.plan_set_search(
            h.compendium, read_batch(h.file("sets.gmt"), "sets.gmt"), name="two"
        ),
        "sets.gmt",
    ),
}  # fmt: skip


PLAN_ASKED = searches.plan_asked


class Asked(Exception):
    """Instead of the work: the request that was made."""


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(cache: Cache, request: Request, *_: object, **__: object) -> str:
        raise Asked(request)

    monkeypatch.setattr(engine, "finish", stop)


def asked_by(ask: Callable[[], object]) -> Request:
    with pytest.raises(Asked) as stopped:
        ask()
    (request,) = stopped.value.args
    return request


def both(here: Here, request: Request, file: str) -> Iterator[Callable[[], object]]:
    call = call_of(request, here.compendium.name)
    path = str(here.file(file))
    assert uses_file(call) == bool(file)
    words = [path if word == FILE else word for word in shlex.split(command_of(call))[3:]]
    code = python_of(call).replace(repr(FILE), repr(path))
    yield lambda: main(["--cache", str(here.cache.root), *words])
    yield lambda: eval(code, {"here": here.workspace})  # noqa: S307 -- what it tests


@pytest.mark.parametrize("case", CASES)
def test_command_and_call_ask_for_the_same(here: Here, case: str) -> None:
    plan, file = CASES[case]
    made = plan(here)
    request = made[0] if isinstance(made, tuple) else made
    for ask in both(here, request, file):
        again = asked_by(ask)
        assert again == request
        assert job_id(again) == job_id(request)


@pytest.mark.parametrize(
    ("case", "short"),
    [
        ("library", "--classes all --min-drugs 3"),
        ("evaluation", "--classes moas --methods gpar,gsea --min-drugs 4"),
        ("library of one", "--moas 'HDAC inhibitor'"),
        ("evaluation of labels", "--moas mine"),
        ("train moa", "--moa"),
    ],
)
def test_all_classes_need_no_names(here: Here, case: str, short: str) -> None:
    plan, file = CASES[case]
    made = plan(here)
    request = made[0] if isinstance(made, tuple) else made
    call = with_all_classes(call_of(request), here.compendium)
    assert short in command_of(call)
    words = [str(here.file(file)) if word == FILE else word
             for word in shlex.split(command_of(call))[3:]]  # fmt: skip
    ask = asked_by(lambda: main(["--cache", str(here.cache.root), *words]))
    assert job_id(ask) == job_id(request)


@pytest.mark.parametrize("case", SEARCHES)
def test_a_search_is_the_same_by_command_and_by_call(
    here: Here, case: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan, file = SEARCHES[case]
    made = plan(here)
    request = made[0] if isinstance(made, tuple) else made
    planned: list[SearchRequest] = []

    def noted(*given: object, **how: object) -> SearchRequest:
        planned.append(PLAN_ASKED(*given, **how))  # type: ignore[arg-type]
        return planned[-1]

    monkeypatch.setattr(searches, "plan_asked", noted)
    monkeypatch.setattr(search, "plan_asked", noted)
    by_command, by_call = both(here, replace(request, tau=True), file)
    by_command()
    by_call()
    assert planned == [request, request]


def test_a_search_says_under_which_id_the_dashboard_keeps_it(here: Here, tmp_path: Path) -> None:
    request = replace(searches.plan_compound_search(here.compendium, "hdac1"), tau=True)
    words = shlex.split(command_of(call_of(request)))[3:]
    out = tmp_path / "out.json"
    assert main(["--cache", str(here.cache.root), *words, "--json", str(out)]) == 0
    assert json.loads(out.read_text("utf-8"))["analysis_id"] == job_id(request)


def test_every_kind_of_request_is_among_the_cases(here: Here) -> None:
    made = [plan(here) for plan, _ in CASES.values()]
    kinds = {(each[0] if isinstance(each, tuple) else each).kind for each in made}
    assert kinds | {SearchRequest.kind} == set(KINDS)
