"""Done once per server process."""

import gc
from functools import cache


@cache
def once() -> None:
    """Exempt what is imported by now from Streamlit's garbage collection after every rerun.

    With heavy imports each collection costs 72-450 ms of CPU otherwise.
    """
    import altair  # noqa: F401, PLC0415
    import sklearn.metrics  # noqa: F401, PLC0415

    gc.collect()
    gc.freeze()
