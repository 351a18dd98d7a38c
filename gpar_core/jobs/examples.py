"""Finished results that come with the demo, one of each kind that takes seconds.

So most pages have something to show before anybody has computed anything. They are jobs of the
server itself, which keep no other job waiting, and are queued once: those that are deleted do not
come back.
"""

import os
from typing import Final

from gpar_core.analyses.cell_influence.plan import plan_cell_influence
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.signature_search.plan import plan_compound_search
from gpar_core.analyses.target_prediction.plan import plan_target_prediction
from gpar_core.analyses.training.plan import plan_training
from gpar_core.data import demo
from gpar_core.data.compendium import Compendium
from gpar_core.jobs import engine
from gpar_core.server.limits import read_limits
from gpar_core.storage.access import SERVER
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request

CELLS: Final = ("A375", "MCF7", "PC3")
"""Of the map: in three cell lines nearly every drug has a signature, and t-SNE takes seconds."""

MOA: Final = "HSP inhibitor"
"""Of the model: its interval is wide, since one of the six drugs acts on another protein."""

MOAS: Final = (
    MOA,
    "estrogen receptor agonist",
    "glucocorticoid receptor agonist",
    "mTOR inhibitor",
    "opioid receptor agonist",
)
"""Of the library: learned well, in some cell lines, and not at all."""

QUERY: Final = "dexamethasone"
"""Of the search: it finds the other glucocorticoids."""

COMPOUND: Final = "digoxin"
"""Whose targets are predicted: its known one stands out."""

RECEPTOR_MOA: Final = "estrogen receptor agonist"
SELECTIONS: Final = (("MCF7",), ("PC3",))
"""Of the comparison of cell lines: one that expresses the receptor and one that does not."""

QUEUED: Final = "examples"
"""A file beside the list of jobs: they were queued."""


def queue_examples(cache: Cache, compendium: Compendium) -> None:
    """Queue them if the compendium is the demo, unless they were or `GPAR_EXAMPLES` is 0.

    Raises GparError.
    """
    if compendium.name != demo.NAME or not read_limits(os.environ).examples:
        return
    try:
        cache.jobs.mkdir(parents=True, exist_ok=True)
        (cache.jobs / QUEUED).touch(exist_ok=False)
    except OSError:  # they were, or nothing can be written
        return
    for request in examples(compendium):
        engine.submit(Cache(cache.root, SERVER), request)


def examples(demo: Compendium) -> tuple[Request, ...]:
    """Their requests, in the order in which they are shown. Raises GparError."""
    return (
        plan_map(demo, method="tsne", cells=CELLS, representatives=True),
        plan_training(demo, DrugSet(moa=MOA))[0],
        plan_compound_search(demo, QUERY),
        plan_target_prediction(demo, compound=COMPOUND),
        plan_library(demo, moas=MOAS),
        plan_cell_influence(demo, DrugSet(moa=RECEPTOR_MOA), selections=SELECTIONS)[0],
    )
