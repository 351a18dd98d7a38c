"""Knock-downs, knock-outs and over-expressions of the demo, and targets of its drugs."""

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data import demo_catalogue as catalogue
from gpar_core.data.compendium import TARGET_PREFIX, Compendium
from gpar_core.data.demo_targets import GENES, NOT_EXPRESSED, TARGETS, UNRELATED, targets_of_drugs
from gpar_core.data.target_names import are_targets

KNOCK_DOWN, KNOCK_OUT, OVER_EXPRESSION = "trt_sh.cgs", "trt_xpr", "trt_oe"


@pytest.fixture(scope="module")
def genes(demo_compendium: Compendium) -> Compendium:
    assert demo_compendium.genetic is not None
    return demo_compendium.genetic


def _unit(z: np.ndarray) -> np.ndarray:
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def _similarity(drugs: Compendium, genes: Compendium, target: str, kind: str) -> pd.Series:
    """Mean cosine of each gene's signatures with those of a target's drugs in the same lines."""
    pairs = drugs.compound_targets
    its = pairs[fields.DRUG][pairs[fields.MOA] == TARGET_PREFIX + target]
    signatures = drugs.signatures
    rows = np.flatnonzero(signatures[fields.REPRESENTATIVE] & signatures[fields.DRUG].isin(its))
    here = np.flatnonzero(genes.signatures[fields.PERT_TYPE] == kind)
    cosine = _unit(genes.matrix[here]) @ _unit(drugs.matrix[rows]).T
    cells = genes.signatures[fields.CELL_ID].to_numpy()[here, None]
    same = cells == signatures[fields.CELL_ID].to_numpy()[rows]
    names = genes.signatures[fields.PERT_INAME].to_numpy()[here]
    symbols = pd.Series(names).str.split(" ").str[0].to_numpy()
    sums = pd.DataFrame({"cosine": (cosine * same).sum(axis=1), "n": same.sum(axis=1)})
    by_gene = sums.groupby(symbols).sum()
    return (by_gene["cosine"] / by_gene["n"]).sort_values(ascending=False)


def test_the_table_of_targets_names_what_the_demo_has() -> None:
    mechanisms = {mechanism.name: mechanism for mechanism in catalogue.MECHANISMS}
    for target in TARGETS:
        if target.mechanism:
            members = set(mechanisms[target.mechanism].drugs.split(", "))
        else:
            members = set(catalogue.ANNOTATED_ELSEWHERE)
        assert set(target.drugs) <= members, target.gene
        assert target.expressed or target.loss == target.gain == 0.0, target.gene
    pairs = [(target.gene, target.mechanism) for target in TARGETS]
    assert len(set(pairs)) == len(pairs)
    assert not set(UNRELATED) & {target.gene for target in TARGETS}
    assert are_targets(GENES)


def test_drugs_have_all_targets_of_their_mechanisms() -> None:
    targets = targets_of_drugs()
    assert targets["digoxin"] == "ATP1A1|ATP1A3"
    assert targets["camptothecin"] == "TOP1"
    assert targets["bortezomib"] == "PSMB1|PSMB5"
    assert targets["imipramine"] == "SLC6A2|SLC6A4"
    assert targets["warfarin"] == "VKORC1"
    assert "amoxicillin" not in targets


def test_each_gene_is_there_in_each_kind(demo_compendium: Compendium, genes: Compendium) -> None:
    kinds = (fields.COMPOUND_PERT_TYPE, *fields.GENETIC)
    assert demo_compendium.stored_kinds == kinds
    assert set(genes.drugs[fields.TARGET]) == set(GENES)
    assert len(genes.drugs) == 3 * len(GENES)
    assert set(genes.cell_lines) == set(catalogue.CORE_CELLS)
    assert np.isfinite(genes.matrix).all()
    assert genes.signatures[fields.DOSE].isna().all()


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("ATP1A1", KNOCK_DOWN),
        ("ATP1A1", KNOCK_OUT),
        ("HSP90AB1", KNOCK_DOWN),
        ("HSP90AA1", KNOCK_OUT),
        ("HDAC3", KNOCK_DOWN),
        ("HMGCR", KNOCK_DOWN),
        ("PPARG", OVER_EXPRESSION),
        ("NR3C1", OVER_EXPRESSION),
    ],
)
def test_the_target_of_these_drugs_is_found(
    target: str, kind: str, demo_compendium: Compendium, genes: Compendium
) -> None:
    assert _similarity(demo_compendium, genes, target, kind).index[0] == target


def test_the_loss_of_a_receptor_is_the_opposite_of_its_agonists(
    demo_compendium: Compendium, genes: Compendium
) -> None:
    assert _similarity(demo_compendium, genes, "NR3C1", KNOCK_DOWN).index[-1] == "NR3C1"


@pytest.mark.parametrize("target", ["SLC6A4", "TUBB"])
def test_the_target_of_these_drugs_is_not_found(
    target: str, demo_compendium: Compendium, genes: Compendium
) -> None:
    order = _similarity(demo_compendium, genes, target, KNOCK_DOWN).index
    assert order.get_loc(target) > 15


def test_a_knock_down_is_weaker_than_the_inhibitor(
    demo_compendium: Compendium, genes: Compendium
) -> None:
    tas = genes.drugs.set_index(fields.PERT_INAME)[fields.TAS]
    drugs = demo_compendium.drugs.set_index(fields.DRUG)[fields.TAS]
    assert tas["ATP1A1 knock-down"] < drugs["digoxin"]
    assert tas["HDAC3 knock-down"] < drugs["vorinostat"]


def test_a_landmark_gene_changes_itself(genes: Compendium) -> None:
    signatures = genes.signatures
    column = {symbol: number for number, symbol in enumerate(fields.LANDMARK_SYMBOLS)}
    gene = genes.drugs.set_index(fields.DRUG)[fields.TARGET].loc[signatures[fields.DRUG]]
    own = gene.map(column).to_numpy(dtype=float)
    rows = np.flatnonzero(~np.isnan(own))
    z = pd.Series(genes.matrix[rows, own[rows].astype(int)])
    silent = gene.isin([t.gene for t in TARGETS if t.why == NOT_EXPRESSED]).to_numpy()[rows]
    kind = signatures[fields.PERT_TYPE].to_numpy()[rows]
    median = z[~silent].groupby(kind[~silent]).median()
    assert median[KNOCK_DOWN] < -2
    assert -3 < median[KNOCK_OUT] < -0.5
    assert median[OVER_EXPRESSION] > 4
    assert abs(z[silent & (kind == KNOCK_DOWN)].mean()) < 1


def test_hairpins_have_effects_of_their_own(genes: Compendium) -> None:
    signatures = genes.signatures
    alone = signatures[fields.PERT_INAME].str.split(" ").str[0].isin(UNRELATED).to_numpy()
    tas = signatures[alone].groupby(fields.PERT_TYPE)[fields.TAS].median()
    assert tas[KNOCK_DOWN] > tas[KNOCK_OUT]
    mean = pd.DataFrame(genes.matrix[alone]).groupby(
        signatures[fields.PERT_INAME].to_numpy()[alone]
    )
    unit = pd.DataFrame(_unit(mean.mean().to_numpy()), index=sorted(mean.groups))
    down, out = (
        unit.loc[[f"{gene} {fields.PERT_TYPES[kind]}" for gene in UNRELATED]].to_numpy()
        for kind in (KNOCK_DOWN, KNOCK_OUT)
    )
    cosine = down @ out.T
    of_one_gene = np.diag(cosine).mean()
    assert 0.03 < of_one_gene - cosine.mean() < 0.4
