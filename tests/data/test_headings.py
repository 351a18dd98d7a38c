"""A column is found by its name, the names other tables give it, and any spelling of these."""

import pytest

from gpar_core.data.headings import place_of


@pytest.mark.parametrize(
    ("header", "place"),
    [
        (["moa", "pert_iname"], 1),
        (["cmap_name", "pert_iname"], 1),
        (["Pert_Iname", "cmap_name"], 1),
        (["PERT INAME"], 0),
        (["pert.iname"], 0),
        (["x", "Name"], 1),
        (["Name", "CMap name"], 1),
        (["names"], -1),
        ([], -1),
    ],
)
def test_where_a_column_stands(header: list[str], place: int) -> None:
    assert place_of("pert_iname", header, ["name"]) == place
