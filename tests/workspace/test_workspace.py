"""GPAR from Python: results are those of the dashboard, and failed jobs are errors."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gpar_core
from gpar_core import fields
from gpar_core.analyses.run_job import run_job
from gpar_core.errors import Cancelled, GparError, JobError
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.report.reproduce import read_origin
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id
from gpar_core.workspace import Workspace
from tests.pools import Means
from tests.synthetic import build, drugs_of
from tests.targets.planted import planted
from tests.targets.planted_library import planted_library


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace whose jobs are done in this process, without TensorFlow."""

    def at_once(cache: Cache, request: Request, **_: object) -> object:
        run_job(request, cache, silent, Means())
        return JobStore(cache).submit(request, "local", result_exists=True)

    monkeypatch.setattr(engine, "submit", at_once)
    workspace = Workspace(tmp_path / "cache")
    drugs = [
        *drugs_of("HDAC inhibitor", 5, replicates=3),
        *drugs_of("MTOR inhibitor", 5, replicates=2),
        *drugs_of("", 60, tas=0.1),
    ]
    build(workspace.cache.compendium("small"), drugs, effect=20, name="small")
    return workspace


def test_a_training_is_that_of_the_dashboard(here: Workspace, tmp_path: Path) -> None:
    small = here.compendium("small")
    assert here.compendia() == ["small"]
    model = here.train(small, drugs=["hdac0", "hdac1", "hdac2"])
    assert here.model(model.summary.model_id).summary == model.summary
    top = gpar_core.order_ranking(model.ranking, "p")
    assert set(top[fields.PERT_INAME].head(2)) == {"hdac3", "hdac4"}
    written = here.report(model.summary.model_id, tmp_path / "report.html")
    assert read_origin(written).result_id == model.summary.model_id


def test_a_library_reads_a_compound(here: Workspace) -> None:
    small = here.compendium("small")
    built = here.build_library(small)
    assert len(built.asked) == 2
    table = gpar_core.ranked_moas(here.predict_moa(small, "mtor0"))
    assert table["moa"].iloc[0] == "MTOR inhibitor"


def test_methods_are_compared(here: Workspace) -> None:
    done = here.evaluate(here.compendium("small"), methods=["gpar", "cosine"])
    measures = done.tables["measures"]
    table = gpar_core.evaluation_summary(measures[measures["protocol"] == "drug"])
    assert table["method"].tolist() == ["gpar", "cosine"]


def test_targets_of_a_file_are_predicted_and_evaluated(here: Workspace, tmp_path: Path) -> None:
    data = planted(here.cache.compendium("planted"), effect=20.0)
    library = planted_library(here.cache, data)
    own = [(data.signatures["drug"] == drug).to_numpy() for drug in ("drug3", "drug4")]
    stat, change = (np.asarray(data.matrix[rows]).mean(axis=0) for rows in own)
    table = {"gene": fields.LANDMARK_SYMBOLS, "log2FoldChange": change, "stat": stat, "padj": 0.5}
    path = tmp_path / "mine.csv"
    pd.DataFrame(table).to_csv(path, index=False)
    for column, gene in (("", "GENE3"), ("log2FoldChange", "GENE4")):
        found = here.predict_target(data, profiles=path, column=column)
        assert found.tables["targets"]["gene"].iloc[0] == gene
    done = here.evaluate_targets(data, library_id=library.library_id)
    assert "library" in set(done.tables["methods"]["method"])
    with pytest.raises(GparError, match="No library"):
        here.predict_target(data, "drug3", library_id="absent")


@pytest.mark.parametrize(
    ("state", "kind"), [(State.FAILED, JobError), (State.CANCELLED, Cancelled)]
)
def test_a_job_that_ends_otherwise_is_an_error(
    here: Workspace, monkeypatch: pytest.MonkeyPatch, state: State, kind: type[Exception]
) -> None:
    def ends(cache: Cache, request: Request, **_: object) -> object:
        store = JobStore(cache)
        job = store.submit(request, "local")
        store.claim(1, 1)
        store.finish(job.id, 1, state, "The disk is full.")
        return store.get(job_id(request))

    monkeypatch.setattr(engine, "submit", ends)
    with pytest.raises(kind):
        here.train(here.compendium("small"), moa="HDAC inhibitor")
