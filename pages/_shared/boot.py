"""What the server does before it shows a page."""

import functools
import gc
import logging
import pkgutil
from importlib import import_module
from threading import Thread

from pages import _shared


@functools.cache
def once() -> None:
    """Begin the log; import what pages will need, beside the first page and not before it."""
    log = logging.getLogger("gpar")
    log.addHandler(logging.StreamHandler())
    log.handlers[0].setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.propagate = False
    Thread(target=_get_ready, daemon=True).start()


def _get_ready() -> None:
    """Import, then exempt all of it from Streamlit's garbage collection after every rerun.

    With heavy imports each collection costs 72-450 ms of CPU otherwise, during which no other
    visitor is served; so all that any page imports is imported here.
    """
    for module in pkgutil.walk_packages(_shared.__path__, f"{_shared.__name__}."):
        import_module(module.name)
    gc.collect()
    gc.freeze()
