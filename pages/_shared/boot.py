"""Done once per server process."""

import gc
from functools import cache
from threading import Thread


@cache
def once() -> None:
    """Import what pages will need, beside the first page and not before it."""
    Thread(target=_get_ready, daemon=True).start()


def _get_ready() -> None:
    """Import, then exempt all of it from Streamlit's garbage collection after every rerun.

    With heavy imports each collection costs 72-450 ms of CPU otherwise.
    """
    import altair  # noqa: F401, PLC0415
    import sklearn.metrics  # noqa: F401, PLC0415

    gc.collect()
    gc.freeze()
