"""The table of MOAs that the benchmark of quality writes."""

import pandas as pd

from benchmarks.quality import by_moa


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
