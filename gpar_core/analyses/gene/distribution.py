"""How the z-scores of a gene are distributed over a compendium."""

import numpy as np
import pandas as pd

from gpar_core import fields

CHANGED = 2.0
"""|z| from which a gene counts as changed in one signature."""
END, WIDTH = 10.0, 0.5
"""Of the histogram: what lies beyond the ends counts in the last bins."""
SHOWN = (
    fields.CELL_ID, fields.DOSE, fields.DOSE_UNIT, fields.TIME, fields.TIME_UNIT, fields.TAS,
    fields.SIG_ID,
)  # fmt: skip


def described(z: np.ndarray, groups: np.ndarray, name: str) -> pd.DataFrame:
    """Groups of signatures, the largest first.

    z: (n,) z-scores. groups: (n,) text. name: of the column with the groups.

    Returns the groups and
    n_signatures; mean_z and sd_z.
    up, down: share of the signatures with z >= `CHANGED`, and with z <= -`CHANGED`.
    """
    table = pd.DataFrame(
        {name: groups, "z": np.asarray(z, float), "up": z >= CHANGED, "down": z <= -CHANGED}
    )
    found = table.groupby(name, observed=True).agg(
        n_signatures=("z", "size"),
        mean_z=("z", "mean"),
        sd_z=("z", "std"),
        up=("up", "mean"),
        down=("down", "mean"),
    )
    found = found.reset_index()
    return found.sort_values(["n_signatures", name], ascending=[False, True], ignore_index=True)


def histogram(z: np.ndarray, kinds: np.ndarray) -> pd.DataFrame:
    """The z-scores in bins, for each kind of perturbagen.

    z: (n,). kinds: (n,) text. Returns kind, start and end of the bin, n_signatures, and share of
    the kind's signatures. Bins without signatures are left out.
    """
    edges = np.arange(-END, END + WIDTH, WIDTH)
    place = np.clip(np.floor((z + END) / WIDTH), 0, len(edges) - 2).astype(int)
    table = pd.DataFrame({"kind": kinds, "start": edges[place]})
    counts = table.groupby(["kind", "start"], observed=True).size()
    found = counts.rename("n_signatures").reset_index()
    whole = found.groupby("kind", observed=True)["n_signatures"].transform("sum")
    found = found.assign(end=found["start"] + WIDTH, share=found["n_signatures"] / whole)
    return found[["kind", "start", "end", "n_signatures", "share"]]


def signatures_of(signatures: pd.DataFrame, z: np.ndarray, drug: str) -> pd.DataFrame:
    """The signatures of one perturbagen, by cell line, dose and time: z and `SHOWN`.

    signatures: `Compendium.signatures`. z: (n,).
    """
    rows = np.flatnonzero(signatures[fields.DRUG] == drug)
    own = signatures[list(SHOWN)].iloc[rows]
    own.insert(0, "z", np.asarray(z)[rows])
    order = [fields.CELL_ID, fields.DOSE, fields.TIME, fields.SIG_ID]
    return own.sort_values(order, ignore_index=True)


def place_by_spread(spread: np.ndarray, place: int) -> int:
    """The rank of a gene by its spread, 1 for the gene that varies most. spread: (978,)."""
    return int((spread > spread[place]).sum()) + 1
