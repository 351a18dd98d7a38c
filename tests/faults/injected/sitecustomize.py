"""Faults of the computer, for every process that has this folder on its PYTHONPATH.

GPAR_FAULT_CLOCK: a file with the seconds by which the clock is wrong; it may change at any time.
GPAR_FAULT_PATIENCE: seconds to wait for a database that is busy, in place of the usual ones.
"""

import os
import sqlite3
import time

import psutil

CLOCK = os.environ.get("GPAR_FAULT_CLOCK", "")
PATIENCE = os.environ.get("GPAR_FAULT_PATIENCE", "")


def _wrong(clock):
    def read():
        with open(CLOCK) as file:  # noqa: PTH123
            return clock() + float(file.read() or 0)

    return read


if CLOCK:
    time.time = _wrong(time.time)
    if hasattr(psutil, "_pslinux"):
        # Linux counts it back from the clock, so that births of processes change with the clock.
        psutil._pslinux.boot_time = _wrong(psutil._pslinux.boot_time)

if PATIENCE:
    _connect = sqlite3.connect

    def _impatient(*arguments, **options):
        return _connect(*arguments, **{**options, "timeout": float(PATIENCE)})

    sqlite3.connect = _impatient
