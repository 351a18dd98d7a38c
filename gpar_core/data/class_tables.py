"""Tables of classes of drugs: MOAs, targets, or both."""

import pandas as pd

from gpar_core import fields
from gpar_core.data.class_names import CHOICES, MOAS, TARGETS
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError


def class_table(compendium: Compendium, choice: str) -> pd.DataFrame:
    """`Compendium.moas`, `Compendium.targets`, or both. Raises RequestError for another choice."""
    _check(choice)
    tables = {MOAS: [compendium.moas], TARGETS: [compendium.targets]}
    return pd.concat(tables.get(choice, [compendium.moas, compendium.targets]), ignore_index=True)


def class_pairs(compendium: Compendium, choice: str) -> pd.DataFrame:
    """One row per compound and class: pert_id, drug, moa. Raises RequestError."""
    _check(choice)
    of = {MOAS: compendium.compound_moas, TARGETS: compendium.compound_targets}
    return of.get(choice, compendium.compound_classes)


def known_columns(compendium: Compendium) -> list[str]:
    """Columns of `Compendium.drugs` that say what is known of a drug: MOAs, and targets if any."""
    return [fields.MOA] if compendium.targets.empty else [fields.MOA, fields.TARGET]


def listed(column: pd.Series) -> pd.Series:
    """Names joined by '|', joined by commas instead."""
    return column.str.replace(fields.MOA_SEPARATOR, ", ", regex=False)


def _check(choice: str) -> None:
    if choice not in CHOICES:
        raise RequestError(f"'{choice[:20]}' is not a choice of classes. Use {', '.join(CHOICES)}.")
