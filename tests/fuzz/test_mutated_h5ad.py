"""AnnData files with changed bytes, read for an import."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from gpar_core import fields

N = 100
Z = np.random.default_rng(1).normal(size=(3, 12)).astype(np.float32)


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_changed_bytes_end_in_values_or_in_words(tmp_path: Path) -> None:
    from anndata import AnnData

    names = ["aspirin", "Vorinostat", "DMSO"]
    obs = pd.DataFrame(
        {"pert_id": names, "pert_type": pd.Categorical(["trt_cp"] * 3), "cell_id": "A375",
         "tas": [0.5, np.nan, 0.1], "is_exemplar": pd.array([True, None, False])}, names,
    )  # fmt: skip
    var = pd.DataFrame({"entrez": fields.LANDMARK_IDS[:12]}, fields.LANDMARK_SYMBOLS[:12])
    AnnData(Z, obs, var).write_h5ad(tmp_path / "dense.h5ad", compression="gzip")
    own = {"gpar": {"header": '{"filters": [], "simulated": true}', "compounds": obs}}
    AnnData(csr_matrix(Z), obs, var, own).write_h5ad(tmp_path / "sparse.h5ad")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.h5ad_cases", str(tmp_path), str(N)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, ((tmp_path / "case.txt").read_text(), done.stderr[-3000:])
    assert N // 4 < int(done.stdout) < 2 * N, "many changes should matter, and not all"
