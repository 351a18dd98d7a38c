"""All that is known of a drug, against filtering by hand."""

from dataclasses import replace

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.analyses.compound.result import by_cell_line, find, in_models, neighbors
from gpar_core.data.compendium import Compendium
from gpar_core.errors import NotFoundError
from tests.saved_model import SUMMARY, ranking


def test_a_drug_is_found_by_name_or_id_with_all_its_signatures(tiny: Compendium) -> None:
    found = find(tiny, "HDAC0")
    assert find(tiny, found.first_known(fields.PERT_ID)).drug == found.drug == "hdac0"
    own = tiny.signatures[tiny.signatures[fields.DRUG] == "hdac0"]
    assert found.rows.tolist() == own.index.tolist()
    assert found.signatures[fields.SIG_ID].tolist() == own[fields.SIG_ID].tolist()
    assert found.moas == ("HDAC inhibitor",)
    assert find(tiny, "dark0").moas == ()
    assert found.first_known(fields.SMILES) == ""


def test_who_is_not_there_is_an_error(tiny: Compendium) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        find(tiny, "nobody")


def test_activity_is_told_by_cell_line(tiny: Compendium) -> None:
    found = find(tiny, "hdac0")
    table = by_cell_line(found)
    assert table["n_signatures"].sum() == len(found.rows)
    assert table["median_tas"].is_monotonic_decreasing
    for row in table.to_dict("records"):
        of_cell = found.signatures[found.signatures[fields.CELL_ID] == row["cell_id"]]
        assert row["median_tas"] == of_cell[fields.TAS].median()
        assert row["max_tas"] == of_cell[fields.TAS].max()


def test_each_model_says_which_part_the_drug_plays(tiny: Compendium) -> None:
    found = find(tiny, "hdac0")
    table = ranking(("alpha", "hdac0", "gamma"))
    ranked = replace(SUMMARY, model_id="r" * 20, drugs=("alpha",)), table
    trained = replace(SUMMARY, model_id="t" * 20, drugs=("hdac0",)), ranking()
    negative = replace(SUMMARY, model_id="n" * 20, drugs=("mtor0",)), ranking()
    said = in_models(found, [negative, trained, ranked]).set_index("model_id")
    assert said["role"].to_dict() == {
        "r" * 20: "ranked", "t" * 20: "training drug", "n" * 20: "negative set",
    }  # fmt: skip
    assert said.index[0] == "r" * 20
    assert said.loc["r" * 20, ["rank", "n_ranked", "k"]].tolist() == [2, 3, 6]
    assert said.loc["t" * 20, ["rank", "es"]].isna().all()
    assert in_models(found, []).empty


def test_neighbors_are_those_of_all_pairs_of_signatures(tiny: Compendium) -> None:
    compound = find(tiny, "hdac0")
    table = neighbors(compound, tiny).set_index(fields.PERT_INAME)
    signatures = tiny.signatures
    unit = tiny.matrix / np.linalg.norm(tiny.matrix, axis=1, keepdims=True)
    others = np.flatnonzero(
        signatures[fields.REPRESENTATIVE] & (signatures[fields.DRUG] != compound.drug)
    )
    best: dict[str, float] = {}
    near: dict[str, set[int]] = {}
    for own in compound.rows:
        cosines = {int(row): float(unit[own] @ unit[row]) for row in others}
        for row in sorted(cosines, key=cosines.__getitem__, reverse=True)[:10]:
            name = str(signatures[fields.PERT_INAME].iloc[row])
            best[name] = max(best.get(name, -1.0), cosines[row])
            near.setdefault(name, set()).add(int(own))
    assert set(table.index) == set(best)
    for name, cosine in best.items():
        assert table.loc[name, "cosine"] == pytest.approx(cosine, abs=1e-5)
        assert table.loc[name, "n_near"] == len(near[name])
    assert table["cosine"].is_monotonic_decreasing
