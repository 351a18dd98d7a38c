"""Find landmark genes by name: old and new symbols, Entrez and Ensembl ids.

`landmarks.tsv` has, for each landmark gene, its symbol in GSE92742, in LINCS2020 and today (HGNC),
its Ensembl id, and its aliases that belong to no other gene.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from gpar_core import fields

ID_KINDS: Final = ("symbol", "entrez", "ensembl")
SEVERAL: Final = re.compile(r"\s*(?:/{2,3}|[|;])\s*")
"""Separates the genes of one probe: 'DDR1 /// MIR4640' of Affymetrix, 'AARS|16' of TCGA."""

_ENTREZ: Final = re.compile(r"(?:ENTREZ:)?0*(\d+)(?:\.0+)?")
_ENSEMBL: Final = re.compile(r"(ENSG\d{11})(?:\.\d+)?")
_OTHER_ENSEMBL: Final = re.compile(r"ENS(?!G\d)([A-Z]{3,4})G\d{11}(?:\.\d+)?", re.IGNORECASE)
_ENSEMBL_SPECIES: Final = {"MUS": "mouse", "RNO": "rat", "DAR": "zebrafish", "CAF": "dog"}
_MONTHS: Final = "jan|feb|mar|mrz|mär|apr|may|mai|jun|jul|aug|sept?|oct|okt|nov|dec|dez"
_DATE: Final = re.compile(
    rf"\d{{1,2}}[-. ]({_MONTHS})\.?|({_MONTHS})[-. ]\d{{1,2}}|"
    r"(19|20)\d\d-\d\d-\d\d( 00:00:00)?",
    re.IGNORECASE,
)
_PLATFORMS: Final = (
    (
        re.compile(r"\d{6,7}(_[a-z]){0,2}_at"),
        "Affymetrix probe ids (GeneChip HG-U133 or similar)",
        "the columns 'Gene Symbol' and 'ENTREZ_GENE_ID' of the platform's table at GEO (GPL96 for "
        "HG-U133A, GPL570 for HG-U133 Plus 2.0) or the Bioconductor package hgu133a.db or "
        "hgu133plus2.db",
    ),
    (
        re.compile(r"(\d{1,5}|AFFX.*)(_[a-z]){0,2}_at"),
        "Affymetrix probe ids",
        "the platform's table at GEO or its Bioconductor annotation package",
    ),
    (
        re.compile(r"ILMN_\d+"),
        "Illumina probe ids",
        "the platform's table at GEO or the Bioconductor package illuminaHumanv4.db",
    ),
    (
        re.compile(r"A_\d\d_P\d+"),
        "Agilent probe ids",
        "the platform's table at GEO",
    ),
    (
        re.compile(r"[NX][MR]_\d+(\.\d+)?|ENST\d{11}(\.\d+)?"),
        "transcript ids",
        "Ensembl BioMart, or counts summed by gene (tximport in R)",
    ),
)
"""Ids of probes and other non-genes: their pattern, what they are, where to find the genes."""

MIN_SPECIES: Final = 5
"""Gene names that identify another species."""


@dataclass(frozen=True, eq=False)
class GeneMatch:
    """Names of genes as landmark genes.

    id_kind: one of `ID_KINDS`. position: (n,) of each name among the 978 landmark genes, -1 for
    other names; if a gene's own symbol is in the list, rows that name it by an alias or together
    with other genes do not count. renamed: 'new name (symbol in GSE92742)' of genes found by a name
    that GSE92742 does not use. species: '' for human, else the species of the genes.
    """

    id_kind: str
    position: np.ndarray
    renamed: tuple[str, ...] = ()
    species: str = ""

    @property
    def landmarks(self) -> np.ndarray:
        """Positions of the genes found, rising, each once."""
        return np.unique(self.position[self.position >= 0])


def _names() -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    """For each symbol in capitals, its gene, and 0 for a symbol or 1 for an alias. For each Ensembl
    id, its gene."""
    symbols: dict[str, tuple[int, int]] = {}
    for place, row in enumerate(fields.LANDMARKS):
        for alias in row["unambiguous_aliases"].split("|"):
            symbols.setdefault(alias.upper(), (place, 1))
    for column in ("symbol_hgnc", "symbol_lincs2020", "symbol_gse92742"):
        symbols.update({row[column].upper(): (i, 0) for i, row in enumerate(fields.LANDMARKS)})
    symbols.pop("", None)
    ensembl = {row["ensembl_id"]: i for i, row in enumerate(fields.LANDMARKS)}
    return symbols, ensembl


_SYMBOLS, _ENSEMBL_IDS = _names()
_ENTREZ_IDS: Final = {str(entrez): i for i, entrez in enumerate(fields.LANDMARK_IDS)}
_OTHER_GENES, _NO_GENE = 2, (-1, 3)


def match_genes(labels: Sequence[str]) -> GeneMatch:
    """The landmark genes in a list of names, by the kind of id that finds most of them.

    Of kinds that find equally many, such as none, one that identifies another species counts.
    """
    return max(
        (matched_by(labels, kind) for kind in ID_KINDS),
        key=lambda match: (len(match.landmarks), match.species != ""),
    )


def matched_by(labels: Sequence[str], id_kind: str) -> GeneMatch:
    """The landmark genes in a list of names, by one kind of id.

    id_kind: 'symbol' (in any case), 'entrez' ('780', '780.0', 'ENTREZ:780', zero-padded) or
    'ensembl' (with or without version). A cell with several names stands for the one landmark gene
    among them.
    """
    found = [_place(label, id_kind) for label in labels]
    position = np.array([place for place, _ in found], np.int64)
    rank = np.array([how for _, how in found], np.int64)
    best = np.full(fields.N_LANDMARKS, _NO_GENE[1])
    known = position >= 0
    np.minimum.at(best, position[known], rank[known])
    position[known] = np.where(rank[known] == best[position[known]], position[known], -1)
    renamed = _renamed(labels, position) if id_kind == "symbol" else ()
    return GeneMatch(id_kind, position, renamed, _species(labels, position, id_kind))


def entrez_of(label: str) -> str:
    """An Entrez id without padding, prefix and '.0'; other text as it is, without spaces."""
    text = label.strip().upper()
    match = _ENTREZ.fullmatch(text)
    return match[1] if match else label.strip()


def _place(label: str, id_kind: str) -> tuple[int, int]:
    """The landmark gene of one cell, or -1, and a rank of certainty, 0 the best."""
    one = _place_of_one(label, id_kind)
    if one[0] >= 0 or not SEVERAL.search(label):
        return one
    places = {_place_of_one(part, id_kind)[0] for part in SEVERAL.split(label)} - {-1}
    return (places.pop(), _OTHER_GENES) if len(places) == 1 else _NO_GENE


def _place_of_one(label: str, id_kind: str) -> tuple[int, int]:
    if id_kind == "entrez":
        place = _ENTREZ_IDS.get(entrez_of(label), -1)
    elif id_kind == "ensembl":
        match = _ENSEMBL.fullmatch(label.strip().upper())
        place = _ENSEMBL_IDS.get(match[1], -1) if match else -1
    else:
        return _SYMBOLS.get(label.strip().upper(), _NO_GENE)
    return (place, 0) if place >= 0 else _NO_GENE


def _renamed(labels: Sequence[str], position: np.ndarray) -> tuple[str, ...]:
    new = {}
    for row in np.flatnonzero(position >= 0).tolist():
        symbol = fields.LANDMARK_SYMBOLS[position[row]]
        label = labels[row].strip()
        if label.upper() != symbol.upper() and not SEVERAL.search(label):
            new[int(position[row])] = f"{label} ({symbol})"
    return tuple(new[place] for place in sorted(new))


def _species(labels: Sequence[str], position: np.ndarray, id_kind: str) -> str:
    """The species of the genes: '' for human, else 'mouse', 'rat', 'mouse or rat', etc."""
    if id_kind == "ensembl":
        prefixes = [match[1].upper() for one in labels if (match := _OTHER_ENSEMBL.fullmatch(one))]
        if len(prefixes) <= max(MIN_SPECIES, len(labels) / 2):
            return ""
        most = max(set(prefixes), key=prefixes.count)
        return _ENSEMBL_SPECIES.get(most, f"another species (ENS{most})")
    if id_kind == "symbol":
        named = [labels[row].strip() for row in np.flatnonzero(position >= 0).tolist()]
        n_title = sum(1 for name in named if name[1:] != name[1:].upper() and name[0].isupper()
                      and name[1:] == name[1:].lower())  # fmt: skip
        return "mouse or rat" if n_title > max(MIN_SPECIES, len(named) / 2) else ""
    return ""


def dates_among(labels: Sequence[str]) -> tuple[str, ...]:
    """Labels that Excel has turned into dates: 1-Mar of MARCHF1 or MTARC1, 2-Sep of SEPTIN2.

    No landmark gene is affected.
    """
    return tuple(label.strip() for label in labels if _DATE.fullmatch(label.strip()))


def no_genes(labels: Sequence[str]) -> str:
    """For ids that are not genes, what they are and where to find their genes; '' for others."""
    shown = [label.strip() for label in labels if label.strip()]
    for pattern, what, where in _PLATFORMS:
        like = [label for label in shown if pattern.fullmatch(label)]
        if len(like) > max(MIN_SPECIES, len(shown) / 2):
            return (
                f"its rows are named by {what}, such as {like[0]}. GPAR needs genes: replace each "
                f"id with the symbol or Entrez id of its gene ({where}), and keep one row per "
                "gene, such as the mean of its probes."
            )
    return ""
