"""Whether the p-values of a signature search hold, how finely they resolve, and what tau costs.

    python -m benchmarks.search_significance --files DIR [--scores space,wtcs] [--json FILE]

DIR has LINCS Level 5 files in GEO layout. For each score and number of random lists: the share of
compounds with p below 0.05 and 0.001 for random queries of 50 + 50 genes, which is that number if
p holds; the standard deviation between seeds of the log10 of the 50 smallest p of real queries
(exemplars of the compendium, by their own genes), and of how many compounds have an FDR below 0.05.
For each score: the share of compounds with p and p_reference below 0.05 for real queries, without
the compound itself; seconds of the first search and of the next, with and without tau; the size of
what is kept.
"""

import argparse
import json
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control
from threadpoolctl import threadpool_limits

from benchmarks.quality import imported
from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import REFERENCE
from gpar_core.search import reference
from gpar_core.search.reference import reference_queries, reference_rows
from gpar_core.search.scores import SCORES
from gpar_core.search.search import connectivity, search
from gpar_core.search.significance import null_of, p_values, random_queries

N_RANDOM = (25, 50, 100, 200, 400)
N_QUERIES, N_NULL, N_SEEDS, N_FIRST = 8, 200, 5, 50


def resolution(compendium: Compendium, score: str) -> pd.DataFrame:
    """One row for each number of random lists."""
    queries = reference_queries(compendium, reference_rows(compendium, N_QUERIES, seed=1))
    real, null = (
        connectivity(compendium, some, score).drug
        for some in (queries, random_queries(queries[0], N_NULL, seed=N_SEEDS))
    )
    lists = [
        connectivity(compendium, random_queries(queries[0], max(N_RANDOM), seed=seed), score).drug
        for seed in range(N_SEEDS)
    ]
    rows = []
    for n in N_RANDOM:
        nulls = [null_of(each[:, :n]) for each in lists]
        of_null = np.stack([p_values(own, nulls[0]) for own in null.T])
        p = np.stack([[p_values(own, each) for own in real.T] for each in nulls])
        first = np.argsort(p.mean(axis=0), axis=1)[:, :N_FIRST]
        spread = np.take_along_axis(np.log10(p).std(axis=0), first, axis=1)
        hits = (false_discovery_control(p, axis=2) < 0.05).sum(axis=2)
        rows.append(
            {
                "n_random": n,
                "random p<0.05": (of_null < 0.05).mean(),
                "random p<0.001": (of_null < 0.001).mean(),
                "sd log10 p": spread.mean(),
                "FDR<0.05": hits.mean(),
                "sd of these": hits.std(axis=0).mean(),
            }
        )
    return pd.DataFrame(rows).assign(score=score)


def specificity(compendium: Compendium, score: str) -> dict[str, float | str]:
    """Both p of real queries, and what tau costs."""
    folder = compendium.folder or Path()
    queries = reference_queries(compendium, reference_rows(compendium, N_QUERIES, seed=1))
    search(compendium, queries[0], score=score, n_random=3)  # learns a space, compiles
    for file in folder.glob(REFERENCE):
        file.unlink()
    seconds: dict[str, float] = {}
    automatic = reference.AUTOMATIC, reference.AUTOMATIC_SLOW
    reference.AUTOMATIC = reference.AUTOMATIC_SLOW = 0
    for name, tau in (("without tau", False), ("first", True), ("next", True)):
        start = perf_counter()
        search(compendium, queries[0], score=score, tau=tau)
        seconds[f"s {name}"] = perf_counter() - start
    shares = []
    for query in queries:
        found = search(compendium, query, score=score, tau=True)["compounds"]
        others = found[found["drug"] != query.name]
        shares.append((others[["p", "p_reference"]] < 0.05).mean())
    reference.AUTOMATIC, reference.AUTOMATIC_SLOW = automatic
    means = pd.concat(shares, axis=1).mean(axis=1)
    kept = sum(file.stat().st_size for file in folder.glob(REFERENCE))
    for file in folder.glob(REFERENCE):
        file.unlink()
    real = {f"real {name}<0.05": value for name, value in means.items()}
    return {"score": score, **real, **seconds, "MB": kept / 1e6}


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_significance")
    parser.add_argument("--files", type=Path, required=True, help="folder in GEO layout")
    parser.add_argument("--scores", default=",".join(SCORES), help="of " + ", ".join(SCORES))
    parser.add_argument("--json", type=Path, default=Path("build/search_significance.json"))
    options = parser.parse_args()
    scores = options.scores.split(",")
    with tempfile.TemporaryDirectory(prefix="gpar-") as folder, threadpool_limits(1):
        compendium = imported(options.files, Path(folder))
        costs = pd.DataFrame([specificity(compendium, score) for score in scores])
        print(costs.to_string(index=False, float_format="{:.3f}".format), flush=True)
        found = pd.concat([resolution(compendium, score) for score in scores])
        print(found.to_string(index=False, float_format="{:.4f}".format))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    tables = {"costs": costs.to_dict("records"), "resolution": found.to_dict("records")}
    options.json.write_text(json.dumps(tables, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _main()
