"""A request is checked before it is queued."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gpar_core import planning
from gpar_core.cache import MADE_BY, MANIFEST, Cache, publishing
from gpar_core.data.compendium import Compendium
from gpar_core.errors import FileFormatError, NotFoundError, RequestError, TrainingSetError
from gpar_core.jobs.request import ImportRequest, from_json, job_id, to_json
from gpar_core.planning import (
    plan_cell_influence,
    plan_gene_counts,
    plan_gene_importance,
    plan_import,
    plan_sweep,
    plan_training,
)
from tests.saved_model import SUMMARY
from tests.synthetic import build, drugs_of

# --------------------------------------------------------------------------------- training


def test_a_moa_becomes_the_drugs_that_have_it(tiny: Compendium) -> None:
    request, training_set = plan_training(tiny, moa=" hdac inhibitor ", cells=["mcf7", "MCF7"])
    assert request.drugs == ("both", "hdac0", "hdac1", "hdac2", "hdac3")
    assert (request.moa, request.label) == ("HDAC inhibitor", "HDAC inhibitor")
    assert request.cells == ("MCF7",)
    assert (request.compendium, request.fingerprint) == ("tiny", tiny.fingerprint)
    assert training_set.n_positive_compounds == 5


def test_drugs_in_any_spelling_and_order_are_one_request(tiny: Compendium) -> None:
    one, _ = plan_training(tiny, drugs=["HDAC1", "hdac0", " "])
    other, _ = plan_training(tiny, drugs=["HDAC-000", "hdac1", "hdac1"])
    assert job_id(one) == job_id(other)
    assert one.label == "hdac0, hdac1"


def test_a_long_list_of_drugs_has_a_short_label(tiny: Compendium) -> None:
    request, _ = plan_training(tiny, drugs=[f"hdac{i}" for i in range(4)] + ["both"])
    assert request.label == "both, hdac0, hdac1 and 2 more"


@pytest.mark.parametrize("change", [{"seed": 1}, {"preset": "paper"}, {"cells": ["A375"]},
                                    {"negatives": "others"}, {"null_repeats": 2}])  # fmt: skip
def test_whatever_changes_the_result_changes_the_request(
    tiny: Compendium, change: dict[str, object]
) -> None:
    plain, _ = plan_training(tiny, moa="HDAC inhibitor")
    changed, _ = plan_training(tiny, moa="HDAC inhibitor", **change)
    assert job_id(plain) != job_id(changed)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({}, RequestError, "either drugs or one MOA"),
        ({"drugs": [" "]}, RequestError, "either drugs or one MOA"),
        ({"drugs": ["hdac0"], "moa": "HDAC inhibitor"}, RequestError, "either drugs or one MOA"),
        ({"moa": "HDAC inhibitor", "preset": "slow"}, RequestError, "no preset 'slow'"),
        ({"moa": "HDAC inhibitor", "negatives": "all"}, RequestError, "no choice of negatives"),
        ({"moa": "kinase"}, NotFoundError, "has the MOA 'kinase'"),
        ({"drugs": ["nobody"]}, NotFoundError, "'nobody' not found"),
        ({"moa": "HDAC inhibitor", "cells": ["PC3"]}, NotFoundError, "is from PC3"),
        ({"drugs": ["dark0"], "cells": ["A375"]}, TrainingSetError, "one signature of one drug"),
    ],
)
def test_what_cannot_be_trained_is_refused_beforehand(
    tiny: Compendium, asked: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        plan_training(tiny, **asked)


# ----------------------------------------------------------------------------------- import


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / name for name in ("matrix", "sig_info", "gene_info")}
    for name, path in paths.items():
        path.write_text(name)
    return paths


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def _published(cache: Cache, request: ImportRequest | None) -> None:
    with publishing(cache.compendium("mine")) as folder:
        (folder / MANIFEST).write_text("{}")
        if request:
            (folder / MADE_BY).write_text(job_id(request))


def test_an_import_names_its_files_by_full_path(cache: Cache, files: dict[str, Path]) -> None:
    request = plan_import(cache, name="mine", **files)
    assert request.gctx == str(files["matrix"])
    assert (request.sig_metrics, request.moa) == ("", "")


def test_the_same_content_is_the_same_import_and_other_content_is_not(
    cache: Cache, files: dict[str, Path]
) -> None:
    first = plan_import(cache, name="mine", **files)
    files["sig_info"].write_text("sig_info")
    assert job_id(plan_import(cache, name="mine", **files)) == job_id(first)
    files["sig_info"].write_text("changed")
    assert job_id(plan_import(cache, name="mine", **files)) != job_id(first)


def test_a_large_file_is_known_by_size_and_time_of_change(
    cache: Cache, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "DIGEST_WHOLE_FILE", 3)
    first = plan_import(cache, name="mine", **files)
    assert job_id(plan_import(cache, name="mine", **files)) == job_id(first)
    files["matrix"].write_text("matrix and more")
    assert job_id(plan_import(cache, name="mine", **files)) != job_id(first)


@pytest.mark.parametrize("lost", ["matrix", "sig_info", "gene_info"])
def test_a_file_that_is_not_there_is_named(cache: Cache, files: dict[str, Path], lost: str) -> None:
    files[lost].unlink()
    with pytest.raises(FileFormatError, match=f"There is no file '.*{lost}'"):
        plan_import(cache, name="mine", **files)


def test_a_name_that_is_no_folder_name_is_refused(cache: Cache, files: dict[str, Path]) -> None:
    with pytest.raises(RequestError, match="cannot name a compendium"):
        plan_import(cache, name="../mine", **files)


def test_a_name_taken_by_other_files_is_refused_unless_it_may_be_replaced(
    cache: Cache, files: dict[str, Path]
) -> None:
    _published(cache, None)
    with pytest.raises(RequestError, match="already a compendium 'mine' from other files"):
        plan_import(cache, name="mine", **files)
    assert plan_import(cache, name="mine", replace=True, **files).replace


def test_the_import_that_made_a_compendium_may_be_asked_for_again(
    cache: Cache, files: dict[str, Path]
) -> None:
    request = plan_import(cache, name="mine", **files)
    _published(cache, request)
    assert plan_import(cache, name="mine", **files) == request
    with pytest.raises(RequestError, match="from other files"):
        plan_import(cache, name="mine", fill_missing=True, **files)
    assert replace(request, fill_missing=True) != request


# --------------------------------------------------------------------------- cell influence


def test_selections_are_spelt_as_the_compendium_does(tiny: Compendium) -> None:
    request, table = plan_cell_influence(
        tiny, moa="hdac inhibitor", selections=[["mcf7"], ["A375", "a375"], []]
    )
    assert request.selections == (("MCF7",), ("A375",), ())
    assert request.drugs == ("both", "hdac0", "hdac1", "hdac2", "hdac3")
    assert (request.label, request.left_out) == ("HDAC inhibitor", ())
    assert table["selection"].tolist() == ["MCF7", "A375", "all cell lines"]
    assert set(table["n_drugs"]) == {5}
    assert from_json(to_json(request)) == request


def test_every_cell_line_comes_once(tiny: Compendium) -> None:
    request, _ = plan_cell_influence(
        tiny, moa="HDAC inhibitor", selections=[["MCF7"], []], every_cell_line=True
    )
    assert request.selections == (("MCF7",), (), ("A375",))
    request, _ = plan_cell_influence(
        tiny, moa="HDAC inhibitor", selections=[], every_cell_line=True
    )
    assert sorted(request.selections) == [("A375",), ("MCF7",)]


@pytest.fixture(scope="session")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """Of five drugs two are in MCF7 alone; PC3 has one of them all."""
    whole = build(
        tmp_path_factory.mktemp("uneven") / "whole",
        [*drugs_of("HDAC inhibitor", 5), *drugs_of("", 60, tas=0.1)],
        cells=("A375", "MCF7", "PC3"),
    )
    cell, drug = whole.signatures["cell_id"], whole.signatures["drug"]
    few = ((cell == "A375") & drug.isin(["hdac3", "hdac4"])) | (
        (cell == "PC3") & drug.isin([f"hdac{i}" for i in range(1, 5)])
    )
    return replace(
        whole, matrix=whole.matrix[~few], signatures=whole.signatures[~few].reset_index(drop=True)
    )


def test_drugs_that_a_selection_lacks_are_left_out(uneven: Compendium) -> None:
    request, table = plan_cell_influence(
        uneven, moa="HDAC inhibitor", selections=[["MCF7"], ["A375"]], every_cell_line=True
    )
    assert request.drugs == ("hdac0", "hdac1", "hdac2")
    assert request.left_out == ("hdac3", "hdac4")
    assert table.set_index("selection")["n_drugs"].to_dict() == {"MCF7": 3, "A375": 3, "PC3": 1}
    reasons = table.set_index("selection")["reason"]
    assert reasons["MCF7"] == ""
    assert "1 of the 3 drugs has a signature in PC3" in reasons["PC3"]
    # Listed with the result too, and so asked for.
    assert ("PC3",) in request.selections


def test_each_selection_may_use_the_drugs_it_has(uneven: Compendium) -> None:
    request, table = plan_cell_influence(
        uneven, moa="HDAC inhibitor", selections=[["MCF7"], ["A375"]], shared_drugs=False
    )
    assert (len(request.drugs), request.left_out) == (5, ())
    assert table["n_drugs"].tolist() == [5, 3]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"selections": [["MCF7"]]}, "two selections of cell lines are needed"),
        ({"selections": [["MCF7"], ["mcf7"]]}, "Two selections are MCF7"),
        ({"selections": [["MCF7"], ["PC3"]]}, "1 of the 5 drugs has a signature in every"),
        (
            {"selections": [["MCF7"], ["PC3"]], "shared_drugs": False},
            "1 of the 5 drugs has a signature in PC3; 2 are needed",
        ),
        ({"selections": [["MCF7"], ["HT29"]]}, "is from HT29"),
        ({"selections": [["MCF7"], []], "preset": "slow"}, "no preset 'slow'"),
        ({"selections": [["MCF7"], []], "drugs": ["hdac0"]}, "either drugs or one MOA"),
        (
            {"selections": [], "every_cell_line": True, "moa": "", "drugs": ["hdac3"]},
            "Fewer than two cell lines",
        ),
    ],
)
def test_a_comparison_that_cannot_be_done_is_refused(
    uneven: Compendium, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        plan_cell_influence(uneven, **{"moa": "HDAC inhibitor", **asked})


def test_negatives_are_one_choice_for_all_selections(uneven: Compendium) -> None:
    asked = {"moa": "HDAC inhibitor", "selections": [["MCF7"], ["A375"]]}
    request, _ = plan_cell_influence(uneven, **asked)
    assert request.negatives == "inactive"
    there = uneven.signatures["cell_id"] != "A375"
    scarce = (
        there
        | ~uneven.signatures["drug"].str.startswith("dark")
        | (uneven.signatures["drug"].isin([f"dark{i}" for i in range(20)]))
    )
    fewer = replace(
        uneven,
        matrix=uneven.matrix[scarce],
        signatures=uneven.signatures[scarce].reset_index(drop=True),
    )
    request, _ = plan_cell_influence(fewer, **asked)
    assert request.negatives == "others"


# --------------------------------------------------------------------------- hyper-parameters


def test_a_sweep_is_over_rising_layers_and_nodes(tiny: Compendium) -> None:
    request, training_set = plan_sweep(
        tiny, moa="hdac inhibitor", layers=[4, 2, 4], nodes=[100, 10], cells=["mcf7"]
    )
    assert (request.layers, request.nodes, request.steps) == ((2, 4), (10, 100), 2000)
    assert (request.label, request.cells) == ("HDAC inhibitor", ("MCF7",))
    assert request.negatives == training_set.negatives == "inactive"
    assert training_set.n_positive_compounds == 5
    assert from_json(to_json(request)) == request


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"layers": []}, "hidden layers are none; needed is at least one, from 2 to 5"),
        ({"layers": [1, 2]}, "hidden layers are 1, 2"),
        ({"nodes": [4096]}, "nodes of a layer are 4096; .* from 10 to 2,048"),
        ({"nodes": [9, 10]}, "nodes of a layer are 9, 10"),
        ({"steps": 0}, "0 steps"),
        ({"steps": 10**6}, "1,000,000 steps"),
        ({"moa": "", "drugs": ["hdac0"]}, "1 drug; to hold drugs out, 2 are needed"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_sweep_that_cannot_be_done_is_refused(
    tiny: Compendium, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        plan_sweep(tiny, **{"moa": "HDAC inhibitor", **asked})


# -------------------------------------------------------------------------------------- genes


def test_numbers_of_genes_rise_and_the_rest_is_as_in_training(tiny: Compendium) -> None:
    request, training_set = plan_gene_counts(
        tiny, moa="hdac inhibitor", counts=[50, 10, 50], repeats=3, cells=["mcf7"]
    )
    assert (request.counts, request.repeats) == ((10, 50), 3)
    assert (request.label, request.cells) == ("HDAC inhibitor", ("MCF7",))
    assert request.negatives == training_set.negatives == "inactive"
    assert from_json(to_json(request)) == request
    usual, _ = plan_gene_counts(tiny, moa="HDAC inhibitor")
    assert usual.counts == (
        10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700, 800, 978,
    )  # fmt: skip
    assert usual.repeats == 10


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"counts": []}, "numbers of genes are none; needed is at least one, from 2 to 978"),
        ({"counts": [1, 10]}, "numbers of genes are 1, 10"),
        ({"counts": [979]}, "numbers of genes are 979"),
        ({"repeats": 0}, "0 draws; needed are 1 to 50"),
        ({"repeats": 51}, "51 draws"),
        ({"moa": "", "drugs": ["hdac0"]}, "1 drug; .* 2 are needed"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_numbers_of_genes_that_cannot_be_compared_are_refused(
    tiny: Compendium, asked: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        plan_gene_counts(tiny, **{"moa": "HDAC inhibitor", **asked})


def test_genes_are_asked_of_a_model_whose_training_set_is_still_there(tiny: Compendium) -> None:
    summary = replace(SUMMARY, fingerprint=tiny.fingerprint)
    request = plan_gene_importance(tiny, summary)
    assert (request.model, request.label) == (summary.model_id, summary.label)
    assert (request.compendium, request.fingerprint) == ("tiny", tiny.fingerprint)
    assert from_json(to_json(request)) == request
    with pytest.raises(RequestError, match="has changed since"):
        plan_gene_importance(tiny, SUMMARY)
    with pytest.raises(RequestError, match="trained on uploaded profiles"):
        plan_gene_importance(tiny, replace(summary, drugs=()))
