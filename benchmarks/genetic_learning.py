"""Do knock-downs and knock-outs of targets help to recognize the drugs of a MOA?

    python -m benchmarks.genetic_learning [--draws 5]

Every annotated drug is held out in turn and scored, in a space that has not seen it, against the
other drugs of each MOA and all other compounds. Signatures of genes are used in one of these ways:

- `drugs alone`: not at all, as GPAR does;
- `genes in the space`: the space is learned from them too, each gene like one more compound;
- `with their drugs`: the same, but a gene and the drugs that target it count as one compound, whose
  differences the space learns to ignore;
- `drugs of a target`: drugs of one target count as one compound, without any gene: what of the
  third way is due to annotation alone;
- `genes as members`: genes that two other drugs of the MOA target count as members.

The held-out drug is never used, but a knock-down of its target may be. As real genetic signatures
are not at hand, they are planted: those of the demo, and demos in which the loss of every target
resembles its drugs by a given share.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.quality import moas_of
from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data import demo
from gpar_core.data.compendium import TARGET_PREFIX, Compendium
from gpar_core.data.demo_targets import TARGETS, Target
from gpar_core.learn.embedding import Embedding, embedding, moments
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import embedded, pooled
from gpar_core.rank.scoring import attentions

SETTINGS = MatchingSettings()
N_BLOCKS = 10
N_BOOTSTRAP = 2000
LOSSES = ("trt_sh.cgs", "trt_xpr")
ALONE, IN_SPACE, WITH_DRUGS, OF_TARGET, MEMBERS = WAYS = (
    "drugs alone", "genes in the space", "with their drugs", "drugs of a target",
    "genes as members",
)  # fmt: skip
SHARES = (0.0, 0.25, 0.5, 1.0)


@dataclass(frozen=True, eq=False)
class Perturbagens:
    """Representative signatures of drugs and of lost genes.

    x: (n, n_genes) z-scores. cell: (n,) positions. unit: (n,) positions in names. names: of the
    drugs, then of the genes. n_drugs: of the former. targets: (n_drugs, n_lost) bool.
    """

    x: np.ndarray
    cell: np.ndarray
    unit: np.ndarray
    names: np.ndarray
    n_drugs: int
    targets: np.ndarray

    @property
    def n_cells(self) -> int:
        return int(self.cell.max()) + 1

    @property
    def of_drug(self) -> np.ndarray:
        return self.unit < self.n_drugs


def perturbagens(compendium: Compendium) -> Perturbagens:
    """Drugs, and genes with their knock-down and knock-out as one, of a compendium with both."""
    lost = compendium.of_kinds(LOSSES)
    drugs, genes = _chosen(compendium), _chosen(lost)
    gene_of = lost.drugs.set_index(fields.DRUG)[fields.TARGET]
    names = [
        np.unique(drugs[fields.DRUG].to_numpy(dtype=str)),
        np.unique(gene_of.to_numpy(dtype=str)),
    ]
    unit = [
        np.searchsorted(names[0], drugs[fields.DRUG].to_numpy(dtype=str)),
        np.searchsorted(names[1], gene_of.loc[genes[fields.DRUG]].to_numpy(dtype=str)),
    ]
    cell = np.concatenate([drugs[fields.CELL_ID], genes[fields.CELL_ID]]).astype(str)
    targets = np.zeros((len(names[0]), len(names[1])), bool)
    pairs = compendium.compound_targets
    symbol = pairs[fields.MOA].str.removeprefix(TARGET_PREFIX)
    known = (pairs[fields.DRUG].isin(names[0]) & symbol.isin(names[1])).to_numpy()
    targets[
        np.searchsorted(names[0], pairs[fields.DRUG].to_numpy(dtype=str)[known]),
        np.searchsorted(names[1], symbol.to_numpy(dtype=str)[known]),
    ] = True
    return Perturbagens(
        np.concatenate([compendium.matrix[drugs.index], lost.matrix[genes.index]]),
        np.unique(cell, return_inverse=True)[1],
        np.concatenate([unit[0], unit[1] + len(names[0])]),
        np.concatenate(names),
        len(names[0]),
        targets,
    )


def _chosen(compendium: Compendium) -> pd.DataFrame:
    return compendium.signatures[compendium.signatures[fields.REPRESENTATIVE]]


def attention(of: Perturbagens, way: str, seed: int = 0) -> np.ndarray:
    """(n_drugs, n_perturbagens) attention of each drug to all, in a space without it."""
    rng = np.random.default_rng([seed, 0xB10C])
    block = rng.permutation(of.n_drugs) % N_BLOCKS
    block = np.concatenate([block, np.full(len(of.names) - of.n_drugs, -1)])
    usable = np.ones(len(of.x), bool) if way in {IN_SPACE, WITH_DRUGS} else of.of_drug
    group = _groups(of) if way in {WITH_DRUGS, OF_TARGET} else np.arange(len(of.names))
    total, counts = pooled(of.x, np.arange(len(of.x)), of.unit, of.cell, len(of.names), of.n_cells)
    found = np.empty((of.n_drugs, len(of.names)))
    for number in range(N_BLOCKS):
        rows = usable & (block[of.unit] != number)
        space = _embedding(of, rows, group)
        vectors = embedded(space, total, counts)
        ours = np.flatnonzero(block == number)
        found[ours] = attentions(vectors[ours], vectors, SETTINGS.sharpness)
    return found


def _embedding(of: Perturbagens, rows: np.ndarray, group: np.ndarray) -> Embedding:
    return embedding(moments(of.x[rows], group[of.unit[rows]], of.cell[rows], of.n_cells), SETTINGS)


def _groups(of: Perturbagens) -> np.ndarray:
    """(n,) of each perturbagen: its own number or, for a drug, that of its first target."""
    first = of.n_drugs + of.targets.argmax(axis=1)
    own = np.arange(len(of.names))
    own[: of.n_drugs] = np.where(of.targets.any(axis=1), first, own[: of.n_drugs])
    return own


def scores(
    attention: np.ndarray, member: np.ndarray, targets: np.ndarray, *, genes: bool
) -> np.ndarray:
    """(n,) log ratio of the mean attention to members and to all other drugs, never to itself.

    attention: (n, n + n_genes). member: (n,) bool, two or more. targets: (n, n_genes) bool. genes:
    whether the genes that two other members target are members.
    """
    n = len(member)
    own = np.diag(attention)
    of_drugs = attention[:, :n]
    positive = of_drugs[:, member].sum(axis=1) - member * own
    n_positive = member.sum() - member
    negative = of_drugs[:, ~member].sum(axis=1) - ~member * own
    if genes:
        others = targets[member].sum(axis=0) - member[:, None] * targets
        counted = others >= 2
        positive = positive + (attention[:, n:] * counted).sum(axis=1)
        n_positive = n_positive + counted.sum(axis=1)
    return np.log(positive / n_positive / (negative / ((~member).sum() - ~member)))


def measure(compendium: Compendium, seed: int = 0) -> pd.DataFrame:
    """One row for each MOA and way: moa, way, n_members, auroc, ap."""
    of = perturbagens(compendium)
    attentions = {way: attention(of, way, seed) for way in WAYS if way != MEMBERS}
    attentions[MEMBERS] = attentions[ALONE]
    table = compendium.compound_moas
    rows = []
    for moa in moas_of(compendium, "all"):
        its = table.loc[table[fields.MOA] == moa, fields.DRUG]
        member = np.isin(of.names[: of.n_drugs], its.to_numpy(dtype=str))
        for way in WAYS:
            score = scores(attentions[way], member, of.targets, genes=way == MEMBERS)
            figures = roc_auc_score(member, score), average_precision_score(member, score)
            rows.append((moa, way, int(member.sum()), *figures))
    return pd.DataFrame(rows, columns=["moa", "way", "n_members", "auroc", "ap"])


def against_alone(found: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Means over MOAs, and differences from `ALONE` with 95% intervals, by way.

    MOAs are drawn with replacement, all ways from the same draws (the bootstrap for paired data,
    Efron and Tibshirani 1993, doi:10.1201/9780429246593).
    """
    rng = np.random.default_rng(seed)
    columns: dict[str, pd.Series] = {}
    for measure in ("auroc", "ap"):
        by_way = found.pivot_table(index="moa", columns="way", values=measure)[list(WAYS)]
        difference = by_way.sub(by_way[ALONE], axis=0).to_numpy()
        drawn = rng.integers(0, len(difference), (N_BOOTSTRAP, len(difference)))
        low, high = np.quantile(difference[drawn].mean(axis=1), (0.025, 0.975), axis=0)
        columns[measure] = by_way.mean()
        columns[f"{measure}_more"] = pd.Series(difference.mean(axis=0), by_way.columns)
        columns[f"{measure}_low"] = pd.Series(low, by_way.columns)
        columns[f"{measure}_high"] = pd.Series(high, by_way.columns)
    return pd.DataFrame(columns)


def resembling(share: float) -> tuple[Target, ...]:
    """The targets of the demo, the loss of each resembling its drugs by this share."""
    return tuple(replace(target, loss=share, gain=0.0, why="") for target in TARGETS)


def planted(targets: Sequence[Target], seeds: Sequence[int]) -> pd.DataFrame:
    """`against_alone` of the means of each MOA over demos with these seeds."""
    found = []
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="gpar-") as folder:
            demo.build(Path(folder), seed=seed, targets=targets)
            found.append(measure(compendia.load(Path(folder)), seed))
    return against_alone(pd.concat(found))


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.genetic_learning")
    parser.add_argument("--draws", type=int, default=5, help="demos of each kind")
    options = parser.parse_args()
    sets = {"as in the demo": TARGETS}
    sets |= {f"resembling by {share:g}": resembling(share) for share in SHARES}
    for title, targets in sets.items():
        table = planted(targets, range(options.draws))
        print(f"\n{title}\n{table.to_string(float_format='{:.3f}'.format)}", flush=True)


if __name__ == "__main__":
    _main()
