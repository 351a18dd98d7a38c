"""A request is checked before it is queued."""

from dataclasses import replace
from pathlib import Path

import pytest

from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.training.plan import plan_training
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing import import_files
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.data.importing.plan import plan_import
from gpar_core.data.importing.request import ImportRequest
from gpar_core.errors import FileFormatError, NotFoundError, RequestError, TrainingSetError
from gpar_core.storage.cache import MADE_BY, MANIFEST, Cache, publishing
from gpar_core.storage.requests import job_id, to_json
from tests.asked import asked
from tests.synthetic import build, drugs_of

# --------------------------------------------------------------------------------- training


def test_a_moa_becomes_the_drugs_that_have_it(tiny: Compendium) -> None:
    request, training_set = plan_training(
        tiny, DrugSet(moa=" hdac inhibitor "), Method(cells=("mcf7", "MCF7"))
    )
    assert request.drug_set.drugs == ("both", "hdac0", "hdac1", "hdac2", "hdac3")
    assert (request.drug_set.moa, request.drug_set.label) == ("HDAC inhibitor", "HDAC inhibitor")
    assert request.method.cells == ("MCF7",)
    assert (request.compendium, request.fingerprint) == ("tiny", tiny.fingerprint)
    assert training_set.n_positive_compounds == 5


def test_drugs_in_any_spelling_and_order_are_one_request(tiny: Compendium) -> None:
    one, _ = plan_training(tiny, DrugSet(drugs=("HDAC1", "hdac0", " ")))
    other, _ = plan_training(tiny, DrugSet(drugs=("HDAC-000", "hdac1", "hdac1")))
    assert job_id(one) == job_id(other)
    assert one.drug_set.label == "hdac0, hdac1"


def test_drugs_and_cell_lines_may_come_as_a_text(tiny: Compendium) -> None:
    one, _ = plan_training(
        tiny, DrugSet(drugs="HDAC-000; hdac1\nhdac1"), Method(cells="mcf7, A375")
    )
    other, _ = plan_training(
        tiny, DrugSet(drugs=("hdac0", "hdac1")), Method(cells=("A375", "MCF7"))
    )
    assert one == other


def test_a_model_that_would_have_nothing_to_rank_is_not_trained(tmp_path: Path) -> None:
    compendium = build(tmp_path, [*drugs_of("X", 3), *drugs_of("", 60, tas=0.1)])
    with pytest.raises(RequestError, match=r"All 63 drugs of 'tiny' .* nothing left to rank"):
        plan_training(compendium, DrugSet(moa="X"), Method(negatives="inactive"))
    _, training_set = plan_training(compendium, DrugSet(moa="X"), Method(preset="paper"))
    assert training_set.negatives == "others"
    assert "no compound would be left to rank" in training_set.note
    plan_training(compendium, DrugSet(moa="X"), Method(negatives="inactive"), ranked=False)


def test_automatic_negatives_are_inactive_for_the_network_of_the_paper_alone(
    tmp_path: Path,
) -> None:
    drugs = [*drugs_of("X", 3), *drugs_of("Y", 3), *drugs_of("", 60, tas=0.1)]
    compendium = build(tmp_path, drugs)
    chosen = {
        name: plan_training(compendium, DrugSet(moa="X"), Method(preset=name))[1].negatives
        for name in ("fast", "linear", "paper")
    }
    assert chosen == {"fast": "others", "linear": "others", "paper": "inactive"}


def test_a_long_list_of_drugs_has_a_short_label(tiny: Compendium) -> None:
    request, _ = plan_training(tiny, DrugSet(drugs=[f"hdac{i}" for i in range(4)] + ["both"]))
    assert request.drug_set.label == "both, hdac0, hdac1 and 2 more"


@pytest.mark.parametrize("change", [{"seed": 1}, {"preset": "paper"}, {"cells": ["A375"]},
                                    {"negatives": "inactive"}, {"null_repeats": 2}])  # fmt: skip
def test_whatever_changes_the_result_changes_the_request(
    tiny: Compendium, change: dict[str, object]
) -> None:
    plain, _ = plan_training(tiny, DrugSet(moa="HDAC inhibitor"))
    changed, _ = plan_training(tiny, **asked(moa="HDAC inhibitor", **change))
    assert job_id(plain) != job_id(changed)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({}, RequestError, "what to train on: drugs, MOAs"),
        ({"drugs": [" "]}, RequestError, "what to train on: drugs, MOAs"),
        (
            {"drugs": ["hdac0"], "moa": "HDAC inhibitor"},
            RequestError,
            "what to train on: drugs, MOAs",
        ),
        ({"moa": "HDAC inhibitor", "preset": "slow"}, RequestError, "no preset 'slow'"),
        ({"moa": "HDAC inhibitor", "negatives": "all"}, RequestError, "not a choice of negatives"),
        ({"moa": "kinase"}, NotFoundError, "has the MOA 'kinase'"),
        ({"drugs": "hdac0; nobody"}, NotFoundError, "'nobody' not found"),
        ({"drugs": ["nobody"]}, NotFoundError, "'nobody' not found"),
        ({"moa": "HDAC inhibitor", "cells": ["PC3"]}, NotFoundError, "is from 'PC3'"),
        ({"drugs": ["dark0"], "cells": ["A375"]}, TrainingSetError, "one signature of one drug"),
    ],
)
def test_what_cannot_be_trained_is_refused_beforehand(
    tiny: Compendium, settings: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        plan_training(tiny, **{"drug_set": DrugSet(), **asked(**settings)})


# ----------------------------------------------------------------------------------- import


@pytest.fixture
def files(tmp_path: Path) -> ImportFiles:
    for name in ("matrix", "sig_info", "gene_info"):
        (tmp_path / name).write_text(name)
    series = SeriesFiles(tmp_path / "matrix", tmp_path / "sig_info", tmp_path / "gene_info")
    return ImportFiles((series,))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def _published(cache: Cache, request: ImportRequest | None) -> None:
    with publishing(cache.compendium("mine")) as folder:
        (folder / MANIFEST).write_text("{}")
        if request:
            (folder / MADE_BY).write_text(job_id(request))


def test_an_import_names_its_files_by_full_path(cache: Cache, files: ImportFiles) -> None:
    request = plan_import(cache, files, name="mine")
    assert request.gctx == (str(files.series[0].matrix),)
    assert (request.sig_metrics, request.moas) == (("",), ())
    assert request.series == ("matrix",)


def test_the_same_content_is_the_same_import_and_other_content_is_not(
    cache: Cache, files: ImportFiles
) -> None:
    first = plan_import(cache, files, name="mine")
    files.series[0].sig_info.write_text("sig_info")
    assert job_id(plan_import(cache, files, name="mine")) == job_id(first)
    files.series[0].sig_info.write_text("changed")
    assert job_id(plan_import(cache, files, name="mine")) != job_id(first)


def test_a_large_file_is_known_by_size_and_time_of_change(
    cache: Cache, files: ImportFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_files, "DIGEST_WHOLE_FILE", 3)
    first = plan_import(cache, files, name="mine")
    assert job_id(plan_import(cache, files, name="mine")) == job_id(first)
    files.series[0].matrix.write_text("matrix and more")
    assert job_id(plan_import(cache, files, name="mine")) != job_id(first)


@pytest.mark.parametrize("lost", ["matrix", "sig_info", "gene_info"])
def test_a_file_that_is_not_there_is_named(cache: Cache, files: ImportFiles, lost: str) -> None:
    getattr(files.series[0], lost).unlink()
    with pytest.raises(FileFormatError, match=f"There is no file '.*{lost}'"):
        plan_import(cache, files, name="mine")


def test_a_name_that_is_no_folder_name_is_refused(cache: Cache, files: ImportFiles) -> None:
    with pytest.raises(RequestError, match="is not a valid name for a compendium"):
        plan_import(cache, files, name="../mine")


def test_capitals_of_a_name_become_lower_case(cache: Cache, files: ImportFiles) -> None:
    assert plan_import(cache, files, name=" GSE92742 ").name == "gse92742"


def test_a_name_taken_by_other_files_is_refused_unless_it_may_be_replaced(
    cache: Cache, files: ImportFiles
) -> None:
    _published(cache, None)
    with pytest.raises(RequestError, match="already a compendium 'mine' from other files"):
        plan_import(cache, files, name="mine")
    assert plan_import(cache, files, name="mine", replace=True).replace


def test_the_import_that_made_a_compendium_may_be_asked_for_again(
    cache: Cache, files: ImportFiles
) -> None:
    request = plan_import(cache, files, name="mine")
    _published(cache, request)
    assert plan_import(cache, files, name="mine") == request
    with pytest.raises(RequestError, match="from other files"):
        plan_import(cache, files, name="mine", fill_missing=True)
    assert replace(request, fill_missing=True) != request


def test_the_series_of_an_import_have_names_of_their_own(cache: Cache, files: ImportFiles) -> None:
    (one,) = files.series
    with pytest.raises(RequestError, match=r"named matrix, matrix\. Give each series .*--series"):
        plan_import(cache, ImportFiles((one, one)), name="mine")
    both = plan_import(cache, ImportFiles((one, replace(one, name="other"))), name="mine")
    assert both.series == ("matrix", "other")
    assert from_json(to_json(both)) == both
