"""Memory is counted once for each process, by what it does."""

import subprocess
import sys
from pathlib import Path

from gpar_core.api import memory

SLEEP = "import sys; print(flush=True); sys.stdin.read()"


def test_processes_of_a_cache_are_told_apart(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SLEEP, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for words in (
            ["gpar_core.jobs.worker", "--cache", str(tmp_path)],
            ["streamlit", "run"],
            ["-m", "multiprocessing"],
        )
    ]
    for each in started:
        assert each.stdout is not None
        each.stdout.readline()
    held = memory.by_role(tmp_path)
    for each in started:
        each.communicate()
    assert list(held) == ["api", "workers", "supervisor", "dashboard"]
    assert held["supervisor"] == 0
    assert held["api"] > held["workers"] > 0
    assert held["dashboard"] > 10**6
