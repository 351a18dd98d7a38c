"""What a web server does for its visitors, in a process of its own: `client CACHE LABEL ...`."""

import sys
from functools import partial
from pathlib import Path

from gpar_core.jobs import engine
from gpar_core.jobs.supervisor import ensure_running
from gpar_core.storage.cache import Cache
from tests.faults.ground import MODULE, training


def main() -> None:
    cache = Cache(Path(sys.argv[1]))
    engine.ensure_running = partial(ensure_running, options=("--worker-module", MODULE))
    jobs = [engine.submit(cache, training(label)) for label in sys.argv[2:]]
    for job in jobs:
        print(engine.follow(cache, job.id, lambda _: None).state)


if __name__ == "__main__":
    main()
