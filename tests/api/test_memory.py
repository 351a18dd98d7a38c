"""Memory is counted once for each process, by what it does."""

import json
import subprocess
import sys
from pathlib import Path

SERVER = """
import json, subprocess, sys
from pathlib import Path
from gpar_core.api import memory

SLEEP = "import sys; print(flush=True); sys.stdin.read()"
started = [
    subprocess.Popen(
        [sys.executable, "-c", SLEEP, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    for words in (
        ["gpar_core.jobs.worker", "--cache", sys.argv[1]],
        ["streamlit", "run"],
        ["-m", "multiprocessing"],
    )
]
for each in started:
    each.stdout.readline()
print(json.dumps(memory.by_role(Path(sys.argv[1]))))
for each in started:
    each.communicate()
"""
"""A process of its own: that of the tests has children of other tests."""


def test_processes_of_a_cache_are_told_apart(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", SERVER, str(tmp_path)], capture_output=True, check=True
    )
    held = json.loads(told.stdout)
    assert list(held) == ["api", "workers", "supervisor", "dashboard"]
    assert held["supervisor"] == 0
    assert held["api"] > held["workers"] > 0
    assert held["dashboard"] > 10**6
