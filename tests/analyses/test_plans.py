"""From what a user asks to have examined to a request, or to what is wrong with it."""

from dataclasses import replace
from typing import Any

import pytest

from gpar_core.analyses.cell_influence.plan import plan_cell_influence
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.genes.plan import plan_gene_counts, plan_gene_importance
from gpar_core.analyses.hyper_parameters.plan import plan_sweep
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.registry import from_json
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.storage.requests import to_json
from tests.asked import asked
from tests.saved_model import SUMMARY
from tests.synthetic import build, drugs_of

LINEAR = replace(SUMMARY, preset="linear")

# ------------------------------------------------------------------------------- evaluation


def test_the_strong_and_the_weak_regression_are_both_evaluated_by_default(tiny: Compendium) -> None:
    assert {"balanced_logistic", "default_logistic"} < set(plan_evaluation(tiny).methods)


def test_the_linear_preset_is_not_compared_with_itself(tiny: Compendium) -> None:
    with pytest.raises(RequestError, match="the same as the method 'balanced_logistic'"):
        plan_evaluation(tiny, Method(preset="linear", negatives="others"))


def test_what_earlier_versions_called_logistic_is_not_taken_for_another_method(
    tiny: Compendium,
) -> None:
    request = plan_evaluation(tiny, methods=["gpar"])
    assert request.title.startswith("Evaluation of GPAR on ")
    written = to_json(request).replace('"gpar"', '"logistic"')
    with pytest.raises(RequestError, match="another version"):
        from_json(written)


# --------------------------------------------------------------------------- cell influence


def test_selections_are_spelled_as_the_compendium_does(tiny: Compendium) -> None:
    request, table = plan_cell_influence(
        tiny, DrugSet(moa="hdac inhibitor"), selections=[["mcf7"], ["A375", "a375"], []]
    )
    assert request.selections == (("MCF7",), ("A375",), ())
    assert request.drug_set.drugs == ("both", "hdac0", "hdac1", "hdac2", "hdac3")
    assert (request.drug_set.label, request.left_out) == ("HDAC inhibitor", ())
    assert table["selection"].tolist() == ["MCF7", "A375", "all cell lines"]
    assert set(table["n_drugs"]) == {5}
    assert from_json(to_json(request)) == request


def test_every_cell_line_comes_once(tiny: Compendium) -> None:
    request, _ = plan_cell_influence(
        tiny, DrugSet(moa="HDAC inhibitor"), selections=[["MCF7"], []], every_cell_line=True
    )
    assert request.selections == (("MCF7",), (), ("A375",))
    request, _ = plan_cell_influence(
        tiny, DrugSet(moa="HDAC inhibitor"), selections=[], every_cell_line=True
    )
    assert sorted(request.selections) == [("A375",), ("MCF7",)]


@pytest.fixture(scope="session")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """Of five drugs two are in MCF7 alone; PC3 has one of them all."""
    whole = build(
        tmp_path_factory.mktemp("uneven") / "whole",
        [
            *drugs_of("HDAC inhibitor", 5),
            *drugs_of("", 60, tas=0.1),
            *drugs_of("MTOR inhibitor", 1),
        ],
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
        uneven, DrugSet(moa="HDAC inhibitor"), selections=[["MCF7"], ["A375"]], every_cell_line=True
    )
    assert request.drug_set.drugs == ("hdac0", "hdac1", "hdac2")
    assert request.left_out == ("hdac3", "hdac4")
    assert table.set_index("selection")["n_drugs"].to_dict() == {"MCF7": 3, "A375": 3, "PC3": 1}
    reasons = table.set_index("selection")["reason"]
    assert reasons["MCF7"] == ""
    assert "1 of the 3 drugs has a signature in PC3" in reasons["PC3"]
    # Listed with the result too, and so asked for.
    assert ("PC3",) in request.selections


def test_each_selection_may_use_the_drugs_it_has(uneven: Compendium) -> None:
    request, table = plan_cell_influence(
        uneven, DrugSet(moa="HDAC inhibitor"), selections=[["MCF7"], ["A375"]], shared_drugs=False
    )
    assert (len(request.drug_set.drugs), request.left_out) == (5, ())
    assert table["n_drugs"].tolist() == [5, 3]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"selections": [["MCF7"]]}, "at least two selections of cell lines"),
        ({"selections": [["MCF7"], ["mcf7"]]}, "Two selections are the same: MCF7"),
        ({"selections": [["MCF7"], ["PC3"]]}, "1 of the 5 drugs has a signature in every"),
        (
            {"selections": [["MCF7"], ["PC3"]], "shared_drugs": False},
            "1 of the 5 drugs has a signature in PC3; 2 are needed",
        ),
        ({"selections": [["MCF7"], ["HT29"]]}, "is from 'HT29'"),
        ({"selections": [["MCF7"], []], "preset": "slow"}, "no preset 'slow'"),
        ({"selections": [["MCF7"], []], "drugs": ["hdac0"]}, "what to train on: drugs, MOAs"),
        (
            {"selections": [], "every_cell_line": True, "moa": "", "drugs": ["hdac3"]},
            "Fewer than two cell lines",
        ),
    ],
)
def test_a_comparison_that_cannot_be_done_is_refused(
    uneven: Compendium, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        plan_cell_influence(uneven, **asked(**{"moa": "HDAC inhibitor", **settings}))


def test_negatives_are_one_choice_for_all_selections(uneven: Compendium) -> None:
    settings = asked(moa="HDAC inhibitor", preset="paper", selections=[["MCF7"], ["A375"]])
    request, _ = plan_cell_influence(uneven, **settings)
    assert request.method.negatives == "inactive"
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
    request, _ = plan_cell_influence(fewer, **settings)
    assert request.method.negatives == "others"


# --------------------------------------------------------------------------- hyper-parameters


def test_a_sweep_is_over_rising_layers_and_nodes(tiny: Compendium) -> None:
    request, training_set = plan_sweep(
        tiny,
        DrugSet(moa="hdac inhibitor"),
        Method(cells=("mcf7",)),
        layers=[4, 2, 4],
        nodes=[100, 10],
    )
    assert (request.layers, request.nodes, request.steps) == ((2, 4), (10, 100), 2000)
    assert (request.drug_set.label, request.method.cells) == ("HDAC inhibitor", ("MCF7",))
    assert request.method.negatives == training_set.negatives == "inactive"
    assert training_set.n_positive_compounds == 5
    assert from_json(to_json(request)) == request


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"layers": []}, "hidden layers are none. Give at least one, from 2 to 5"),
        ({"layers": [1, 2]}, "hidden layers are 1, 2"),
        ({"nodes": [4096]}, r"nodes per layer are 4096\. .* from 10 to 2,048"),
        ({"nodes": [9, 10]}, "nodes per layer are 9, 10"),
        ({"steps": 0}, "steps is 0. Choose 1 to"),
        ({"steps": 10**6}, "steps is 1,000,000"),
        ({"moa": "", "drugs": ["hdac0"]}, "1 drug. Cross-validation needs at least 2"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_a_sweep_that_cannot_be_done_is_refused(
    tiny: Compendium, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        plan_sweep(tiny, **asked(**{"moa": "HDAC inhibitor", **settings}))


# -------------------------------------------------------------------------------------- genes


def test_numbers_of_genes_rise_and_the_rest_is_as_in_training(tiny: Compendium) -> None:
    request, training_set = plan_gene_counts(
        tiny, DrugSet(moa="hdac inhibitor"), Method(cells=("mcf7",)), counts=[50, 10, 50], repeats=3
    )
    assert (request.counts, request.repeats) == ((10, 50), 3)
    assert (request.drug_set.label, request.method.cells) == ("HDAC inhibitor", ("MCF7",))
    assert request.method.negatives == training_set.negatives == "others"
    assert from_json(to_json(request)) == request
    usual, _ = plan_gene_counts(tiny, DrugSet(moa="HDAC inhibitor"))
    assert usual.counts == (
        10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700, 800, 978,
    )  # fmt: skip
    assert usual.repeats == 10


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"counts": []}, "numbers of genes are none. Give at least one, from 2 to 978"),
        ({"counts": [1, 10]}, "numbers of genes are 1, 10"),
        ({"counts": [979]}, "numbers of genes are 979"),
        ({"repeats": 0}, "draws is 0. Choose 1 to 50"),
        ({"repeats": 51}, "draws is 51"),
        ({"moa": "", "drugs": ["hdac0"]}, "1 drug. .* at least 2"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_numbers_of_genes_that_cannot_be_compared_are_refused(
    tiny: Compendium, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        plan_gene_counts(tiny, **asked(**{"moa": "HDAC inhibitor", **settings}))


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


# ------------------------------------------------------------------------------------- maps


def test_a_map_is_asked_for_in_the_words_of_the_compendium(tiny: Compendium) -> None:
    request = plan_map(
        tiny, method="tsne", cells=["mcf7"], moas=["mtor INHIBITOR", "hdac inhibitor", " "]
    )
    assert (request.cells, request.moas) == (("MCF7",), ("HDAC inhibitor", "MTOR inhibitor"))
    assert (request.fingerprint, request.model) == (tiny.fingerprint, "")
    assert request.title == "t-SNE of 'tiny' · MCF7 · HDAC inhibitor, MTOR inhibitor"
    assert from_json(to_json(request)) == request
    own = replace(SUMMARY, fingerprint=tiny.fingerprint)
    assert plan_map(tiny, model=own).model == own.model_id


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"method": "pca"}, "no map 'pca'. Choose from: umap, tsne, fwd"),
        ({"seed": -1}, "The seed is -1"),
        ({"model": LINEAR}, "is linear and has no hidden layer"),
        ({"model": SUMMARY}, "'tiny' as it was then, which is not the same as 'tiny' today"),
        ({"cells": ["MCF7"], "moas": ["MTOR inhibitor"]}, r"6 signatures .* UMAP needs 15"),
        ({"method": "fwd", "cells": ["MCF7"]}, "L1000FWD graph needs 150"),
        ({"moas": ["MTOR inhibitr"]}, "Did you mean: MTOR inhibitor"),
        ({"cells": ["PC3"]}, "is from 'PC3'"),
    ],
)
def test_a_map_that_shows_nothing_is_refused(
    tiny: Compendium, settings: dict[str, Any], words: str
) -> None:
    if settings.get("model") == LINEAR:
        settings = {"model": replace(LINEAR, fingerprint=tiny.fingerprint)}
    with pytest.raises(RequestError, match=words):
        plan_map(tiny, **{"representatives": True, **settings})
