"""Lists of names, one per line or separated by commas, semicolons, bars or tabs.

Names may contain commas themselves (3,3'-diindolylmethane): known ones stay whole.
"""

import re
from collections.abc import Iterable
from typing import Final

from gpar_core import fields
from gpar_core.data.compendium import Compendium

SEPARATORS: Final = ",;|\t\r\n"
MAX_PIECES: Final = 30
"""Maximum pieces of a known name; the longest of CMap's have ten."""

_SEPARATOR: Final = re.compile(f"[{SEPARATORS}]")
_ITEM: Final = re.compile(
    rf'(?P<item> *"(?P<quoted>[^"\r\n]+)" *|[^{SEPARATORS}]*)(?:[{SEPARATORS}]|\Z)'
)
_BLANKS: Final = re.compile(r"\s+")


def read_names(text: str, known: Iterable[str] = ()) -> list[str]:
    """The names in a text, in its order, each once.

    known: names that may occur in it. If consecutive pieces form one of them, ignoring case and
    spaces, the longest such name is taken, as spelled in `known`. A name in quotation marks is
    taken literally.

    >>> read_names("3,3'-diindolylmethane, digoxin", ["3,3'-Diindolylmethane"])
    ["3,3'-Diindolylmethane", 'digoxin']
    """
    n_pieces = {name: len(_SEPARATOR.split(name)) for name in known if _SEPARATOR.search(name)}
    whole = {_key(name): name for name, n in n_pieces.items() if n <= MAX_PIECES}
    longest = max((n_pieces[name] for name in whole.values()), default=1)
    items = list(_ITEM.finditer(text))
    names: dict[str, None] = {}
    place = 0
    while place < len(items):
        name, n_taken = items[place]["quoted"] or items[place]["item"], 1
        for width in range(min(longest, len(items) - place), 1, -1):
            pieces = text[items[place].start() : items[place + width - 1].end("item")]
            if found := whole.get(_key(pieces)):
                name, n_taken = found, width
                break
        names[name.strip()] = None
        place += n_taken
    return [name for name in names if name]


def written(names: Iterable[str]) -> str:
    """The names as a list that `read_names` can read, if it knows the names that contain commas.

    >>> written(["digoxin", "ouabain"]), written(["1,2-x", "5-y"])
    ('digoxin,ouabain', '1,2-x;5-y')
    """
    names = list(names)
    return (";" if any("," in name for name in names) else ",").join(names)


def read_drugs(compendium: Compendium, names: Iterable[str]) -> list[str]:
    """Names and pert_ids, in a text or one by one; names of the compendium stay whole."""
    return _read(names, compendium.compounds[fields.PERT_INAME])


def read_moas(compendium: Compendium, names: Iterable[str]) -> list[str]:
    """MOAs and target classes, in a text or one by one; those of the compendium stay whole."""
    return _read(names, compendium.compound_classes[fields.MOA])


def read_cells(compendium: Compendium, names: Iterable[str]) -> list[str]:
    """Cell lines, in a text or one by one; those of the compendium stay whole."""
    return _read(names, compendium.cell_lines)


def _read(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """A text is read by `read_names`; names that come one by one are not split."""
    if isinstance(names, str):
        return read_names(names, known)
    return [name.strip() for name in names if name.strip()]


def _key(name: str) -> str:
    return _BLANKS.sub("", name).casefold()
