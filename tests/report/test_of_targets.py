"""The report of a target prediction: the verdict, each line of evidence, and how to repeat it."""

import shlex
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from gpar_core.__main__ import _parser
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.target_prediction.plan import plan_target_prediction
from gpar_core.progress import silent
from gpar_core.report.make import as_file, report_of
from gpar_core.report.page import page
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.targets.planted import planted


def test_a_report_has_the_genes_and_what_they_rest_on(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    data = planted(cache.compendium("planted"), effect=30.0)
    request = plan_target_prediction(data, compound="drug7")
    run_job(request, cache, silent, Means())
    document = report_of(cache, job_id(request))
    assert "GENE7" in document.verdict
    written = page(document)
    for said in ("GENE7 (known target)", "Knock-down", "drug22", "SIMULATED", "predict-target"):
        assert said in written
    words = shlex.split(document.origin.command)
    options = _parser().parse_args(words[words.index("predict-target") :])
    assert options.compound == "drug7"
    assert document.origin.outcome.first[0] == "GENE7"
    assert document.origin.outcome.figures["GENE7"] == pytest.approx(0.9, abs=0.4)
    with zipfile.ZipFile(BytesIO(as_file(document, ".zip"))) as files:
        names = {Path(name).stem for name in files.namelist()}
    assert {"targets-1", "nearest-drugs", "cosines", "weights"} <= names
