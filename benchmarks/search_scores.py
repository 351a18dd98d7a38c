"""Which score of a signature search retrieves a drug's mechanism best.

    python -m benchmarks.search_scores --files DIR [--queries DIR] [--scores A,B] [--json FILE]

DIR has LINCS Level 5 files in GEO layout with a MOA table. The figures are those of
`evaluate-search`, for all MOAs, for the half `tune` of those with four drugs or more, by which the
settings of the space were chosen (see `benchmarks.quality`), and for the rest, by which none were.
"""

import argparse
import json
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.quality import imported, moas_of
from gpar_core.compare.search_comparison import (
    MEASURES,
    identified,
    summary,
    verdict,
    with_interval,
)
from gpar_core.compare.search_evaluation import evaluate_scores
from gpar_core.compare.search_queries import outside_queries, own_queries
from gpar_core.data.compendium import Compendium
from gpar_core.progress import Tables
from gpar_core.search.scores import SCORES

SEED = 0
LENGTHS = (10, 25, 50, 100, 250)
NOISE = (0.0, 1.0)


def measure(compendium: Compendium, source: Compendium | None, scores: list[str]) -> Tables:
    """The tables of `evaluate_scores`, with the compounds of `source`, if given, as queries."""
    if source is None:
        queries = own_queries(compendium, seed=SEED)
    else:
        queries = outside_queries(compendium, source, seed=SEED)
    return evaluate_scores(compendium, queries, scores, LENGTHS, NOISE, seed=SEED)


def by_half(compendium: Compendium, moas: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of all MOAs, of those of the half 'tune', and of the rest."""
    tuned = moas["moa"].isin(moas_of(compendium, "tune"))
    return {"all": moas, "tune": moas[tuned], "rest": moas[~tuned]}


def markdown(table: pd.DataFrame, measure: str, noise: float) -> str:
    """Scores by list length, with intervals. table: of `search_comparison.summary`."""
    chosen = table[(table["measure"] == measure) & (table["noise"] == noise)]
    lengths = chosen["n_genes"].unique().tolist()
    lines = [
        f"| {MEASURES[measure]} | " + " | ".join(f"{n} genes" for n in lengths) + " |",
        "|---" * (len(lengths) + 1) + "|",
    ]
    for score, rows in chosen.groupby("score", sort=False):
        cells = " | ".join(with_interval(row) for row in rows.to_dict("records"))
        lines.append(f"| {SCORES[str(score)].label} | {cells} |")
    return "\n".join(lines)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_scores")
    parser.add_argument("--files", type=Path, required=True, help="folder in GEO layout")
    parser.add_argument("--queries", type=Path, help="folder in GEO layout whose drugs are queries")
    parser.add_argument("--scores", default=",".join(SCORES), help="of " + ", ".join(SCORES))
    parser.add_argument("--json", type=Path, default=Path("build/search_scores.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpar-") as folder:
        here, there = (Path(folder) / name for name in ("compendium", "queries"))
        here.mkdir()
        there.mkdir()
        compendium = imported(options.files, here)
        source = imported(options.queries, there) if options.queries else None
        tables = measure(compendium, source, options.scores.split(","))
    content = {}
    for half, moas in by_half(compendium, tables["moas"]).items():
        if moas.empty:
            continue
        found = summary(moas, seed=SEED)
        n_moas, n_queries = found.loc[0, ["n_moas", "n_queries"]]
        print(f"\n# {half}: {n_moas} MOAs, {n_queries} pairs of query and MOA")
        for noise in NOISE:
            for name in MEASURES:
                print(f"\nnoise {noise:g}: {verdict(moas, name, noise, seed=SEED)}\n")
                print(markdown(found, name, noise))
        content[half] = json.loads(found.to_json(orient="records"))
    if len(tables["identity"]):
        print("\n# own molecule\n\n" + identified(tables["identity"]).to_string(index=False))
    content["moas"] = json.loads(tables["moas"].to_json(orient="records"))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _main()
