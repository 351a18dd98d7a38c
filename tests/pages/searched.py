"""Finished searches for tests of pages."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import plan_compound_search
from gpar_core.analyses.signature_search.request import SearchRequest
from gpar_core.data import compendium as compendia
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from tests.pools import Means


def searched(cache: Cache, compendium: str = "demo", compound: str = "hdac0") -> SearchRequest:
    """A search with a compound, as a job leaves it."""
    data = compendia.load(cache.compendium(compendium))
    request = plan_compound_search(data, compound, score="wtcs")
    run_job(request, cache, silent, Means())
    return request


def sent(app: AppTest, component: str) -> dict[str, Any]:
    """What a component on the page was given."""
    protos = [node.proto for node in app.get("bidi_component")]
    (found,) = [proto for proto in protos if proto.component_name == component]
    return json.loads(found.json)
