"""Write signatures as AnnData (.h5ad), for scanpy and pertpy."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from gpar_core import __version__, fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.exported import OWN
from gpar_core.formats.signature_table import BLOCK_ROWS, described


def write_h5ad(
    path: Path,
    compendium: Compendium,
    rows: np.ndarray | None = None,
    *,
    obs: pd.DataFrame | None = None,
    obsm: Mapping[str, np.ndarray] | None = None,
    obsp: Mapping[str, Any] | None = None,
) -> None:
    """Write signatures x landmark genes; memory does not grow with the number of signatures.

    rows: (n,) of the compendium, all by default. obs: further columns of the n signatures. obsm,
    obsp: arrays (n, d) and sparse matrices (n, n) by name, such as X_umap.

    The file has X: float32 z-scores; obs: `described`, by sig_id; var: entrez and ensembl, by
    symbol; uns['gpar']: header (JSON: name, source, simulated, compact, fingerprint, filters,
    GPAR's version) and compounds, `fields.COMPOUND_COLUMNS`. Raises OSError.
    """
    from anndata.io import write_elem  # noqa: PLC0415 -- it takes a second

    rows = np.arange(compendium.n_signatures) if rows is None else rows
    signatures = described(compendium, rows)
    if obs is not None:
        signatures = pd.concat([signatures, obs.set_index(signatures.index)], axis=1)
    genes = pd.DataFrame(
        {
            "entrez": fields.LANDMARK_IDS,
            "ensembl": [gene["ensembl_id"] for gene in fields.LANDMARKS],
        },
        index=pd.Index(fields.LANDMARK_SYMBOLS, name="symbol"),
    )
    header = {
        "name": compendium.name,
        "source": compendium.source,
        "simulated": compendium.simulated,
        "compact": compendium.compact,
        "fingerprint": compendium.fingerprint,
        "filters": [each.as_json() for each in compendium.filters],
        "gpar_version": __version__,
    }
    compounds = _plain(compendium.compounds).set_axis(
        [str(row) for row in range(compendium.n_compounds)], axis=0
    )
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        shape = (len(rows), fields.N_LANDMARKS)
        values = file.create_dataset("X", shape, np.float32, chunks=(min(256, len(rows)), shape[1]))
        values.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
        for start in range(0, len(rows), BLOCK_ROWS):
            block = rows[start : start + BLOCK_ROWS]
            values[start : start + len(block)] = compendium.matrix[block]
        write_elem(file, "obs", _plain(signatures))
        write_elem(file, "var", genes)
        write_elem(file, "obsm", dict(obsm or {}))
        write_elem(file, "obsp", dict(obsp or {}))
        for empty in ("layers", "varm", "varp"):
            write_elem(file, empty, {})
        write_elem(file, "uns", {OWN: {"header": json.dumps(header), "compounds": compounds}})


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """The table with text as Python strings, which every version of anndata reads."""
    texts = [
        str(name)
        for name, dtype in table.dtypes.items()
        if isinstance(dtype, pd.StringDtype) or dtype.kind == "O"
    ]
    return table.assign(**{name: table[name].astype(object).fillna("") for name in texts})
