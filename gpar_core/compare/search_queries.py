"""Queries with a known answer: compounds whose mechanism others in the compendium share."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gpar_core import fields
from gpar_core.data.class_names import MOAS
from gpar_core.data.class_tables import class_pairs
from gpar_core.data.compendium import Compendium
from gpar_core.data.shared_molecules import shared_molecules
from gpar_core.data.training_set import moa_key
from gpar_core.search.query import Query, of_compound, of_profile

MAX_QUERIES = 1_000
"""Compounds that are queries; with more, a seeded sample is drawn."""


@dataclass(frozen=True, eq=False)
class QuerySet:
    """Compounds that are queries to a compendium.

    drugs: (d,) names of the compendium's drugs with a signature, sorted. members: of each MOA, the
    (k,) positions of its drugs among them. names: (q,) of the queries. profiles: (q, 978) float32,
    their mean signatures. moas: (q,) names of the MOAs of each. own: (q,) the positions of each
    query's molecule among the drugs, several or none. outside: whether queries come from another
    compendium. n_available: queries that a sample was drawn from.
    """

    drugs: np.ndarray
    members: Mapping[str, np.ndarray]
    names: tuple[str, ...]
    profiles: np.ndarray
    moas: tuple[tuple[str, ...], ...]
    own: tuple[np.ndarray, ...]
    outside: bool
    n_available: int

    def lists(self, n_genes: int, noise: float, seed: int) -> list[Query]:
        """The queries as a user would give them: gene lists alone, without values.

        n_genes: at either end. noise: standard deviation of what is added to every gene before the
        lists are chosen; the same numbers are added for every length.
        """
        rng = np.random.default_rng([seed, 0x4015E])
        noisy = self.profiles + noise * rng.normal(size=self.profiles.shape)
        found = [
            of_profile(name, profile, n_genes=n_genes)
            for name, profile in zip(self.names, noisy, strict=True)
        ]
        return [Query(each.name, each.up, each.down) for each in found]


def own_queries(compendium: Compendium, *, seed: int, among: str = MOAS) -> QuerySet:
    """Every drug of a compendium that shares a MOA with another.

    among: 'moas', or 'targets' or 'all' to take these for MOAs.
    """
    of_drug = {drug: frozenset({drug}) for drug in _measured(compendium)}
    return _queries(compendium, compendium, of_drug, seed, among, outside=False)


def outside_queries(
    compendium: Compendium, source: Compendium, *, seed: int, among: str = MOAS
) -> QuerySet:
    """Every drug of another compendium that shares a MOA with a drug of this one.

    Its MOAs are those of `source` and, if its molecule is in the compendium, those it has there.
    """
    same = shared_molecules(compendium, source)
    return _queries(compendium, source, same, seed, among, outside=True)


def _queries(
    compendium: Compendium,
    source: Compendium,
    same: Mapping[str, frozenset[str]],
    seed: int,
    among: str,
    *,
    outside: bool,
) -> QuerySet:
    drugs = np.array(_measured(compendium))
    members = {
        str(moa): np.flatnonzero(np.isin(drugs, of_moa))
        for moa, of_moa in class_pairs(compendium, among).groupby(fields.MOA)[fields.DRUG]
    }
    moas_here, moas_there = (_moas_of(each, among) for each in (compendium, source))
    spelled = {moa_key(moa): moa for moa in members}
    asked = []
    for drug in _measured(source):
        own = np.flatnonzero(np.isin(drugs, list(same[drug])))
        of_molecule = [moas_here.get(each, ()) for each in same[drug]]
        keys = set(moas_there.get(drug, ())).union(*of_molecule)
        shared = [
            spelled[key]
            for key in sorted(keys)
            if key in spelled and len(np.setdiff1d(members[spelled[key]], own))
        ]
        if shared:
            asked.append((drug, tuple(shared), own))
    kept = np.random.default_rng([seed, 0xA5C]).permutation(len(asked))[:MAX_QUERIES]
    chosen = [asked[place] for place in sorted(kept)]
    profiles = [of_compound(source, drug).profile for drug, _, _ in chosen]
    return QuerySet(
        drugs,
        members,
        tuple(drug for drug, _, _ in chosen),
        np.array(profiles, np.float32).reshape(-1, fields.N_LANDMARKS),
        tuple(moas for _, moas, _ in chosen),
        tuple(own for _, _, own in chosen),
        outside,
        len(asked),
    )


def _measured(compendium: Compendium) -> list[str]:
    return sorted(set(compendium.signatures[fields.DRUG]))


def _moas_of(compendium: Compendium, among: str) -> Mapping[str, set[str]]:
    """The MOAs of each drug that has any, in the form they are compared."""
    found: dict[str, set[str]] = defaultdict(set)
    pairs = class_pairs(compendium, among)
    for drug, moa in zip(pairs[fields.DRUG], pairs[fields.MOA], strict=True):
        found[drug].add(moa_key(moa))
    return found
