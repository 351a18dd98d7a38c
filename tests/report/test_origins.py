"""The request a model was made by, and commands that ask for it again."""

import shlex
from dataclasses import replace

import pytest

from gpar_core.__main__ import _parser
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.report.origins import evaluation_command, training_command, training_request
from gpar_core.storage.requests import job_id
from tests.asked import asked
from tests.report.conftest import Results


def test_the_request_of_a_model_is_found_from_what_it_keeps(results: Results) -> None:
    summary = model.load_summary(results.cache.model(job_id(results.training)))
    assert training_request(summary) == results.training
    assert training_request(replace(summary, model_id="0" * 20)) is None
    assert training_request(replace(summary, drugs=())) is None


@pytest.mark.parametrize("cells", [(), ("MCF7",)])
@pytest.mark.parametrize("chosen", [{"moa": "HDAC inhibitor"}, {"drugs": ["hdac0", "hdac1"]}])
def test_the_command_of_a_training_asks_for_the_same(
    results: Results, chosen: dict[str, object], cells: tuple[str, ...]
) -> None:
    first, _ = plan_training(
        results.compendium, **asked(**chosen, cells=cells, seed=4, negatives="others")
    )
    options = _parser().parse_args(shlex.split(training_command(first))[3:])
    again, _ = plan_training(
        results.compendium,
        DrugSet(drugs=options.drugs.split(","), moa=options.moa),
        Method(
            cells=options.cells.split(","),
            preset=options.preset,
            negatives=options.negatives,
            seed=options.seed,
        ),
        null_repeats=options.null,
    )
    assert again == first


def test_the_command_of_an_evaluation_names_its_classes(results: Results) -> None:
    options = _parser().parse_args(shlex.split(evaluation_command(results.evaluation))[3:])
    assert tuple(options.moas) == results.evaluation.classes
    assert tuple(options.methods.split(",")) == results.evaluation.methods
    assert options.seed == results.evaluation.method.seed
