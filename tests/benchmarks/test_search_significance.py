"""What the benchmark of the p-values of a search reports."""

from pathlib import Path

import pytest

from benchmarks import search_significance
from benchmarks.search_significance import resolution, specificity
from tests.synthetic import build, drugs_of


def test_each_score_has_its_shares_its_seconds_and_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compendium = build(tmp_path, [*drugs_of("X inhibitor", 4), *drugs_of("", 40)], effect=20.0)
    monkeypatch.setattr(search_significance, "N_RANDOM", (25, 50))
    table = resolution(compendium, "cosine")
    assert table["n_random"].tolist() == [25, 50]
    assert table["random p<0.05"].between(0.03, 0.07).all()
    assert table["sd log10 p"].iloc[1] < table["sd log10 p"].iloc[0]
    costs = specificity(compendium, "cosine")
    assert 0 <= costs["real p_reference<0.05"] < 0.3
    assert costs["MB"] > 0
    assert not list(tmp_path.glob("reference-*"))
