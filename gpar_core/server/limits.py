"""The limits of a server for its users, all in one place.

Each is read from an environment variable; `docs/server.md` has the same table for administrators.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from gpar_core.errors import RequestError

VARIABLE: Final = "variable"
DIGITS: Final = re.compile("[0-9]{1,9}")


def _limit(variable: str, default: int, *, least: int = 0, most: int | None = None) -> Any:
    return field(default=default, metadata={VARIABLE: variable, "least": least, "most": most})


@dataclass(frozen=True)
class ServerLimits:
    """Limits of one server, as whole numbers; 0 means no limit, where allowed.

    jobs: running at once; by default one less than there are processors, but two at least: one
    place is for short jobs.
    jobs_per_owner, waiting_per_owner: jobs of one person running at once, and queued.
    spares: workers kept ready for the next training, 0 or 1. examples: whether finished results
    come with the demo, 0 or 1.
    job_mb: memory in MB that one job may take with all its processes. import_mb: likewise of an
    import, in which files that a user uploaded are read.
    owner_gb, cache_gb: GB on disk for what one person holds, and for all results together; above
    the latter, the least recently used are deleted.
    reading_mb, reading_seconds: memory in MB and time for reading one upload; the time is also for
    the ids and tables of a matrix to import.
    streams, streams_per_owner: event streams of the API open at once, in total and of one person.
    """

    jobs: int = _limit("GPAR_MAX_JOBS", max(2, (os.cpu_count() or 1) - 1), least=1)
    jobs_per_owner: int = _limit("GPAR_MAX_JOBS_PER_OWNER", 2, least=1)
    waiting_per_owner: int = _limit("GPAR_MAX_WAITING_PER_OWNER", 50, least=1)
    spares: int = _limit("GPAR_SPARE_WORKERS", 1, most=1)
    examples: int = _limit("GPAR_EXAMPLES", 1, most=1)
    job_mb: int = _limit("GPAR_JOB_MB", 0)
    import_mb: int = _limit("GPAR_IMPORT_MB", 6000)
    owner_gb: int = _limit("GPAR_OWNER_GB", 0)
    cache_gb: int = _limit("GPAR_CACHE_GB", 0)
    reading_mb: int = _limit("GPAR_READING_MB", 2000, least=500)
    reading_seconds: int = _limit("GPAR_READING_SECONDS", 120, least=5)
    streams: int = _limit("GPAR_MAX_STREAMS", 200, least=1)
    streams_per_owner: int = _limit("GPAR_MAX_STREAMS_PER_OWNER", 20, least=1)


def read_limits(environment: Mapping[str, str]) -> ServerLimits:
    """The limits that `environment` sets, defaults for the others. Raises RequestError."""
    return ServerLimits(
        **{each.name: _number(environment, each.default, **each.metadata)
           for each in fields(ServerLimits)}
    )  # fmt: skip


def _number(
    environment: Mapping[str, str], default: Any, variable: str, least: int, most: int | None
) -> int:
    text = environment.get(variable, str(default)).strip()
    if DIGITS.fullmatch(text) and least <= int(text) <= (most or int(text)):
        return int(text)
    bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
    raise RequestError(
        f"The environment variable {variable} is '{text[:80]}', but it must be a whole number "
        f"{bounds}. Correct or remove it, then start GPAR again."
    )
