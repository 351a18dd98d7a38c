"""A query to search for: up-regulated genes, down-regulated genes, or a whole profile."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.gene_names import match_genes, no_genes
from gpar_core.data.training_set import drug_name
from gpar_core.errors import RequestError

FEW_GENES = 10
"""With fewer landmark genes in a list, scores are mostly luck."""
TOP_GENES = 50
"""Genes taken from each end of a profile, as in CMap's queries."""
MAX_GENES = 20_000


@dataclass(frozen=True, eq=False)
class Query:
    """One query. Genes are positions among the 978 landmark genes.

    up, down: (m,) int, rising, none in both; one may be empty. profile: (978,) float32, None where
    only lists are known.
    """

    name: str
    up: np.ndarray
    down: np.ndarray
    profile: np.ndarray | None = None

    @property
    def genes(self) -> np.ndarray:
        """(m,) of both lists, rising."""
        return np.union1d(self.up, self.down)

    @property
    def direction(self) -> np.ndarray:
        """(978,) float32: 1 up, -1 down, 0 for other genes."""
        found = np.zeros(fields.N_LANDMARKS, np.float32)
        found[self.up], found[self.down] = 1, -1
        return found


@dataclass(frozen=True)
class ListMatch:
    """How the names of one list were found.

    n_given: different names. n_found: landmark genes among them. missing: names that are not
    landmark genes, which includes all genes that L1000 does not measure. renamed: as in
    `gene_names.GeneMatch`.
    """

    n_given: int
    n_found: int
    missing: tuple[str, ...]
    renamed: tuple[str, ...]


@dataclass(frozen=True)
class QueryMatch:
    """How a query of two lists was read.

    both: symbols of genes that are in both lists and count in neither. warnings: for the user.
    """

    up: ListMatch
    down: ListMatch
    both: tuple[str, ...]
    warnings: tuple[str, ...]


def of_lists(name: str, up: Sequence[str], down: Sequence[str]) -> tuple[Query, QueryMatch]:
    """A query of gene names: symbols, old or new, Entrez or Ensembl ids.

    Raises RequestError if no name is a landmark gene, or there are too many names.
    """
    given = {"up": _distinct(up), "down": _distinct(down)}
    for side, names in given.items():
        if len(names) > MAX_GENES:
            raise RequestError(
                f"The {side} list has {len(names):,} genes; the limit is {MAX_GENES:,}. Search "
                "with the most changed genes, 50 to 200 on each side."
            )
    everything = [*given["up"], *given["down"]]
    if not everything:
        raise RequestError(
            "The query has no genes. Give up-regulated genes, down-regulated, or both."
        )
    found = match_genes(everything)
    if found.species:
        raise RequestError(
            f"These are genes of {found.species}; the landmark genes are human. Replace them with "
            "their human orthologs (Ensembl BioMart has a table)."
        )
    if not len(found.landmarks):
        what = no_genes(everything)
        raise RequestError(
            f"None of the {len(everything):,} names is a landmark gene"
            + (f": {what}" if what else ". Give human gene symbols, Entrez ids or Ensembl ids.")
        )
    n_up = len(given["up"])
    places = {"up": found.position[:n_up], "down": found.position[n_up:]}
    sets = {side: np.unique(place[place >= 0]) for side, place in places.items()}
    both = np.intersect1d(sets["up"], sets["down"])
    query = Query(name, np.setdiff1d(sets["up"], both), np.setdiff1d(sets["down"], both))
    if not len(query.genes):
        raise RequestError(
            "Every landmark gene of the query is in both lists. Give each gene one direction."
        )
    matches = {
        side: ListMatch(
            len(names),
            len(sets[side]),
            tuple(one for one, place in zip(names, places[side], strict=True) if place < 0),
            found.renamed,
        )
        for side, names in given.items()
    }
    symbols = tuple(fields.LANDMARK_SYMBOLS[place] for place in both)
    return query, QueryMatch(**matches, both=symbols, warnings=_warnings(query, symbols))


def of_profile(name: str, profile: np.ndarray, *, n_genes: int = TOP_GENES) -> Query:
    """A query of a whole profile; its lists are the n_genes highest above 0 and lowest below.

    profile: (978,) z-scores. Ties are broken by position. Raises RequestError if all are 0.
    """
    profile = np.asarray(profile, np.float32)
    order = np.argsort(-profile, kind="stable")
    up, down = order[:n_genes], order[::-1][:n_genes]
    up, down = np.sort(up[profile[up] > 0]), np.sort(down[profile[down] < 0])
    if not len(up) and not len(down):
        raise RequestError(f"The profile '{name}' is 0 for every gene, so it has no direction.")
    return Query(name, up, down, profile)


def of_compound(compendium: Compendium, drug: str, *, n_genes: int = TOP_GENES) -> Query:
    """The mean of a drug's signatures, one per cell line, as a query. drug: by its name there."""
    signatures = compendium.signatures
    own = (signatures[fields.DRUG] == drug).to_numpy()
    rows = np.flatnonzero(own & signatures[fields.REPRESENTATIVE].to_numpy())
    profile = np.asarray(compendium.matrix[rows], np.float32).mean(axis=0)
    return of_profile(drug_name(compendium, drug), profile, n_genes=n_genes)


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in names if one.strip()))


def _warnings(query: Query, both: Sequence[str]) -> tuple[str, ...]:
    said = []
    if both:
        some = ", ".join(both[:10]) + (", …" if len(both) > 10 else "")
        said.append(f"{len(both)} genes are in both lists and count in neither: {some}.")
    for side, genes in (("up", query.up), ("down", query.down)):
        if 0 < len(genes) < FEW_GENES:
            said.append(
                f"The {side} list has {len(genes)} landmark genes. With fewer than {FEW_GENES}, "
                "scores depend on a few genes and are often high by chance."
            )
    return tuple(said)
