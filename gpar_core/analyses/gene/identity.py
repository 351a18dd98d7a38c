"""Genes by name: landmark genes, and others that drugs target or that were perturbed."""

import difflib
from dataclasses import dataclass

from gpar_core import fields
from gpar_core.data.compendium import TARGET_PREFIX, Compendium
from gpar_core.data.gene_names import ID_KINDS, matched_by
from gpar_core.errors import NotFoundError

SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Gene:
    """One gene.

    symbol: as in GSE92742, or as the compendium has it if it is no landmark gene. place: its
    position among the 978 landmark genes, -1 if it is none of them. entrez_id, ensembl_id: '' if
    unknown. today: its symbol of today (HGNC) if that is another one, else ''. names: all its
    other symbols.
    """

    symbol: str
    place: int = -1
    entrez_id: str = ""
    ensembl_id: str = ""
    today: str = ""
    names: tuple[str, ...] = ()

    @property
    def is_measured(self) -> bool:
        """Whether signatures have a z-score of it."""
        return self.place >= 0

    @property
    def current_symbol(self) -> str:
        """The symbol of today, as other sites know the gene."""
        return self.today or self.symbol

    def is_called(self, symbol: str) -> bool:
        """Whether a symbol, in any case, is one of its names."""
        return symbol.casefold() in {name.casefold() for name in (self.symbol, *self.names)}


def find_gene(compendium: Compendium, name: str) -> Gene:
    """A gene by symbol (old or new), Entrez id or Ensembl id.

    Raises NotFoundError if it is no landmark gene and the compendium has no drug that targets it
    and no perturbation of it.
    """
    for kind in ID_KINDS:
        place = int(matched_by([name], kind).position[0])
        if place >= 0:
            return _landmark(place)
    others = other_genes(compendium)
    wanted = " ".join(name.split()).casefold()
    found = next((symbol for symbol in others if symbol.casefold() == wanted), None)
    if found is None:
        raise NotFoundError(_unknown(compendium, name, others))
    return Gene(found)


def landmark_genes() -> list[Gene]:
    """The 978 landmark genes in the order of every matrix."""
    return [_landmark(place) for place in range(fields.N_LANDMARKS)]


def other_genes(compendium: Compendium) -> list[str]:
    """Symbols that are no landmark genes: targets of drugs, and perturbed genes; sorted."""
    symbols = set(compendium.compound_targets[fields.MOA].str.removeprefix(TARGET_PREFIX))
    if compendium.genetic is not None:
        symbols |= set(compendium.genetic.compounds[fields.TARGET])
    every = sorted(symbols - {""})
    position = matched_by(every, "symbol").position.tolist()
    return [symbol for symbol, place in zip(every, position, strict=True) if place < 0]


def _landmark(place: int) -> Gene:
    row = fields.LANDMARKS[place]
    symbol = fields.LANDMARK_SYMBOLS[place]
    aliases = row["unambiguous_aliases"].split("|")
    today = row["symbol_hgnc"]
    names = dict.fromkeys([today, row["symbol_lincs2020"], *aliases])
    return Gene(
        symbol,
        place,
        row["entrez_id"],
        row["ensembl_id"],
        "" if today == symbol else today,
        tuple(name for name in names if name and name != symbol),
    )


def _unknown(compendium: Compendium, name: str, others: list[str]) -> str:
    asked = " ".join(name.split())[:SHOWN_CHARACTERS]
    close = difflib.get_close_matches(asked.upper(), [*fields.LANDMARK_SYMBOLS, *others], n=3)
    like = f" Similar names: {', '.join(close)}." if close else ""
    return (
        f"'{asked}' is none of the {fields.N_LANDMARKS} landmark genes, and in "
        f"'{compendium.name}' no drug targets it and no perturbation changes it. Give a human gene "
        f"symbol, an Entrez id or an Ensembl id.{like}"
    )
