"""Read JSON back into the frozen dataclass that it was written from, checking every type."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TypeVar

import msgspec

from gpar_core.errors import DataError

T = TypeVar("T")


def as_dataclass(kind: type[T], content: object) -> T:
    """Convert `content`, from `json.loads`, to a `kind`.

    Lists become tuples. Raises DataError if a part is missing, unknown or of another type, with
    words that continue a sentence after "it".
    """
    try:
        made = msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        _, _, place = str(error).partition(" - at `$.")
        where = f"the part '{place[:80].rstrip('`')}'" if place else "a part"
        raise DataError(f"{where} in it is missing or of the wrong type") from error
    _check_known(made, content)
    return made


def _check_known(made: object, content: object) -> None:
    """Refuse fields that `made` does not have: a later version wrote them."""
    if not is_dataclass(made) or not isinstance(content, Mapping):
        return
    if unknown := sorted(set(content) - {each.name for each in fields(made)}):
        raise DataError(f"the part '{unknown[0][:80]}' in it is unknown")
    for name, value in content.items():
        _check_known(getattr(made, name), value)
