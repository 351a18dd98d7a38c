"""The tables that the benchmark of search scores prints."""

from pathlib import Path

import pytest

from benchmarks import search_scores
from benchmarks.search_scores import by_half, markdown, measure
from gpar_core.compare.search_comparison import summary
from tests.synthetic import build, drugs_of

MOAS = [f"{letter} inhibitor" for letter in "ABCDEFGH"]


def test_scores_are_told_for_all_moas_for_those_tuned_by_and_for_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drugs = [*(drug for moa in MOAS for drug in drugs_of(moa, 4)), *drugs_of("Z agonist", 2)]
    compendium = build(tmp_path, [*drugs, *drugs_of("", 10)], effect=25.0)
    monkeypatch.setattr(search_scores, "LENGTHS", (20, 50))
    tables = measure(compendium, None, ["cosine", "xsum"])
    halves = by_half(compendium, tables["moas"])
    assert {half: moas["moa"].nunique() for half, moas in halves.items()} == {
        "all": 9, "tune": 4, "rest": 5,
    }  # fmt: skip
    lines = markdown(summary(halves["all"], seed=0), "auroc", 1.0).splitlines()
    assert lines[:2] == ["| AUROC | 20 genes | 50 genes |", "|---|---|---|"]
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| Cosine", "| XSum"]
    assert all(line.count("–") == 2 for line in lines[2:])
