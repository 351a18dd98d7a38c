"""Other processors, as far as one computer can play them: other kernels, fewer instructions."""

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from numpy._core import _multiarray_umath as umath

ROOT = Path(__file__).resolve().parents[1]

BLAS = """
import numpy
from threadpoolctl import threadpool_info
blas = next(pool for pool in threadpool_info() if "numpy" in pool["filepath"])
print(blas["architecture"], blas["num_threads"])
"""


@dataclass(frozen=True)
class Processor:
    """core: whose kernels OpenBLAS takes. needs: what numpy calls the instructions they use.

    threads: of a matrix product. plain: numpy takes no instructions beyond its baseline.
    """

    core: str
    needs: str
    threads: int
    plain: bool = False


PROCESSORS = (
    Processor("Nehalem", "X86_V2", threads=1, plain=True),
    Processor("Sandybridge", "AVX", threads=2),
    Processor("Haswell", "X86_V3", threads=2),
    Processor("SkylakeX", "X86_V4", threads=1),
)


def run_on(processor: Processor, program: str, *arguments: str) -> str:
    """Run a Python program as if on another processor; returns what it printed.

    Skips the test where this one lacks the instructions, or OpenBLAS does not choose by name.
    """
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        pytest.skip(f"{processor.core} is an x86 processor; this one is {platform.machine()}")
    if not umath.__cpu_features__.get(processor.needs):
        pytest.skip(f"{processor.core} needs {processor.needs}, which this processor lacks")
    if _python(processor, BLAS).split() != [processor.core, str(min(processor.threads, _cores()))]:
        pytest.skip("numpy's BLAS here is no OpenBLAS that can be told which processor it runs on")
    return _python(processor, program, *arguments)


def environment(processor: Processor) -> dict[str, str]:
    """The environment of a process that is to run as if on `processor`."""
    known = os.environ | {
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_CORETYPE": processor.core,
        "OPENBLAS_NUM_THREADS": str(processor.threads),
        "OMP_NUM_THREADS": str(processor.threads),
    }
    if processor.plain:
        beyond = [each for each in umath.__cpu_dispatch__ if umath.__cpu_features__.get(each)]
        known["NPY_DISABLE_CPU_FEATURES"] = " ".join(beyond)
    return known


def _python(processor: Processor, program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(
        command, env=environment(processor), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _cores() -> int:
    return os.cpu_count() or 1
