"""What the benchmark of quality writes."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import quality
from benchmarks.quality import by_moa
from gpar_core.errors import TrainingSetError


def measured() -> pd.DataFrame:
    rows = [
        ("A inhibitor", "gpar", 0.6, 4),
        ("A inhibitor", "gsea", 0.7, 4),
        ("A inhibitor", "cosine", 0.5, 4),
        ("B agonist", "gpar", 0.9, 7),
        ("B agonist", "gsea", 0.8, 7),
        ("B agonist", "cosine", 0.85, 7),
    ]
    table = pd.DataFrame(rows, columns=["class", "method", "auroc", "n_positive"])
    return table.assign(
        low=table["auroc"] - 0.1, high=table["auroc"] + 0.05, ap=0.3, base_rate=0.01
    )


def test_each_moa_has_a_line_with_the_best_of_the_others() -> None:
    _, _, *lines = by_moa(measured(), report=["B agonist"]).splitlines()
    assert lines == [
        "| B agonist | 7 | 0.90 (0.80-0.95) | 0.30, 0.010 | 0.85 Cosine |",
        "| A inhibitor * | 4 | 0.60 (0.50-0.65) | 0.30, 0.010 | 0.70 GSEA |",
    ]


def test_data_without_inactive_compounds_are_measured_against_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(_: object, moas: object, methods: object, negatives: str, settings: object):  # type: ignore[no-untyped-def]
        if negatives == "inactive":
            raise TrainingSetError("No compound is inactive.")
        return measured()

    monkeypatch.setattr(quality, "imported", lambda files, folder: None)
    monkeypatch.setattr(quality, "moas_of", lambda compendium, half: ["A inhibitor", "B agonist"])
    monkeypatch.setattr(quality, "measure", measure)
    monkeypatch.setattr(quality, "summary", lambda among: among[["method", "auroc"]])
    written = tmp_path / "quality.json"
    monkeypatch.setattr(sys, "argv", ["quality", "--files", ".", "--json", str(written)])
    quality._main()
    said = capsys.readouterr().out
    assert "2 MOAs (report), negatives: others" in said
    assert "Not with negatives: inactive. No compound is inactive." in said
    assert len(pd.read_json(written)) == len(measured())
