"""The public API: what is promised is there, and nothing is loaded before it is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

import gpar_core

PROMISED = {
    "Analysis", "Compendium", "GparError", "Library", "Model", "Prediction", "Workspace",
    "__version__", "compare_models", "evaluation_summary", "filter_ranking", "order_ranking",
    "ranked_moas", "ranking_csv",
}  # fmt: skip


def test_the_promised_names_are_there_and_no_others() -> None:
    assert set(gpar_core.__all__) == PROMISED == set(dir(gpar_core))
    for name in PROMISED:
        assert getattr(gpar_core, name)
        if name != "__version__":
            assert getattr(gpar_core, name).__doc__
    with pytest.raises(AttributeError, match="nothing"):
        _ = gpar_core.nothing


def test_importing_it_takes_nothing_with_it() -> None:
    code = (
        "import sys, gpar_core; print(sorted({'pandas', 'tensorflow', 'numpy'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=Path(gpar_core.__file__).parent.parent,
    )  # fmt: skip
    assert said.stdout.strip() == "[]"
