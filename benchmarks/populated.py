"""A cache like a lab's after some weeks: the demo, a library of models, a map of everything."""

import json
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from benchmarks.server import end_jobs
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.map.plan import plan_map
from gpar_core.data import compendium as compendia
from gpar_core.data import demo
from gpar_core.data.requests import DemoRequest
from gpar_core.errors import JobError
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.storage.cache import MANIFEST, Cache, publishing
from gpar_core.storage.requests import Request

N_MODELS = 12


def populate(cache: Cache) -> None:
    """Make what is not there yet, by jobs as a user does. Raises JobError where one fails."""
    _done(cache, DemoRequest())
    compendium = compendia.load(cache.existing_compendium(demo.NAME))
    frequent = compendium.moas.nlargest(N_MODELS, "n_drugs")["moa"]
    _done(cache, plan_library(compendium, moas=frequent))
    _done(cache, plan_map(compendium))
    end_jobs(cache.root)  # the server's settings are for a supervisor that it starts itself


def fill_with_private(cache: Cache, people: Sequence[str], n: int) -> None:
    """Share out `n` models among people, each seen by one of them only, unless there are as many.

    They are copies of existing models.
    """
    records = cache.access.records()
    there = cache.model_ids()
    lacking = n - sum(model_id in records and not records[model_id].shared for model_id in there)
    for number in range(lacking):
        model_id = uuid.uuid4().hex[:20]
        cache.access.hold(people[number % len(people)], model_id, number, shared=False)
        _copy(cache.model(there[number % len(there)]), cache.model(model_id))


def _copy(model: Path, new: Path) -> None:
    """The same files under another name, except the one that holds the name."""
    with publishing(new) as folder:
        for file in model.iterdir():
            if file.name != MANIFEST:
                os.link(file, folder / file.name)
        manifest = json.loads((model / MANIFEST).read_text("utf-8"))
        manifest["summary"]["model_id"] = new.name
        (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def _done(cache: Cache, request: Request) -> None:
    job = engine.submit(cache, request)
    job = engine.follow(cache, job.id, lambda _: None)
    if job.state is not State.DONE:
        raise JobError(f"'{job.title}' of the benchmark's cache is {job.state}: {job.error}")
