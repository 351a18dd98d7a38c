"""The sentence that says whether a search found anything."""

import pandas as pd
import pytest

from gpar_core.analyses.signature_search.verdict import (
    clear_classes,
    of_classes,
    stands_out,
    verdict,
)
from gpar_core.data.class_names import TARGET


def compounds(*rows: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["connectivity", "fdr"])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(0.9, 0.01), (0.8, 0.02), (-0.7, 0.03), (-0.1, 0.9)], "4 compounds, 2 mimic and one rev"),
        ([(0.9, 0.01), (-0.7, 0.05)], "2 compounds, one mimics and none reverses the query"),
        ([(0.9, 0.3), (-0.7, 0.01), (-0.8, 0.01)], "3 compounds, none mimics and 2 reverse the"),
    ],
)
def test_each_side_is_counted(rows: list[tuple[float, float]], said: str) -> None:
    assert said in verdict(compounds(*rows))
    assert stands_out(compounds(*rows))


def test_a_query_is_not_counted_among_what_mimics_it() -> None:
    found = compounds((0.9, 0.01), (0.8, 0.02), (-0.7, 0.5)).assign(drug=["own", "b", "c"])
    said = verdict(found, query="own")
    assert said.startswith("Of 2 compounds besides the query, one mimics and none reverses it")
    assert said.endswith("with an FDR below 0.05.")
    assert verdict(found, query="not here") == verdict(found)
    assert stands_out(found.iloc[[0]])
    assert not stands_out(found.iloc[[0]], query="own")
    assert verdict(found.iloc[[0, 2]], query="own").startswith("No compound stands out: none of 1")


def test_nothing_significant_is_said_first() -> None:
    weak = compounds((0.9, 0.05), (-0.7, 0.4))
    assert verdict(weak).startswith("No compound stands out: none of 2 has an FDR below 0.05.")
    assert not stands_out(weak)


@pytest.mark.parametrize(
    ("fdr", "said"),
    [
        ([0.01, 0.2, 0.3], "1 of 3 MOAs has an FDR below 0.05: one mimics, none reverses."),
        ([0.01, 0.02, 0.3], "2 of 3 MOAs have an FDR below 0.05: one mimics, one reverses."),
        ([0.05, 0.2], "No MOA stands out: none of 2 has an FDR below 0.05."),
    ],
)
def test_moas_are_counted(fdr: list[float], said: str) -> None:
    auroc = [0.9, 0.1, 0.5][: len(fdr)]
    assert of_classes(pd.DataFrame({"fdr": fdr, "moa_auroc": auroc})) == said


def test_classes_without_a_low_fdr_are_not_named() -> None:
    queries = pd.DataFrame(
        {
            "top_moa": ["A inhibitor", "B agonist", None],
            "top_moa_fdr": [0.01, 0.2, float("nan")],
            "top_target": ["target: DRD2", "", None],
            "top_target_fdr": [0.049, float("nan"), float("nan")],
        }
    )
    assert clear_classes(queries).to_dict("list") == {
        "top_moa": ["A inhibitor", "", ""], "top_target": ["DRD2", "", ""],
    }  # fmt: skip
    assert clear_classes(queries[["top_moa", "top_moa_fdr"]]).columns.tolist() == ["top_moa"]


def test_targets_are_counted_as_targets() -> None:
    table = pd.DataFrame({"fdr": [0.01, 0.2], "target_auroc": [0.2, 0.5]})
    said = "1 of 2 targets has an FDR below 0.05: none mimics, one reverses."
    assert of_classes(table, TARGET) == said
    assert of_classes(table.iloc[1:], TARGET).startswith("No target stands out: none of 1")
