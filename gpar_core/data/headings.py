"""Find a column of a table by its heading, in any spelling."""

import re
from collections.abc import Sequence

from gpar_core import fields


def place_of(name: str, header: Sequence[str], others: Sequence[str] = ()) -> int:
    """Position of the column `name` in a header, -1 if missing.

    It may have its own name, one of `fields.ALIASES` or one of `others`; the first one present
    counts. Case, spaces and signs are ignored only if there is no exact match.

    >>> place_of("pert_iname", ["MOA", "Pert iname"])
    1
    """
    names = (name, *fields.ALIASES.get(name, ()), *others)
    tidy = [_tidied(each) for each in header]
    as_written = (header.index(each) for each in names if each in header)
    otherwise = (tidy.index(_tidied(each)) for each in names if _tidied(each) in tidy)
    return next(as_written, next(otherwise, -1))


def _tidied(heading: str) -> str:
    return re.sub(r"[\W_]+", "_", heading.casefold()).strip("_")
