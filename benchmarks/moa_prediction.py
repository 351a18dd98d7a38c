"""How often a drug's own MOA is among the first that are predicted for it.

    python -m gpar_core library build --compendium NAME
    python -m benchmarks.moa_prediction --compendium NAME [--cache DIR] [--json FILE]

Every drug with an annotated MOA is asked for, as if it were unknown: each model of the library
scores it by the fold that did not see it, and the other methods compare it with all other drugs.
All choose among the same MOAs, those of the library. A drug counts as found among the first k if
any of its MOAs is.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from gpar_core import fields
from gpar_core.__main__ import DEFAULT_CACHE
from gpar_core.analyses.library import result as library
from gpar_core.analyses.training import result as model
from gpar_core.compare import gsea, similarity
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.rank.moa_prediction import percentiles
from gpar_core.storage.cache import Cache

FIRST = (1, 5, 10)

Likeness = np.ndarray
"""(n_drugs, n_moas): how much each drug is like each MOA, nothing of the drug itself counted."""


def memberships(compendium: Compendium, moas: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """(n,) names of the annotated drugs that have a signature, and (n, m) bool of their MOAs."""
    table = compendium.compound_moas[[fields.DRUG, fields.MOA]].drop_duplicates()
    with_signature = set(compendium.signatures[fields.DRUG])
    table = table[table[fields.DRUG].isin(with_signature)]
    drugs = np.unique(table[fields.DRUG].astype(str))
    member = np.zeros((len(drugs), len(moas)), dtype=bool)
    for column, moa in enumerate(moas):
        member[:, column] = np.isin(drugs, table.loc[table[fields.MOA] == moa, fields.DRUG])
    return drugs, member


def by_library(
    cache: Cache, compendium: Compendium, entries: list[library.Entry], drugs: np.ndarray
) -> dict[str, Likeness]:
    """By calibrated probability, percentile, and mean probability (the paper)."""
    of_drug = compendium.signatures[fields.DRUG].to_numpy(dtype=str)
    signatures = pd.Series(of_drug).groupby(of_drug).indices
    ways = ("calibrated", "percentile", "mean probability")
    found = {f"GPAR, {way}": np.full((len(drugs), len(entries)), -np.inf) for way in ways}
    for column, entry in enumerate(entries):
        if not entry.asked:
            continue  # never predicted
        reading = model.load_reading(cache.model(entry.model_id))
        scores = np.asarray(reading.scores)
        values = (
            reading.calibrated(np.arange(len(scores))),
            percentiles(scores, reading.sorted_scores),
            scores,
        )
        for likeness, value in zip(found.values(), values, strict=True):
            likeness[:, column] = [value[signatures[name]].mean() for name in drugs]
    return found


def by_neighbors(similarity: np.ndarray, member: np.ndarray, *, mean: bool) -> Likeness:
    """Highest, or mean, similarity (n, n) to the other drugs of each MOA."""
    similarity = similarity.copy()
    np.fill_diagonal(similarity, np.nan)
    likeness = np.full(member.shape, -np.inf)
    for column, of_moa in enumerate(member.T):
        among = similarity[:, of_moa]
        usable = np.isfinite(among).any(axis=1)
        take: Callable[..., np.ndarray] = np.nanmean if mean else np.nanmax
        likeness[usable, column] = take(among[usable], axis=1)
    return likeness


def places(likeness: Likeness, member: np.ndarray) -> np.ndarray:
    """(n,) place, from 1, of the first own MOA of each drug; ties count as the worst of them.

    A MOA that was never predicted (-inf) is beyond all others.
    """
    own = np.where(member, likeness, -np.inf).max(axis=1)
    above = (likeness > own[:, None]).sum(axis=1)
    equal = ((likeness == own[:, None]) & ~member).sum(axis=1)
    return np.where(np.isfinite(own), above + equal + 1, likeness.shape[1] + 1)


def summary(found: dict[str, np.ndarray], n_annotated: int) -> pd.DataFrame:
    """One row per method: share of drugs found among the first 1, 5, 10, with 95% intervals."""
    rows = []
    for method, place in found.items():
        row: dict[str, object] = {"method": method, "n": len(place)}
        for first in FIRST:
            hits = int((place <= first).sum())
            interval = binomtest(hits, len(place)).proportion_ci(method="wilson")
            row[f"top {first}"] = hits / len(place)
            row[f"top {first} interval"] = f"{interval.low:.3f}-{interval.high:.3f}"
            row[f"top {first} of all {n_annotated}"] = hits / n_annotated
        row["median place"] = float(np.median(place))
        rows.append(row)
    return pd.DataFrame(rows)


def measure(cache: Cache, compendium: Compendium, library_id: str = "") -> pd.DataFrame:
    """The table of `summary` for a library of the compendium."""
    asked = library.chosen(cache, compendium, library_id)
    entries = [entry for entry in asked.entries if entry.summary is not None]
    drugs, member = memberships(compendium, [entry.moa for entry in entries])
    known = member.any(axis=1)
    kept, member_kept = drugs[known], member[known]
    found = {
        name: places(likeness, member_kept)
        for name, likeness in by_library(cache, compendium, entries, kept).items()
    }
    for name, alike in _similarities(compendium, drugs).items():
        for how, mean in (("nearest", False), ("mean", True)):
            likeness = by_neighbors(alike, member, mean=mean)[known]
            found[f"{name}, {how} of the MOA"] = places(likeness, member_kept)
    chance = np.random.default_rng(0).random(member_kept.shape)
    found["chance"] = places(chance, member_kept)
    return summary(found, len(drugs))


def _similarities(compendium: Compendium, drugs: np.ndarray) -> dict[str, np.ndarray]:
    """Cosine of merged representatives, and GSEA (Iorio 2010), between drugs."""
    representative = compendium.signatures[fields.REPRESENTATIVE].to_numpy()
    of_drug = compendium.signatures[fields.DRUG].to_numpy(dtype=str)
    rows = np.flatnonzero(representative & np.isin(of_drug, drugs))
    x = np.asarray(compendium.matrix[rows], np.float32)
    names, merged = similarity.stouffer(x, of_drug[rows])
    _, prototypes = gsea.prototypes(gsea.ranked_lists(x), of_drug[rows])
    order = np.searchsorted(names, drugs)
    merged, prototypes = merged[order], prototypes[order]
    return {
        "cosine": similarity.cosine(merged, merged),
        "GSEA": gsea.similarity(prototypes, prototypes),
    }


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.moa_prediction")
    parser.add_argument("--compendium", required=True, metavar="NAME")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, metavar="DIR")
    parser.add_argument("--library", default="", metavar="ID")
    parser.add_argument("--json", type=Path, default=Path("build/moa_prediction.json"))
    options = parser.parse_args()
    cache = Cache(options.cache.resolve())
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    table = measure(cache, compendium, options.library)
    print(table.to_string(index=False, float_format="{:.3f}".format))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(table.to_dict("records"), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _main()
