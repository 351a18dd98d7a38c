"""The request that a model was made by."""

from dataclasses import replace

from gpar_core.analyses.training import result as model
from gpar_core.report.origins import training_request
from gpar_core.storage.requests import job_id
from tests.report.conftest import Results


def test_the_request_of_a_model_is_found_from_what_it_keeps(results: Results) -> None:
    summary = model.load_summary(results.cache.model(job_id(results.training)))
    assert training_request(summary) == results.training
    assert training_request(replace(summary, model_id="0" * 20)) is None
    assert training_request(replace(summary, drugs=())) is None
