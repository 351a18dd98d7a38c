"""GCTX files with changed bytes, read both as an upload and for an import."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from gpar_core import fields
from tests.geo_files import write_gctx

N = 350
IDS = tuple(map(str, fields.LANDMARK_IDS[:12]))
Z = np.random.default_rng(1).normal(size=(3, 12)).astype(np.float32)


def test_changed_bytes_end_in_values_or_in_words(tmp_path: Path) -> None:
    names = ("aspirin", "Vorinostat", "DMSO")
    write_gctx(tmp_path / "plain.gctx", Z, sig_ids=names, genes=IDS, metadata=True)
    write_gctx(
        tmp_path / "packed.gctx", Z, sig_ids=names, genes=IDS, chunks=(2, 5), compression="gzip"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.gctx_cases", str(tmp_path), str(N)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, ((tmp_path / "case.txt").read_text(), done.stderr[-3000:])
    assert N // 2 < int(done.stdout) < 2 * N, "most changes should matter, and not all"
