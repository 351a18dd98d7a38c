"""The weighted ES against its definition, gene by gene, and against gseapy."""

import gseapy
import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.search.ranks import ranks
from gpar_core.search.weighted_es import weighted_es
from tests.search.queries import drawn, signatures


def slow_es(z: np.ndarray, member: np.ndarray) -> float:
    """Subramanian et al. 2005, as written there."""
    order = sorted(range(len(z)), key=lambda gene: (-z[gene], gene))
    total = sum(abs(float(z[gene])) for gene in range(len(z)) if member[gene])
    n_others = len(z) - int(member.sum())
    deviations, running = [0.0], 0.0
    for gene in order:
        running += abs(float(z[gene])) / total if member[gene] else -1 / n_others
        deviations.append(running)
    highest, lowest = max(deviations), min(deviations)
    return highest if highest >= -lowest else lowest


def found_in(z: np.ndarray, member: np.ndarray) -> np.ndarray:
    """(n, q) ES of lists, given as (q, g) bool."""
    lists = np.nonzero(member)[1]
    return weighted_es(z.T.copy(), ranks(z), lists, member.sum(axis=1).cumsum(), z.shape[1]).T


def members(*sizes: int) -> np.ndarray:
    found = np.zeros((len(sizes), fields.N_LANDMARKS), bool)
    for row, size in enumerate(sizes):
        found[row, drawn(size, 0, seed=row).up] = True
    return found


def test_it_is_what_the_definition_gives() -> None:
    z, member = signatures(20), members(1, 7, 50, 400, 977)
    found = found_in(z, member)
    slow = [[slow_es(row, of_list) for of_list in member] for row in z]
    np.testing.assert_allclose(found, slow, atol=1e-12)


def test_gseapy_finds_the_same() -> None:
    z, member = signatures(4), members(15, 60)
    names = [f"G{gene}" for gene in range(fields.N_LANDMARKS)]
    sets = {str(row): [names[gene] for gene in np.flatnonzero(m)] for row, m in enumerate(member)}
    for row, own in zip(z, found_in(z, member), strict=True):
        theirs = gseapy.prerank(
            rnk=pd.Series(row.astype(float), index=names),
            gene_sets=sets,
            weight=1,
            min_size=1,
            permutation_num=10,
            seed=0,
            threads=1,
            outdir=None,
            no_plot=True,
        ).res2d.set_index("Term")["ES"]
        np.testing.assert_allclose(own, theirs[list(sets)].astype(float), atol=1e-6)


def test_genes_at_one_end_give_one_or_minus_one() -> None:
    z = np.linspace(5, -5, fields.N_LANDMARKS, dtype=np.float32)[None]
    member = np.zeros((2, fields.N_LANDMARKS), bool)
    member[0, :30] = member[1, -30:] = True
    np.testing.assert_allclose(found_in(z, member), [[1, -1]], atol=1e-12)


@pytest.mark.parametrize("member", [np.zeros(978, bool), np.ones(978, bool)])
def test_no_gene_and_all_genes_have_no_es(member: np.ndarray) -> None:
    z = signatures(2)
    assert (found_in(z, member[None]) == 0).all()


def test_a_flat_signature_has_no_es() -> None:
    z = np.zeros((1, fields.N_LANDMARKS), np.float32)
    assert found_in(z, members(10))[0, 0] == 0


@pytest.mark.parametrize("n", [1, 31, 32, 33, 600])
def test_every_signature_has_its_own_es_however_many_there_are(n: int) -> None:
    z, member = signatures(n), members(3, 40)
    alone = np.vstack([found_in(z[[row]], member) for row in range(n)])
    np.testing.assert_array_equal(found_in(z, member), alone)


def test_of_the_genes_of_several_lists_only_these_are_needed() -> None:
    z, member = signatures(5), members(7, 20)
    genes = np.flatnonzero(member.any(axis=0))
    places = np.nonzero(member[:, genes])[1]
    some = weighted_es(z.T[genes].copy(), ranks(z)[genes], places, np.array([7, 27]), z.shape[1])
    np.testing.assert_array_equal(some.T, found_in(z, member))
