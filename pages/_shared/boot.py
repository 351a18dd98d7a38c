"""What the server does before it shows a page."""

import functools
import gc
from threading import Thread

import streamlit as st

from gpar_core.migration import bring_up_to_date
from pages._shared.error_box import error_box
from pages._shared.state import cache


@functools.cache
def once() -> None:
    """Import what pages will need, beside the first page and not before it."""
    Thread(target=_get_ready, daemon=True).start()


def check_cache() -> None:
    """Bring the cache of an earlier GPAR up to date; end the run where that cannot be."""
    with error_box():
        bring_up_to_date(cache())
        return
    st.stop()


def _get_ready() -> None:
    """Import, then exempt all of it from Streamlit's garbage collection after every rerun.

    With heavy imports each collection costs 72-450 ms of CPU otherwise.
    """
    import altair  # noqa: F401, PLC0415
    import sklearn.metrics  # noqa: F401, PLC0415

    gc.collect()
    gc.freeze()
