"""Which score of a signature search retrieves a drug's mechanism best.

    python -m benchmarks.search_scores --files DIR [--scores wtcs,xsum] [--json FILE]

DIR has LINCS Level 5 files in GEO layout with a MOA table. Every drug that shares a MOA with
another is a query, by its own most changed genes, and is left out of its results. AUROC, average
precision and hits among the first ten are for the other drugs with one of its MOAs, averaged over
the queries of each MOA and then over MOAs. Noise is added to every gene of the query before its
genes are chosen, in standard deviations of a z-score.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score
from threadpoolctl import threadpool_limits

from benchmarks.quality import imported
from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.saved_space import known_space
from gpar_core.search.query import Query, of_compound, of_profile
from gpar_core.search.scores import SCORES, SPACE
from gpar_core.search.search import connectivity
from gpar_core.search.space_score import space_scores

SEED = 0
LENGTHS = (10, 25, 50, 100, 250)
NOISE = (0.0, 1.0)
AT_ONCE = 64
"""Queries whose scores are held in memory together."""


def answered(compendium: Compendium, queries: list[Query], score: str) -> np.ndarray:
    """(n_drugs, q) connectivity of all drugs, sorted by name, to queries named by their drugs.

    In GPAR's space, by the embedding that has not seen the drug of the query.
    """
    if score == SPACE:
        return _in_space(compendium, queries)
    parts = [queries[first : first + AT_ONCE] for first in range(0, len(queries), AT_ONCE)]
    return np.concatenate([connectivity(compendium, some, score).drug for some in parts], axis=1)


def _in_space(compendium: Compendium, queries: list[Query]) -> np.ndarray:
    space = known_space(compendium, MatchingSettings(), seed=0)
    block = space.block[space.places(np.array([query.name for query in queries]))]
    drug = space.places(compendium.signatures[fields.DRUG].to_numpy())
    found = np.empty((len(space.drug), len(queries)))
    for number in np.unique(block):
        ours = np.flatnonzero(block == number)
        some = [queries[place] for place in ours]
        scores = space_scores(compendium, space, some, drug, drug, number=int(number))
        found[:, ours] = scores.drug
    return found


def measure(compendium: Compendium, scores: list[str]) -> pd.DataFrame:
    """One row for each score, number of genes and noise."""
    names = np.unique(compendium.signatures[fields.DRUG].astype(str))
    pairs = compendium.compound_moas[[fields.DRUG, fields.MOA]].drop_duplicates()
    pairs = pairs[pairs[fields.DRUG].isin(names)]
    pairs = pairs[pairs.groupby(fields.MOA)[fields.DRUG].transform("size") >= 2]
    drugs = np.unique(pairs[fields.DRUG].astype(str))
    of_moa = pairs.groupby(fields.MOA)[fields.DRUG].agg(set)
    of_drug = pairs.groupby(fields.DRUG)[fields.MOA].agg(list)
    rows = []
    for noise in NOISE:
        rng = np.random.default_rng(SEED)
        for n_genes in LENGTHS:
            queries = [_query(compendium, drug, n_genes, noise, rng) for drug in drugs]
            for score in scores:
                answers = answered(compendium, queries, score)
                found = []
                for drug, answer in zip(drugs, answers.T, strict=True):
                    others = names != drug
                    for moa in of_drug[drug]:
                        like = np.isin(names, list(of_moa[moa]))[others]
                        found.append((moa, *_figures(like, answer[others])))
                table = pd.DataFrame(found, columns=["moa", "auroc", "ap", "first_10"])
                means = table.groupby("moa").mean().mean()
                rows.append({"noise": noise, "n_genes": n_genes, "score": score, **means})
                print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def _query(
    compendium: Compendium, drug: str, n_genes: int, noise: float, rng: np.random.Generator
) -> Query:
    """The lists alone, as a user would give them."""
    profile = of_compound(compendium, drug).profile
    profile = profile + noise * rng.normal(size=len(profile))
    lists = of_profile(drug, profile, n_genes=n_genes)
    return Query(drug, lists.up, lists.down)


def _figures(like: np.ndarray, answer: np.ndarray) -> tuple[float, float, float]:
    first = np.argsort(-answer, kind="stable")[:10]
    return (
        float(roc_auc_score(like, answer)),
        float(average_precision_score(like, answer)),
        float(like[first].sum()),
    )


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_scores")
    parser.add_argument("--files", type=Path, required=True, help="folder in GEO layout")
    parser.add_argument("--scores", default=",".join(SCORES), help="of " + ", ".join(SCORES))
    parser.add_argument("--json", type=Path, default=Path("build/search_scores.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gpar-") as folder, threadpool_limits(1):
        compendium = imported(options.files, Path(folder))
        table = measure(compendium, options.scores.split(","))
    print(table.to_string(index=False, float_format="{:.3f}".format))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(table.to_dict("records"), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _main()
