"""What passes the filters of a ranked list, and what is offered where nothing does."""

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from pages._model.ranking_filters import (
    ANY_P,
    Filters,
    Relaxation,
    masks,
    passing,
    relaxations,
    usual_minimum,
)

RANKING = pd.DataFrame(
    {
        fields.PERT_ID: ["P0", "P1", "P2", "P3"],
        fields.PERT_INAME: ["alpha", "beta", "gamma", "delta"],
        fields.PERT_IDS: ["P0|P9", "P1", "P2", "P3"],
        fields.NAMES: ["alpha|alpha hydrochloride", "beta", "gamma", "delta"],
        fields.MOA: ["A inhibitor", "B inhibitor", "", "A inhibitor"],
        "k": [6, 2, 8, 5],
        "p": [0.001, 0.002, 0.3, 0.01],
    }
)
STRUCTURES = pd.DataFrame({fields.PERT_ID: ["P0", "P1", "P3"], "similarity": [0.9, 0.2, 0.3]})


def shown(filters: Filters, structures: pd.DataFrame | None = STRUCTURES) -> pd.DataFrame:
    return passing(RANKING, masks(RANKING, filters, structures))


def ways(filters: Filters) -> list[Relaxation]:
    return relaxations(RANKING, filters, masks(RANKING, filters, STRUCTURES))


@pytest.mark.parametrize("minimum", [1, 5, 9])
@pytest.mark.parametrize("p", [0.005, 0.05, ANY_P])
@pytest.mark.parametrize("find", ["", " A INHIB", "p3", "nobody"])
@pytest.mark.parametrize("similarity", [0.25, 0.5, 1.0])
def test_a_compound_passes_if_every_filter_lets_it(
    minimum: int, p: float, find: str, similarity: float
) -> None:
    of_structures = dict(STRUCTURES.itertuples(index=False))
    expected = []
    for row in RANKING.to_dict("records"):
        text = f"{row[fields.PERT_INAME]} {row[fields.PERT_ID]} {row[fields.MOA]}"
        alike = of_structures.get(row[fields.PERT_ID], np.inf)
        if (
            row["k"] >= minimum
            and row["p"] < p
            and find.strip().lower() in text.lower()
            and (similarity == 1 or alike <= similarity)
        ):
            expected.append(row[fields.PERT_INAME])
    filters = Filters(minimum, p, find, similarity)
    assert shown(filters)[fields.PERT_INAME].tolist() == expected
    for way in [] if expected else ways(filters):
        relaxed = Filters(**(vars(filters) | dict(way.changes)))
        n = len(shown(relaxed))
        assert n > 0
        assert f"to see {n} compound" in way.label


def test_a_compound_is_found_by_its_target() -> None:
    with_targets = RANKING.assign(target=["", "DRD2|HTR2A", "", "HTR2A"])
    found = passing(with_targets, masks(with_targets, Filters(find="htr2"), None))
    assert found[fields.PERT_INAME].tolist() == ["beta", "delta"]


def test_what_is_found_keeps_its_place_among_the_significant() -> None:
    assert shown(Filters(5, 0.05, "delta"))["rank"].tolist() == [2]
    assert shown(Filters(1, 0.05, "delta"))["rank"].tolist() == [3]


def test_without_structures_the_similarity_limits_nothing() -> None:
    assert len(shown(Filters(similarity=0.1), None)) == 4


def test_the_filters_say_what_they_ask_for() -> None:
    assert str(Filters()) == ""
    assert str(Filters(5, 0.05, " statin ", 0.4)) == (
        "at least 5 signatures, p below 0.05, Find 'statin', similarity at most 0.40"
    )


def test_what_empties_the_list_is_named_and_relaxed_to_what_is_there() -> None:
    (way,) = ways(Filters(min_signatures=7, max_p=0.05))[:1]
    assert way.why == "None has 7 signatures; the maximum is 6."
    assert way.label == "Lower the minimum to 6 signatures to see 1 compound"
    assert way.changes == {"min_signatures": 6}
    assert [each.changes for each in ways(Filters(find="nobody"))] == [{"find": ""}]
    assert [each.changes for each in ways(Filters(similarity=0.1))] == [{"similarity": 1.0}]
    (way,) = ways(Filters(max_p=0.05, find="gamma"))[:1]
    assert (way.why, way.changes) == (
        "None has p below 0.05; the lowest p is 0.3.",
        {"max_p": 1.01},
    )


def test_where_no_single_filter_is_to_blame_all_are_removed() -> None:
    (way,) = ways(Filters(9, 0.05, "nobody", 0.1))
    assert way.label == "Remove all filters to see 4 compounds"
    assert Filters(**way.changes) == Filters()


@pytest.mark.parametrize(("most", "minimum"), [(4, 1), (5, 5), (9, 5)])
def test_the_papers_minimum_is_usual_where_a_compound_reaches_it(most: int, minimum: int) -> None:
    assert usual_minimum(pd.DataFrame({"k": [1, most]})) == minimum
