"""Which signatures a map shows."""

import numpy as np

from gpar_core.analyses.map.selection import selected_rows
from gpar_core.data.compendium import Compendium


def test_nothing_chosen_is_everything(tiny: Compendium) -> None:
    np.testing.assert_array_equal(selected_rows(tiny), np.arange(tiny.n_signatures))


def test_every_choice_narrows(tiny: Compendium) -> None:
    rows = selected_rows(tiny, cells=["MCF7"], moas=["HDAC inhibitor"], representatives=True)
    shown = tiny.signatures.iloc[rows]
    assert set(shown["drug"]) == {"hdac0", "hdac1", "hdac2", "hdac3", "both"}
    assert set(shown["cell_id"]) == {"MCF7"}
    assert shown["representative"].all()
    assert len(selected_rows(tiny, cells=["MCF7"], moas=["HDAC inhibitor"])) > len(rows)
    several = selected_rows(tiny, cells=["MCF7"], moas=["HDAC inhibitor", "MTOR inhibitor"])
    assert set(rows) < set(several)
