"""A search of a large compendium has tau and sRGES if the request asks for them."""

from dataclasses import replace
from pathlib import Path

import pytest

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import plan_list_search
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pools import Means
from tests.synthetic import build, drugs_of

SYMBOLS = fields.LANDMARK_SYMBOLS


def test_a_job_computes_tau_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    drugs = [*drugs_of("X inhibitor", 4), *drugs_of("", 20)]
    compendium = build(cache.compendium("mine"), drugs, effect=40.0, name="mine")
    monkeypatch.setattr("gpar_core.search.reference.AUTOMATIC", 1)
    plain, _ = plan_list_search(compendium, SYMBOLS[:20], SYMBOLS[30:50], score="zhang")
    asked = replace(plain, tau=True)
    assert job_id(asked) != job_id(plain)
    for request in (plain, asked):
        run_job(request, cache, silent, Means())
        tables = analysis.load(cache.analysis(job_id(request))).tables
        assert ("tau" in tables["compounds"]) == request.tau
        assert ("adjustments" in tables) == request.tau
