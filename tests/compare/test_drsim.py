"""Learning from the identity of compounds: what it finds, and what it may not see."""

import numpy as np
import pytest

from gpar_core.compare import drsim
from gpar_core.compare.similarity import cosine

N_DRUGS, N_GENES, N_LINES = 60, 40, 4


def _signatures(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Drugs in pairs that act alike, under strong variation that all drugs share."""
    rng = np.random.default_rng(seed)
    drug = np.repeat(np.arange(N_DRUGS), N_LINES)
    effect = rng.normal(size=(N_DRUGS // 2, N_GENES))[np.arange(N_DRUGS) // 2]
    shared = rng.normal(size=(len(drug), 3)) @ rng.normal(size=(3, N_GENES)) * 4
    return effect[drug] + shared + rng.normal(size=(len(drug), N_GENES)), drug


def _partner_first(found: np.ndarray) -> float:
    """Share of drugs whose partner is the most similar other one."""
    found = found.copy()
    np.fill_diagonal(found, -2)
    return float(
        (found.argmax(axis=0) == np.arange(N_DRUGS) + 1 - 2 * (np.arange(N_DRUGS) % 2)).mean()
    )


def test_drugs_that_act_alike_are_found_where_the_cosine_is_blind() -> None:
    x, drug = _signatures()
    fold = np.arange(N_DRUGS) % 5
    found = drsim.similarity(x, drug, np.arange(N_DRUGS), fold)
    merged = np.stack([x[drug == one].sum(axis=0) for one in range(N_DRUGS)])
    assert _partner_first(found) > _partner_first(cosine(merged, merged)) + 0.3


def test_what_is_held_out_has_no_part_in_what_is_learned() -> None:
    """Another signature of a held-out drug changes its own column, and no other of its fold."""
    x, drug = _signatures()
    fold = np.arange(N_DRUGS) % 5
    chosen = np.flatnonzero(fold != 2)
    one = drsim.similarity(x, drug, chosen, fold)
    changed = np.where((drug == 7)[:, None], -x[:, ::-1], x)
    other = drsim.similarity(changed, drug, chosen, fold)
    of_fold = np.flatnonzero(fold == fold[7])
    np.testing.assert_array_equal(
        np.delete(one[:, of_fold], 1, axis=1), np.delete(other[:, of_fold], 1, axis=1)
    )
    assert not np.allclose(one[:, 7], other[:, 7])


@pytest.mark.parametrize("per_drug", [1, 2])
def test_without_compounds_to_tell_apart_components_are_all(per_drug: int) -> None:
    x, drug = _signatures()
    rows = np.concatenate([np.flatnonzero(drug == one)[:1] for one in range(20)])
    if per_drug == 2:  # of one drug alone
        rows = np.append(rows, 1)
    fold = np.arange(20) % 4
    found = drsim.similarity(x[rows], drug[rows], np.arange(20), fold)
    assert found.shape == (20, 20)
    assert np.isfinite(found).all()
