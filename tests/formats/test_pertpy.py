"""pertpy, in an environment of its own, reads what GPAR writes: `make test-pertpy` makes both."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from gpar_core.formats.anndata_files import write_h5ad
from tests.synthetic import build, drugs_of

PYTHON = Path(__file__).resolve().parents[2] / ".venv-pertpy" / "bin" / "python"
CODE = """
import sys
import anndata
import pertpy

read = anndata.read_h5ad(sys.argv[1])
read.obsm["z"] = read.X
distance = pertpy.tools.Distance("euclidean", obsm_key="z")
print(distance.pairwise(read, groupby="moa", show_progressbar=False).to_json())
"""


@pytest.mark.pertpy
def test_pertpy_tells_moas_apart(tmp_path: Path) -> None:
    drugs = [*drugs_of("HDAC inhibitor", 4), *drugs_of("MTOR inhibitor", 3)]
    made = build(tmp_path / "made", drugs)
    write_h5ad(tmp_path / "made.h5ad", made)
    said = subprocess.check_output([PYTHON, "-c", CODE, tmp_path / "made.h5ad"], text=True)
    found = json.loads(said.splitlines()[-1])
    assert set(found) == {"HDAC inhibitor", "MTOR inhibitor"}
    hdac = made.signatures["drug"].str.startswith("hdac").to_numpy()
    apart = np.linalg.norm(made.matrix[hdac].mean(axis=0) - made.matrix[~hdac].mean(axis=0))
    assert found["HDAC inhibitor"]["MTOR inhibitor"] == pytest.approx(apart, rel=1e-5)
