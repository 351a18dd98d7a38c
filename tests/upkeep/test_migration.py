"""A cache of an earlier GPAR, of a later one, and one whose list of owners is gone."""

import json
from pathlib import Path

import pytest

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.errors import DataError
from gpar_core.jobs.store import JobStore
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import MANIFEST, Cache, publishing
from gpar_core.upkeep.migration import STEPS, bring_up_to_date
from tests.import_requests import import_request


def version(cache: Cache) -> int:
    return int(json.loads((cache.root / "format.json").read_text())["version"])


def test_an_empty_folder_becomes_a_cache_of_this_version(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new")
    bring_up_to_date(cache)
    assert version(cache) == len(STEPS)
    assert cache.access.records() == {}


def test_what_people_asked_of_an_earlier_gpar_becomes_theirs(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    store = JobStore(cache)
    training = TrainRequest(
        compendium="demo", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=())
    )
    model, own = store.submit(training, "ann").id, store.submit(import_request("lab"), "bob").id
    for folder in (cache.model(model), cache.compendium("lab"), cache.compendium("demo")):
        with publishing(folder) as building:
            (building / MANIFEST).write_text("{}")
    store.submit(import_request("other"))
    bring_up_to_date(cache)
    owners = {thing: record.owners for thing, record in cache.access.records().items()}
    assert owners == {model: ("ann",), own: ("bob",), "compendia/lab": ("bob",)}
    ann = Cache(tmp_path, Visitor("ann"))
    assert (ann.model_ids(), ann.compendium_names()) == ([model], ["demo"])
    assert [job.title for job in JobStore(ann).recent()] == ["Import 'other'", "Train on ssri"]


def test_a_list_of_owners_that_is_gone_does_not_open_what_was_private(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    model = (
        JobStore(cache)
        .submit(
            TrainRequest(
                compendium="demo", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=())
            ),
            "ann",
        )
        .id
    )
    bring_up_to_date(cache)
    for file in tmp_path.glob("access.sqlite3*"):
        file.unlink()
    bring_up_to_date(cache)
    assert cache.access.hidden_from("bob") == {model}


def test_it_is_done_once(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    bring_up_to_date(cache)
    job = JobStore(cache).submit(
        TrainRequest(compendium="demo", fingerprint="f", drug_set=DrugSet(label="ssri", drugs=())),
        "ann",
    )
    bring_up_to_date(cache)
    assert job.id not in cache.access.records()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps({"version": len(STEPS) + 1}), "later version of GPAR"),
        ("{", "delete it; GPAR writes a new one"),
        ("[]", "cannot be read"),
        ('{"version": "new"}', "cannot be read"),
    ],
)
def test_another_version_is_refused_and_nothing_touched(
    tmp_path: Path, content: str, message: str
) -> None:
    cache = Cache(tmp_path)
    (tmp_path / "format.json").write_text(content)
    with pytest.raises(DataError, match=message):
        bring_up_to_date(cache)
    assert (tmp_path / "format.json").read_text() == content
