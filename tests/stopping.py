"""Stopping long work, as a user does."""

from gpar_core.errors import Cancelled
from gpar_core.progress import Progress, Report


def stop_after(n: int) -> Report:
    """Cancels at the n-th progress event."""
    heard = []

    def report(progress: Progress) -> None:
        heard.append(progress)
        if len(heard) == n:
            raise Cancelled("enough")

    return report
