"""A cache as a lab has it after some weeks: the demo, a library of models, a map of everything."""

from gpar_core.cache import Cache
from gpar_core.data import compendium as compendia
from gpar_core.data import demo
from gpar_core.errors import JobError
from gpar_core.jobs import engine
from gpar_core.jobs.request import DemoRequest, Request
from gpar_core.jobs.store import State
from gpar_core.planning import plan_library
from gpar_core.planning_analyses import plan_map

N_MODELS = 12


def populate(cache: Cache) -> None:
    """Make what is not there yet, by jobs as a user does. Raises JobError where one fails."""
    _done(cache, DemoRequest())
    compendium = compendia.load(cache.existing_compendium(demo.NAME))
    frequent = compendium.moas.nlargest(N_MODELS, "n_drugs")["moa"]
    _done(cache, plan_library(compendium, moas=frequent))
    _done(cache, plan_map(compendium))


def _done(cache: Cache, request: Request) -> None:
    job = engine.submit(cache, request)
    job = engine.follow(cache, job.id, lambda _: None)
    if job.state is not State.DONE:
        raise JobError(f"'{job.title}' of the benchmark's cache is {job.state}: {job.error}")
