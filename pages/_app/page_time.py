"""Page times for Prometheus."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gpar_core.server import page_times
from pages._shared.state import cache


@contextmanager
def noted(title: str) -> Iterator[None]:
    """Count how long the block takes, however it ends, where GPAR_METRICS asks for it."""
    begun = time.monotonic()
    try:
        yield
    finally:
        if os.environ.get("GPAR_METRICS", "") == "1":
            page_times.note(cache().root, title, time.monotonic() - begun)
