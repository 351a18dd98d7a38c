"""Start-up of the server, before it shows the first page."""

import functools
import gc
import logging
import os
import pkgutil
from importlib import import_module
from threading import Thread

from streamlit import net_util

import pages
from gpar_core.server import json_log
from pages._app import memory


@functools.cache
def once() -> None:
    """Stay off the network, log to stderr, and import the modules that pages need.

    The imports run in parallel with the first page, not before it.
    """
    memory.keep_together()
    memory.give_back_for_good()
    _ask_nobody_for_our_address()
    _log_to_stderr()
    Thread(target=_get_ready, daemon=True).start()


def _ask_nobody_for_our_address() -> None:
    """Stop Streamlit from asking an Amazon server for it on each refused connection.

    It does so before it refuses a websocket from a foreign origin, and all pages wait meanwhile.
    """
    net_util.get_external_ip = net_util.get_internal_ip = lambda: None


def _log_to_stderr() -> None:
    """Log messages of pages and core with their time; Streamlit has its own format."""
    handler = logging.StreamHandler()
    plain = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(json_log.formatter(os.environ, plain))
    for name in ("gpar", "gpar_core"):
        logging.getLogger(name).addHandler(handler)


def _get_ready() -> None:
    """Import all modules that pages import, then exempt them from garbage collection.

    With heavy imports, each collection otherwise costs 72-450 ms of CPU time, during which no other
    visitor is served.
    """
    from altair.utils import schemapi  # noqa: PLC0415  (not before the first page)

    for module in pkgutil.walk_packages(pages.__path__, "pages."):
        if module.name.startswith("pages._"):  # a page itself runs when it is imported
            import_module(module.name)
    schemapi.disable_debug_mode()  # else every part of a chart is checked as it is made
    gc.collect()
    gc.freeze()
