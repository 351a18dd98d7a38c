"""How often a drug's own MOA is among the first predicted for it.

    python -m gpar_core library build --compendium NAME
    python -m benchmarks.moa_prediction --compendium NAME [--cache DIR] [--json FILE]

Every drug with an annotated MOA is predicted as if it were unknown: each model of the library
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
from gpar_core.analyses.library import result as library
from gpar_core.analyses.moa_prediction.result import of_compound, ranked
from gpar_core.compare import gsea, similarity
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.rank.moa_prediction import DEFAULT_ORDER, ORDERS
from gpar_core.storage.cache import Cache
from gpar_core.storage.folders import default_cache

FIRST = (1, 5, 10)

Places = np.ndarray
"""(n_drugs,) place of the first own MOA, from 1."""

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
    cache: Cache, compendium: Compendium, asked: library.Library, drugs: np.ndarray
) -> dict[str, pd.DataFrame]:
    """The MOAs of each drug as the page MOA prediction ranks them, in each of its orders.

    Returns, for each order, the columns of `rank_moas` after the drug.
    """
    tables: dict[str, list[pd.DataFrame]] = {order: [] for order in ORDERS}
    for name in drugs:
        prediction = of_compound(cache, asked, compendium, name)
        for order, found in tables.items():
            found.append(ranked(prediction, by=order).assign(drug=name))
    return {order: pd.concat(found, ignore_index=True) for order, found in tables.items()}


def in_table(table: pd.DataFrame, drugs: np.ndarray, own: dict[str, set[str]], last: int) -> Places:
    """(n,) place, from 1, of the first own MOA of each drug; `last` where none is predicted."""
    table = table.assign(place=table.groupby("drug").cumcount() + 1)
    is_own = [moa in own[drug] for drug, moa in zip(table["drug"], table["moa"], strict=True)]
    return table[is_own].groupby("drug")["place"].min().reindex(drugs).fillna(last).to_numpy()


def supported(table: pd.DataFrame, own: dict[str, set[str]], without: pd.DataFrame) -> str:
    """How far the line below which nothing is supported can be trusted.

    table, without: of drugs with their own MOA in the library, and without any annotation.
    """
    above = table[table["supported"]]
    right = np.array([moa in own[d] for d, moa in zip(above["drug"], above["moa"], strict=True)])
    n_drugs, n_without = table["drug"].nunique(), without["drug"].nunique()
    found = above.loc[right, "drug"].nunique()
    strangers = without.loc[without["supported"], "drug"].nunique()
    return (
        f"{len(above)} MOAs are supported, {right.mean():.2f} of them annotated ones; "
        f"{found} of {n_drugs} drugs have their own among them; "
        f"{strangers} of {n_without} compounds without annotation have any."
    )


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


def measure(cache: Cache, compendium: Compendium, library_id: str = "") -> tuple[pd.DataFrame, str]:
    """The table of `summary` for a library of the compendium, and what `supported` says."""
    asked = library.chosen(cache, compendium, library_id)
    moas = [entry.moa for entry in asked.entries if entry.summary is not None]
    drugs, member = memberships(compendium, moas)
    known = member.any(axis=1)
    kept, member_kept = drugs[known], member[known]
    own = {
        drug: {moas[place] for place in np.flatnonzero(row)}
        for drug, row in zip(kept, member_kept, strict=True)
    }
    ranked_moas = by_library(cache, compendium, asked, kept)
    found = {
        f"GPAR, by {order}": in_table(table, kept, own, len(moas) + 1)
        for order, table in ranked_moas.items()
    }
    for name, alike in _similarities(compendium, drugs).items():
        for how, mean in (("nearest", False), ("mean", True)):
            likeness = by_neighbors(alike, member, mean=mean)[known]
            found[f"{name}, {how} of the MOA"] = places(likeness, member_kept)
    chance = np.random.default_rng(0).random(member_kept.shape)
    found["chance"] = places(chance, member_kept)
    unknown = np.setdiff1d(compendium.signatures[fields.DRUG].astype(str), drugs)
    without = by_library(cache, compendium, asked, unknown)[DEFAULT_ORDER]
    return summary(found, len(drugs)), supported(ranked_moas[DEFAULT_ORDER], own, without)


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
    parser.add_argument("--cache", type=Path, default=default_cache(), metavar="DIR")
    parser.add_argument("--library", default="", metavar="ID")
    parser.add_argument("--json", type=Path, default=Path("build/moa_prediction.json"))
    options = parser.parse_args()
    cache = Cache(options.cache.resolve())
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    table, line = measure(cache, compendium, options.library)
    print(table.to_string(index=False, float_format="{:.3f}".format))
    print(line)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(table.to_dict("records"), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _main()
