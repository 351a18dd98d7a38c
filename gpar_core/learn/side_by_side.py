"""Run the parts of a long computation, a few of them at once."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

from gpar_core.errors import Cancelled
from gpar_core.progress import Progress, Report

AT_ONCE = 4
"""Each part runs a few trainings; several keep a large machine or a cluster busy."""

POLL_SECONDS = 1

Result = TypeVar("Result")


def side_by_side(
    parts: Mapping[str, Callable[[Report], Result]],
    tell: Callable[[Mapping[str, Result], float], None],
    at_once: int = AT_ONCE,
) -> dict[str, Result]:
    """Run all parts and return their results by name, in the order of the parts.

    parts: each gets a `report` that raises once another part has failed. tell: called every second
    and whenever a part ends, with the results so far, in the order they came, and the progress of
    the other parts, in parts; it may raise to stop. Raises what a part or `tell` raises.
    """
    stop = Event()
    results: dict[str, Result] = {}
    shares: dict[str, float] = {}

    def heeding(name: str) -> Report:
        def heed(progress: Progress) -> None:
            shares[name] = progress.done / progress.total if progress.total else 0.0
            if stop.is_set():
                raise Cancelled("Cancelled.")

        return heed

    with ThreadPoolExecutor(at_once) as threads:
        running: dict[Future[Result], str] = {
            threads.submit(part, heeding(name)): name for name, part in parts.items()
        }
        try:
            tell(results, 0.0)
            while running:
                ended, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
                for future in ended:
                    results[running.pop(future)] = future.result()
                tell(results, sum(shares.get(name, 0.0) for name in running.values()))
        finally:
            stop.set()
            for future in running:
                future.cancel()
    return {name: results[name] for name in parts}
