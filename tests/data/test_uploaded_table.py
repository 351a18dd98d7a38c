"""Uploaded tables: kept under what they hold, and refused where they are damaged."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.data.uploaded_table import TABLE, load, save, table_id
from gpar_core.errors import DataError
from gpar_core.storage.cache import MANIFEST

LABELS = pd.DataFrame({"pert_id": ["", "BRD-1"], "label": ["é|pain", "=1+1"]})
PLACES = pd.DataFrame(
    {"sig_id": ["a", "b"], "x": np.float32([0.1, 1e-30]), "y": np.float32([3, 4])}
)


@pytest.mark.parametrize("table", [LABELS, PLACES])
def test_a_table_is_kept_under_what_it_holds(table: pd.DataFrame, tmp_path: Path) -> None:
    save(table, tmp_path)
    pd.testing.assert_frame_equal(load(tmp_path), table)
    assert table_id(table) == table_id(load(tmp_path))
    assert table_id(table) != table_id(table.iloc[1:])
    assert table_id(LABELS) != table_id(PLACES)


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    save(LABELS, tmp_path)
    (tmp_path / MANIFEST).write_text('{"format_version": 1, "id": "0"}', encoding="utf-8")
    with pytest.raises(DataError, match="not the table that was uploaded"):
        load(tmp_path)
    (tmp_path / TABLE).write_bytes(b"PAR1")
    with pytest.raises(DataError, match="Upload the file again"):
        load(tmp_path)
