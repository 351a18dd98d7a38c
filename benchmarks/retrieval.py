"""Mean average precision of compounds and MOAs, also with shuffled signatures.

    python -m benchmarks.retrieval --compendium NAME [--cache DIR] [--shuffles 2]

All representative signatures and every MOA with at least four drugs take part, in z-scores and in
GPAR's space. Shuffled, the signatures of each cell line are reassigned at random to its compounds,
and the space is learned from that: there is nothing left to recognize, and a share of p-values of
0.05 or less above 5% shows how optimistic p is.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import wilcoxon

from benchmarks.quality import moas_of
from gpar_core import fields
from gpar_core.compare.retrieval import SIGNIFICANT, SPACE, Z_SCORES, retrieval
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import space_of
from gpar_core.storage.cache import Cache
from gpar_core.storage.folders import default_cache

SEED = 0


def measure(compendium: Compendium) -> pd.DataFrame:
    """All hypotheses, as `retrieval` gives them."""
    table = compendium.compound_moas
    members = {
        moa: set(table.loc[table[fields.MOA] == moa, fields.DRUG])
        for moa in moas_of(compendium, "all")
    }
    rows = np.flatnonzero(compendium.signatures[fields.REPRESENTATIVE].to_numpy())
    space = space_of(compendium, MatchingSettings(), seed=SEED)
    return retrieval(compendium, rows, members, space, seed=SEED)["retrieval"]


def shuffled(compendium: Compendium, seed: int) -> Compendium:
    """With the representative signatures of each cell line reassigned at random."""
    rng = np.random.default_rng(seed)
    matrix = np.array(compendium.matrix)
    signatures = compendium.signatures.reset_index(drop=True)
    representative = signatures[signatures[fields.REPRESENTATIVE]]
    for rows in representative.groupby(fields.CELL_ID).indices.values():
        of_line = representative.index.to_numpy()[rows]
        matrix[of_line] = matrix[rng.permutation(of_line)]
    return replace(compendium, matrix=matrix)


def figures(found: pd.DataFrame) -> pd.DataFrame:
    """Per level and view: n, means of mAP, shares of p and of corrected p of 0.05 or less."""
    return (
        found.assign(p=found["p"] <= SIGNIFICANT, corrected_p=found["corrected_p"] <= SIGNIFICANT)
        .groupby(["level", "view"])
        .agg(
            n=("map", "size"),
            map=("map", "mean"),
            normalized_map=("normalized_map", "mean"),
            p=("p", "mean"),
            corrected_p=("corrected_p", "mean"),
        )
        .reset_index()
    )


def differences(found: pd.DataFrame) -> pd.DataFrame:
    """Per level: median of mAP in GPAR's space minus that in z-scores, and Wilcoxon's p."""
    wide = found.pivot_table(index=["level", "name", "part"], columns="view", values="map")
    wide = wide.dropna()
    gain = (wide[SPACE] - wide[Z_SCORES]).groupby("level")
    return pd.DataFrame(
        {"median": gain.median(), "p": gain.apply(lambda rows: wilcoxon(rows).pvalue)}
    ).reset_index()


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval")
    parser.add_argument("--compendium", required=True, metavar="NAME")
    parser.add_argument("--cache", type=Path, default=default_cache(), metavar="DIR")
    parser.add_argument("--shuffles", type=int, default=2, metavar="N")
    options = parser.parse_args()
    cache = Cache(options.cache.resolve())
    compendium = compendia.load(cache.existing_compendium(options.compendium))
    measured = measure(compendium)
    print(figures(measured).to_string(index=False, float_format="{:.3f}".format))
    print(differences(measured).to_string(index=False, float_format="{:.2g}".format))
    by_chance = [measure(shuffled(compendium, seed)) for seed in range(options.shuffles)]
    if by_chance:
        print(f"\nShuffled within cell lines, {len(by_chance)} times")
        shares = figures(pd.concat(by_chance))
        print(shares.to_string(index=False, float_format="{:.3f}".format))


if __name__ == "__main__":
    _main()
