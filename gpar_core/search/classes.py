"""Classes of compounds, such as MOAs, that cluster among the mimics or the reversers."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.class_names import MOAS, TARGETS, gene_of
from gpar_core.data.class_tables import class_pairs
from gpar_core.data.compendium import Compendium
from gpar_core.rank.enrichment import growing_subsets
from gpar_core.search.mann_whitney import mann_whitney

MIN_DRUGS = 3
PERMUTATIONS = 1000
CLASS = "class"
SEPARATOR = "|"
COLUMNS = (
    CLASS, "n_drugs", "median_connectivity", "auroc", "p", "fdr", "es", "nes", "p_es", "fdr_es",
    "leading_edge",
)  # fmt: skip


def moas(
    compendium: Compendium, compounds: pd.DataFrame, *, min_drugs: int = MIN_DRUGS
) -> pd.DataFrame:
    """`classes` by MOA, with the columns moa and moa_auroc in place of class and auroc."""
    pairs = pairs_by_class(compendium, MOAS)
    table = classes(compounds, pairs, min_drugs=min_drugs)
    return table.rename(columns={CLASS: "moa", "auroc": "moa_auroc"})


def targets(
    compendium: Compendium, compounds: pd.DataFrame, *, min_drugs: int = MIN_DRUGS
) -> pd.DataFrame:
    """`classes` by target: the columns target (a symbol) and target_auroc for class and auroc."""
    pairs = pairs_by_class(compendium, TARGETS)
    pairs[CLASS] = pairs[CLASS].map(gene_of)
    table = classes(compounds, pairs, min_drugs=min_drugs)
    return table.rename(columns={CLASS: fields.TARGET, "auroc": "target_auroc"})


def pairs_by_class(compendium: Compendium, choice: str) -> pd.DataFrame:
    """drug and class, as `classes` takes them. choice: 'moas', 'targets' or 'all'."""
    pairs = class_pairs(compendium, choice)[[fields.DRUG, fields.MOA]]
    return pairs.rename(columns={fields.MOA: CLASS})


def classes(
    compounds: pd.DataFrame, pairs: pd.DataFrame, *, min_drugs: int = MIN_DRUGS, seed: int = 0
) -> pd.DataFrame:
    """One row per class of at least min_drugs compounds, the one that mimics most first.

    compounds: drug, pert_iname and connectivity, from `search.search`. pairs: drug and class, one
    row for each class of a compound. seed: of the random classes behind p_es.

    Returns
    class, n_drugs, median_connectivity.
    auroc: the chance that a compound of the class has a higher connectivity than one outside it: 1
        if all mimic most, 0 if all reverse most.
    p, fdr: Mann and Whitney's test of it, two-sided, asymptotic; Benjamini-Hochberg.
    es: enrichment score, -1 to 1 (`running_sum`). nes: es over the mean of its sign in
        `PERMUTATIONS` random classes of the same size. p_es: (1 + number of those of the same sign
        with an |es| at least as large) / (1 + number of the same sign), as in GSEA. fdr_es:
        Benjamini-Hochberg.
    leading_edge: names of the compounds up to the peak of the running sum, those that stand for the
        class, joined by `SEPARATOR`, the strongest first.

    Compounds of one class may act alike for other reasons, so p and p_es are optimistic. If a few
    compounds are far stronger than all others, any class with one of them has a high ES; then p
    finds a class of many strong compounds, and p_es may not.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 -- pages start without it

    ranked = _ranked(compounds)
    value = ranked["connectivity"].to_numpy(float)
    names = ranked[fields.PERT_INAME].to_numpy()
    place = pd.Series(np.arange(len(ranked)), ranked[fields.DRUG])
    pairs = pairs[[fields.DRUG, CLASS]].drop_duplicates()
    pairs = pairs[pairs[fields.DRUG].isin(place.index)]
    sized = {
        name: np.sort(place.loc[drugs].to_numpy())
        for name, drugs in pairs.groupby(CLASS)[fields.DRUG]
        if min_drugs <= len(drugs) < len(value)
    }
    nulls = _random_scores(np.abs(value), {len(own) for own in sized.values()}, seed)
    rows = []
    tests = zip(*mann_whitney(value, list(sized.values())), strict=True)
    for (name, own), (auroc, p) in zip(sized.items(), tests, strict=True):
        n = len(own)
        (es,), (peak,) = _peaks(np.abs(value), own[None])
        nes, p_es = _against(es, nulls[n])
        edge = own[own <= peak] if es >= 0 else own[own >= peak][::-1]
        median = float(np.median(value[own]))
        edge_names = SEPARATOR.join(names[edge])
        rows.append((name, n, median, auroc, p, es, nes, p_es, edge_names))
    found = [CLASS, "n_drugs", "median_connectivity", "auroc", "p", "es", "nes", "p_es"]
    table = pd.DataFrame(rows, columns=[*found, "leading_edge"])
    for p, fdr in (("p", "fdr"), ("p_es", "fdr_es")):
        table[fdr] = false_discovery_control(table[p]) if len(table) else []
    return table[list(COLUMNS)].sort_values(
        ["auroc", CLASS], ascending=[False, True], ignore_index=True
    )


def running_sum(compounds: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """The running sum of a class over all compounds, ready to be drawn.

    compounds: as for `classes`. members: drugs of the class.

    Down the compounds from the highest connectivity c to the lowest, the sum rises at each of the k
    members by |c| divided by the sum of |c| over the members, and falls at each other compound by
    1 / (n - k) (Subramanian et al. 2005, doi:10.1073/pnas.0506580102, with weight 1). ES is its
    largest deviation from 0.

    Returns rank (from 1), drug, pert_iname, connectivity, member (bool), running_sum, leading_edge
    (bool). Without members, or if all are, the sum stays 0. Equal values are ordered by drug. If
    all members have a connectivity of 0, each counts alike.
    """
    ranked = _ranked(compounds)
    member = ranked[fields.DRUG].isin(members).to_numpy()
    places = np.flatnonzero(member)
    curve, edge = np.zeros(len(ranked)), np.zeros(len(ranked), bool)
    if 0 < len(places) < len(ranked):
        strength = np.abs(ranked["connectivity"].to_numpy(float))
        steps = np.full(len(ranked), -1 / (len(ranked) - len(places)))
        steps[places] = _rises(strength, places[None])[0]
        curve = np.cumsum(steps)
        (es,), (peak,) = _peaks(strength, places[None])
        edge = member & ((ranked.index <= peak) if es >= 0 else (ranked.index >= peak))
    described = ranked[[fields.DRUG, fields.PERT_INAME, "connectivity"]]
    described.insert(0, "rank", np.arange(1, len(ranked) + 1))
    return described.assign(member=member, running_sum=curve, leading_edge=edge)


def _ranked(compounds: pd.DataFrame) -> pd.DataFrame:
    return compounds.sort_values(
        ["connectivity", fields.DRUG], ascending=[False, True], ignore_index=True
    )


def _rises(strength: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(m, k) rises of m running sums at the places of their members, each row adding up to 1."""
    own = strength[places]
    total = own.sum(axis=1, keepdims=True)
    even = np.full_like(own, 1 / own.shape[1])
    return np.divide(own, total, out=even, where=total > 0)


def _peaks(strength: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(m,) ES of m classes, and the place of the member before or after which it is reached.

    strength: (n,) |c|, ranked. places: (m, k) of the members, each row rising. The sum turns at
    members only, so that it is looked at there alone. Of two deviations of one size the positive
    one counts.
    """
    n, k = len(strength), places.shape[1]
    rises = _rises(strength, places)
    fallen = (places - np.arange(k)) / (n - k)
    after = np.cumsum(rises, axis=1) - fallen
    before = after - rises
    rows = np.arange(len(places))
    high, low = after.argmax(axis=1), before.argmin(axis=1)
    up, down = after[rows, high], before[rows, low]
    positive = up >= -down
    peak = places[rows, np.where(positive, high, low)]
    return np.where(positive, up, down), peak


def _random_scores(
    strength: np.ndarray, sizes: Collection[int], seed: int
) -> dict[int, np.ndarray]:
    """Size -> (PERMUTATIONS,) ES of random classes of so many compounds."""
    if not sizes:
        return {}
    rising = np.array(sorted(sizes))
    rng = np.random.default_rng([seed, 0xC1A])
    drawn = growing_subsets(len(strength), rising, PERMUTATIONS, rng)
    return {len(ranks[0]): _peaks(strength, ranks - 1)[0] for ranks in drawn}


def _against(es: float, null: np.ndarray) -> tuple[float, float]:
    """NES and p of an ES."""
    same = np.abs(null[(null >= 0) == (es >= 0)])
    mean = same.mean() if len(same) else 0.0
    p = (1 + np.sum(same >= abs(es))) / (1 + len(same))
    return float(es / mean) if mean > 0 else float("nan"), float(p)
