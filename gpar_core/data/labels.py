"""Class labels of compounds other than MOA: therapeutic class, indication, side effect, target.

A compendium with labels in place of its MOAs supports every analysis that MOAs do.
"""

from dataclasses import replace
from itertools import islice
from typing import Final

import pandas as pd

from gpar_core import fields
from gpar_core.data.annotation import MoaMatch, match_moas
from gpar_core.data.compendium import Compendium
from gpar_core.data.delimited import read_cells
from gpar_core.data.headings import place_of
from gpar_core.data.moa_names import moas_in
from gpar_core.data.moa_tables import HEADINGS, moa_table
from gpar_core.data.target_names import are_targets, targets_in
from gpar_core.errors import AnnotationError

LABEL: Final = "label"

MAX_BYTES: Final = 20 * 2**20

NAME_COLUMNS: Final = (fields.PERT_INAME, *HEADINGS[fields.PERT_INAME])
ID_COLUMNS: Final = (fields.PERT_ID, "broad_id", *HEADINGS[fields.PERT_ID])
LABEL_COLUMNS: Final = (
    LABEL, "class", "therapeutic_class", "indication", "side_effect", "disease_area", fields.MOA,
    *HEADINGS[fields.MOA], fields.TARGET, *HEADINGS[fields.TARGET],
)  # fmt: skip


def read_labels(content: bytes, name: str) -> pd.DataFrame:
    """The labels in a CSV or TSV table: pert_id, pert_iname, label, all text.

    content: of the file `name`, whose first line (after those that begin with '!') names the
    columns: one of `NAME_COLUMNS` or `ID_COLUMNS`, and one of `LABEL_COLUMNS`, in any case.
    Multiple labels of one compound are on separate lines or joined by '|' or ';'; symbols of
    targets also by commas. Raises AnnotationError.
    """
    columns, rows = read_cells(content, name, needed=_needed(), max_bytes=MAX_BYTES)
    place = {
        kind: place_of(kind, columns, known)
        for kind, known in (
            (fields.PERT_ID, ID_COLUMNS),
            (fields.PERT_INAME, NAME_COLUMNS),
            (LABEL, LABEL_COLUMNS),
        )
    }
    if place[LABEL] < 0 or place[fields.PERT_ID] == place[fields.PERT_INAME] == -1:
        shown = ", ".join(islice(columns, 10))[:200]
        raise AnnotationError(f"'{name}' has the columns {shown}. {_needed()}")

    def cell(row: list[str], where: int) -> str:
        return row[where].strip() if 0 <= where < len(row) else ""

    table = pd.DataFrame(
        [[cell(row, where) for where in place.values()] for row in rows], columns=list(place)
    )
    if are_targets(table[LABEL]):
        table[LABEL] = table[LABEL].map(targets_in).str.join(fields.MOA_SEPARATOR)
    table = table[table[LABEL].map(moas_in).map(bool)]
    if table.empty:
        raise AnnotationError(f"'{name}' has no labeled compound. {_needed()}")
    return table.drop_duplicates(ignore_index=True)


def relabelled(compendium: Compendium, labels: pd.DataFrame) -> tuple[Compendium, MoaMatch]:
    """The compendium with these labels in place of its MOAs, and how they matched.

    labels: from `read_labels`. Annotated compounds stay annotated. Raises AnnotationError if no
    compound has a label.
    """
    own = compendium.compounds
    table = labels.rename(columns={LABEL: fields.MOA}).assign(annotated=True)
    match = match_moas(own.drop(columns=[fields.MOA, fields.ANNOTATED]), [moa_table(LABEL, table)])
    if match.n_matched == 0:
        raise AnnotationError(
            f"None of the {len(labels):,} labeled compounds is in '{compendium.name}'. The first "
            f"is '{match.unmatched[0][:80]}'. Use the names or pert_ids of the compendium."
        )
    annotated = match.compounds[fields.ANNOTATED] | own[fields.ANNOTATED]
    compounds = match.compounds.assign(annotated=annotated, target=own[fields.TARGET])
    return replace(compendium, compounds=compounds[list(fields.COMPOUND_COLUMNS)]), match


def _needed() -> str:
    return (
        "Use a CSV or TSV file whose first line names a column of compounds "
        f"({', '.join((*NAME_COLUMNS[:4], ID_COLUMNS[0]))}) and one of labels "
        f"({', '.join(LABEL_COLUMNS[:5])})."
    )
