"""Tables on screen."""

import pandas as pd

from pages._shared.tables import savable


def test_what_rounds_to_zero_has_no_minus() -> None:
    table = pd.DataFrame({"name": ["a", "b", "c"], "by": [-0.0004, -0.0006, None]})
    shown = savable(table, simulated=False, signed=["by"])
    assert [f"{value:+.3f}" for value in shown["by"]] == ["+0.000", "-0.001", "+nan"]
    assert f"{savable(table, simulated=False)['by'][0]:+.3f}" == "-0.000"


def test_simulated_data_are_marked_and_formulas_defused() -> None:
    shown = savable(pd.DataFrame({"name": ["=1+1"]}), simulated=True)
    assert shown.to_dict("list") == {"name": ["'=1+1"], "Data": ["SIMULATED"]}
