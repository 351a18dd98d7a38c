"""A copy of a cache, made as docs/server.md says, is a cache with the same results and owners."""

import shutil
from pathlib import Path

import pandas as pd

from gpar_core.__main__ import main
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training import result as models
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.data import compendium as compendia
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import Cache, publishing
from gpar_core.upkeep.migration import bring_up_to_date
from tests.saved_model import model
from tests.synthetic import build, drugs_of


def test_what_is_restored_is_what_was_there(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "old")
    bring_up_to_date(cache)
    with publishing(cache.compendium("tiny")) as folder:
        build(folder, [*drugs_of("HDAC inhibitor", 3), *drugs_of("", 5)])
    asked = TrainRequest(
        compendium="tiny", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=("a", "b"))
    )
    store = JobStore(cache)
    made = store.submit(asked, "ann").id
    cache.access.hold("ann", made, 0.0, shared=False)
    store.claim(9, 9)
    with publishing(cache.model(made)) as folder:
        models.save(model(model_id=made), folder)
    store.finish(made, 1, State.DONE)
    cache.inbox.mkdir()
    (cache.inbox / "mine.gctx").write_bytes(b"1")

    shutil.copytree(cache.root, tmp_path / "backup", ignore=shutil.ignore_patterns("jobs"))
    shutil.copytree(tmp_path / "backup", tmp_path / "new")

    ann, bob = (Cache(tmp_path / "new", Visitor(name)) for name in ("ann", "bob"))
    bring_up_to_date(ann)
    assert (ann.model_ids(), bob.model_ids()) == ([made], [])
    there, before = (models.load(Cache(root).model(made)) for root in (ann.root, cache.root))
    pd.testing.assert_frame_equal(there.ranking, before.ranking)
    fingerprints = {
        compendia.load(Cache(root).compendium("tiny")).fingerprint
        for root in (ann.root, cache.root)
    }
    assert len(fingerprints) == 1
    assert (ann.inbox / "mine.gctx").read_bytes() == b"1"
    assert JobStore(ann).recent() == []
    assert main(["--cache", str(ann.root), "doctor"]) == 0
