"""How well MOAs could be found at all, from how well a compound recognizes itself.

    python -m benchmarks.ceiling --compendium NAME [--cache DIR] [--splits 10]

The cell lines of every compound are split at random into two halves. The second half of each is
scored in GPAR's space against the first halves of all compounds, in three ways that differ only in
what is known of a member of the MOA:

- `others`: the other members, as for a held-out drug;
- `and itself`: the other members, and its own first half;
- `itself`: its own first half alone.

No method can know more of a held-out drug than the drug itself in other cell lines, so the second
is a ceiling for the first on the same signatures. Strangers are scored without their own first
half. Compounds with one cell line take no part; figures are means over the MOAs that keep two
members or more, and over the splits.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.quality import moas_of
from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import Space, embedded, pooled, space_of
from gpar_core.rank.scoring import attentions
from gpar_core.storage.cache import Cache
from gpar_core.storage.folders import default_cache

SEED = 0
WAYS = ("others", "and itself", "itself")


def alike(
    compendium: Compendium, space: Space, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Names (n,) of the compounds with two cell lines or more, and (n, n) attention of the second
    half of each to the first half of each, in the embedding that has not seen the former."""
    signatures = compendium.signatures
    rows = np.flatnonzero(signatures[fields.REPRESENTATIVE].to_numpy())
    drug = space.places(signatures[fields.DRUG].to_numpy()[rows])
    kept = np.bincount(drug, minlength=len(space.drug))[drug] >= 2
    rows, drug = rows[kept], drug[kept]
    code = space.codes(signatures[fields.CELL_ID].to_numpy()[rows])
    names, group = np.unique(drug, return_inverse=True)
    order = np.lexsort((rng.random(len(rows)), group))
    place = np.empty(len(rows), int)
    place[order] = np.arange(len(rows)) - np.searchsorted(group[order], group[order])
    first = place < np.bincount(group)[group] // 2
    halves = [
        pooled(compendium.matrix, rows[ours], group[ours], code[ours], len(names), len(space.cells))
        for ours in (first, ~first)
    ]
    found = np.empty((len(names), len(names)))
    for number, of in enumerate(space.embeddings):
        ours = np.flatnonzero(space.block[names] == number)
        known, asked = embedded(of, *halves[0]), embedded(of, *(part[ours] for part in halves[1]))
        found[ours] = attentions(asked, known, space.settings.sharpness)
    return space.drug[names], found


def scores(attention: np.ndarray, member: np.ndarray) -> dict[str, np.ndarray]:
    """(n,) scores of all compounds by each of `WAYS`, as `Memory.seen_in` compares them.

    attention: (n, n). member: (n,) bool, two or more.
    """
    own = np.diag(attention)
    positive, negative = attention[:, member].sum(axis=1), attention[:, ~member].sum(axis=1)
    n, n_others = int(member.sum()), int((~member).sum())
    # A stranger's own first half is never known, a member's only in the second way.
    apart = np.where(member, negative / n_others, (negative - own) / (n_others - 1))
    without = np.where(member, (positive - own) / (n - 1), positive / n)
    return {
        "others": np.log(without / apart),
        "and itself": np.log(positive / n / apart),
    }


def measure(compendium: Compendium, n_splits: int) -> pd.DataFrame:
    """One row for each MOA, split and way: moa, split, way, n_members, auroc, ap."""
    space = space_of(compendium, MatchingSettings(), seed=SEED)
    table = compendium.compound_moas
    rows = []
    for split in range(n_splits):
        names, attention = alike(compendium, space, np.random.default_rng([SEED, split]))
        for moa in moas_of(compendium, "all"):
            member = np.isin(names, table.loc[table[fields.MOA] == moa, fields.DRUG])
            if (n := int(member.sum())) < 2:
                continue
            found = scores(attention, member)
            figures = {
                way: (roc_auc_score(member, score), average_precision_score(member, score))
                for way, score in found.items()
            }
            figures["itself"] = _by_itself(attention, member)
            rows += [(moa, split, way, n, *figures[way]) for way in WAYS]
    return pd.DataFrame(rows, columns=["moa", "split", "way", "n_members", "auroc", "ap"])


def _by_itself(attention: np.ndarray, member: np.ndarray) -> tuple[float, float]:
    """Each member alone among the strangers: means of its AUROC and of 1 / its place."""
    strangers = attention[~member][:, member]
    above = (strangers >= np.diag(attention)[member]).sum(axis=0)
    return float(1 - (above / len(strangers)).mean()), float((1 / (1 + above)).mean())


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ceiling")
    parser.add_argument("--compendium", required=True)
    parser.add_argument("--cache", type=Path, default=default_cache())
    parser.add_argument("--splits", type=int, default=10)
    options = parser.parse_args()
    cache = Cache(options.cache)
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    found = measure(compendium, options.splits)
    by_moa = found.groupby(["way", "moa"])[["auroc", "ap"]].mean()
    table = by_moa.groupby("way").agg(["mean", "sem"]).loc[list(WAYS)]
    print(f"{found['moa'].nunique()} MOAs, {options.splits} splits")
    print(table.to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    _main()
