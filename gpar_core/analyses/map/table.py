"""The points of a map as a table."""

from typing import Final

import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium

DESCRIBED: Final = (
    fields.SIG_ID, fields.PERT_ID, fields.PERT_INAME, fields.CELL_ID, fields.DOSE,
    fields.DOSE_UNIT, fields.TIME, fields.TIME_UNIT,
)  # fmt: skip


def described_points(compendium: Compendium, points: pd.DataFrame) -> pd.DataFrame:
    """`DESCRIBED`, x and y of each point.

    compendium: with the perturbagens of the map. points: row (of the compendium), x, y.
    """
    described = compendium.signatures[list(DESCRIBED)].iloc[points["row"]]
    return described.reset_index(drop=True).assign(
        x=points["x"].to_numpy(), y=points["y"].to_numpy()
    )
