"""A query to search for: up-regulated genes, down-regulated genes, or a whole profile."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.gene_names import match_genes, no_genes
from gpar_core.data.profile_tables import cleaned
from gpar_core.data.training_set import drug_name
from gpar_core.errors import NotFoundError, RequestError

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

    The two lists may have ids of different kinds. Raises RequestError if no name is a landmark
    gene, or there are too many names.
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
    if species := match_genes(everything).species:
        raise RequestError(
            f"These are genes of {species}; the landmark genes are human. Replace them with "
            "their human orthologs (Ensembl BioMart has a table)."
        )
    found = {side: match_genes(names) for side, names in given.items()}
    sets = {side: match.landmarks for side, match in found.items()}
    if not any(map(len, sets.values())):
        what = no_genes(everything)
        raise RequestError(
            f"None of the {len(everything):,} names is a landmark gene"
            + (f": {what}" if what else ". Give human gene symbols, Entrez ids or Ensembl ids.")
        )
    both = np.intersect1d(sets["up"], sets["down"])
    query = Query(name, np.setdiff1d(sets["up"], both), np.setdiff1d(sets["down"], both))
    if not len(query.genes):
        raise RequestError(
            "Every landmark gene of the query is in both lists. Give each gene one direction."
        )
    matches = [
        ListMatch(
            len(names),
            len(sets[side]),
            tuple(one for one, place in zip(names, found[side].position, strict=True) if place < 0),
            found[side].renamed,
        )
        for side, names in given.items()
    ]
    return of_positions(name, query.up, query.down, matches, both)


def of_positions(
    name: str, up: np.ndarray, down: np.ndarray, matches: Sequence[ListMatch], both: np.ndarray
) -> tuple[Query, QueryMatch]:
    """A query of landmark genes by their positions, with its report.

    up, down: (m,) int, in any order, without those in `both`. matches: of up and down.
    """
    query = Query(name, np.sort(up), np.sort(down))
    symbols = tuple(fields.LANDMARK_SYMBOLS[place] for place in both)
    of_up, of_down = matches
    return query, QueryMatch(of_up, of_down, symbols, _warnings(query, matches, symbols))


def of_profile(name: str, profile: np.ndarray, *, n_genes: int = TOP_GENES) -> Query:
    """A query of a whole profile; its lists are the n_genes highest above 0 and lowest below.

    profile: (978,) z-scores. Ties are broken by position. Raises RequestError if all are 0, or
    n_genes is out of range.
    """
    if not 1 <= n_genes <= fields.N_LANDMARKS // 2:
        raise RequestError(
            f"The number of genes is {n_genes}. Take 1 to {fields.N_LANDMARKS // 2} from either "
            "end."
        )
    profile = np.asarray(profile, np.float32)
    order = np.argsort(-profile, kind="stable")
    up, down = order[:n_genes], order[::-1][:n_genes]
    up, down = np.sort(up[profile[up] > 0]), np.sort(down[profile[down] < 0])
    if not len(up) and not len(down):
        raise RequestError(
            f"The profile '{name}' is 0 for every gene, so it has no direction. Leave it out."
        )
    return Query(name, up, down, profile)


def of_compound(
    compendium: Compendium, drug: str, *, cell: str = "", n_genes: int = TOP_GENES
) -> Query:
    """The mean of a drug's signatures, one per cell line, as a query; or its signature in one line.

    drug: by its name there. cell: '' for all lines. Raises NotFoundError if there is no such drug,
    or it has no signature in that line.
    """
    signatures = compendium.signatures
    own = (signatures[fields.DRUG] == drug).to_numpy()
    if not own.any():
        raise NotFoundError(f"'{compendium.name}' has no compound '{drug[:80]}'.")
    rows = np.flatnonzero(own & signatures[fields.REPRESENTATIVE].to_numpy())
    lines = signatures[fields.CELL_ID].to_numpy()[rows]
    name = drug_name(compendium, drug)
    if cell:
        rows = rows[lines == cell]
        if not len(rows):
            raise NotFoundError(
                f"'{name}' has no signature in the cell line '{cell[:40]}'. It has: "
                f"{', '.join(sorted(lines)[:10])}{', …' if len(lines) > 10 else ''}."
            )
        name = f"{name} in {cell}"
    profile = np.asarray(compendium.matrix[rows], np.float32).mean(axis=0)
    return of_profile(name, profile, n_genes=n_genes)


def of_signature(compendium: Compendium, sig_id: str, *, n_genes: int = TOP_GENES) -> Query:
    """A signature of the compendium as a query, of any kind of perturbagen.

    Raises NotFoundError.
    """
    compendium = compendium.of_kinds(compendium.stored_kinds)
    signatures = compendium.signatures
    rows = np.flatnonzero((signatures[fields.SIG_ID] == sig_id).to_numpy())
    if not len(rows):
        raise NotFoundError(
            f"'{compendium.name}' has no signature '{sig_id[:80]}'. The pages of compounds and "
            "genes list ids of signatures."
        )
    row = signatures.iloc[rows[0]]
    name = f"{row[fields.PERT_INAME]} in {row[fields.CELL_ID]}"
    return of_profile(name, np.asarray(compendium.matrix[rows[0]], np.float32), n_genes=n_genes)


def _distinct(names: Sequence[str]) -> list[str]:
    """The different names, each as one short line of printable characters."""
    return list(dict.fromkeys(name for one in names if (name := cleaned(one))))


def _warnings(query: Query, matches: Sequence[ListMatch], both: Sequence[str]) -> tuple[str, ...]:
    said = []
    if both:
        some = ", ".join(both[:10]) + (", …" if len(both) > 10 else "")
        what = (
            "1 gene is in both lists and counts"
            if len(both) == 1
            else (f"{len(both)} genes are in both lists and count")
        )
        said.append(f"{what} in neither: {some}.")
    sides = (("up", query.up), ("down", query.down))
    for (side, genes), match in zip(sides, matches, strict=True):
        if match.n_given and not match.n_found:
            said.append(
                f"No gene of the {side} list is a landmark gene, so only the other list is "
                "compared."
            )
        if 0 < len(genes) < FEW_GENES:
            said.append(
                f"The {side} list has {len(genes)} landmark gene{'s'[: len(genes) != 1]}. With "
                f"fewer than {FEW_GENES}, scores depend on a few genes and are often high by "
                "chance."
            )
    return tuple(said)
