"""Programs run as if on another processor, as far as this one can play it."""

import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from benchmarks.processors import KINDS, available, environment

ROOT = Path(__file__).resolve().parents[1]

BLAS = """
import numpy
from threadpoolctl import threadpool_info
blas = next(pool for pool in threadpool_info() if "numpy" in pool["filepath"])
print(blas["architecture"], blas["num_threads"])
"""


def run_on(kind: str, program: str, *arguments: str, threads: int = 1) -> None:
    """Run a Python program as if on a processor of this kind, a key of `KINDS`.

    threads: of a matrix product in numpy. Skips the test where this processor lacks the
    instructions, or its BLAS does not choose by name.
    """
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        pytest.skip(f"{kind} is for x86 processors; this one is {platform.machine()}")
    if kind not in available():
        pytest.skip(f"this processor has no {kind}")
    expected = [KINDS[kind].core, str(min(threads, os.cpu_count() or 1))]
    if _blas(kind, threads).split() != expected:
        pytest.skip("numpy's BLAS here is no OpenBLAS that can be told which processor it runs on")
    _python(kind, threads, program, *arguments)


@cache
def _blas(kind: str, threads: int) -> str:
    return _python(kind, threads, BLAS)


def _python(kind: str, threads: int, program: str, *arguments: str) -> str:
    threaded = {"OPENBLAS_NUM_THREADS": str(threads), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment(KINDS[kind]) | threaded,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
