"""A planted class answers a query by one of its members; noise does not."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.errors import Cancelled, RequestError
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.saved_space import known_space
from gpar_core.progress import Progress
from gpar_core.search.query import of_profile
from gpar_core.search.scores import SCORES, SPACE
from gpar_core.search.search import connectivity, search
from gpar_core.search.significance import random_queries
from gpar_core.search.summary import by_quantile
from tests.search.queries import drawn
from tests.synthetic import build, drugs_of

CELLS = ("A375", "MCF7", "PC3")


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    drugs = [*drugs_of("X inhibitor", 5), *drugs_of("", 40)]
    return build(tmp_path_factory.mktemp("search"), drugs, cells=CELLS, effect=40.0)


def _own(compendium: Compendium) -> np.ndarray:
    rows = (compendium.signatures["drug"] == "x0").to_numpy()
    return np.asarray(compendium.matrix)[rows].mean(axis=0)


@pytest.mark.parametrize("score", SCORES)
def test_members_of_the_class_come_first_and_last_when_turned_round(
    compendium: Compendium, score: str
) -> None:
    members = {f"x{n}" for n in range(5)}
    found = search(compendium, of_profile("x0", _own(compendium)), score=score)["compounds"]
    assert set(found["drug"].head(5)) == members
    if score != "space":  # of so few compounds, those without a class reverse what is typical
        assert (found["p"].head(5) < 0.05).all()
    assert (found["n_mimic"].head(5) == 3).all()
    turned = of_profile("minus x0", -_own(compendium))
    reversed_ = search(compendium, turned, score=score)["compounds"]
    assert set(reversed_["drug"].tail(5)) == members
    assert (reversed_["n_reverse"].tail(5) == 3).all()


def test_in_the_space_a_compound_is_compared_as_a_whole(compendium: Compendium) -> None:
    """As one pools by hand: in each line its one signature, over lines their sum."""
    queries = [drawn(30, 20), of_profile("x0", _own(compendium))]
    found = connectivity(compendium, queries, "space")
    space = known_space(compendium, MatchingSettings(), seed=0)
    of = space.embeddings[-1]
    signatures = compendium.signatures
    code = space.codes(signatures["cell_id"].to_numpy())
    z = np.asarray(compendium.matrix, np.float64)
    off = z - of.center - of.shift[code]
    wanted = np.stack([queries[0].direction, queries[1].profile - of.center]).astype(float)

    def cosines(rows: np.ndarray) -> np.ndarray:
        one, other = rows @ of.matrix, wanted @ of.matrix
        one /= np.linalg.norm(one, axis=1, keepdims=True)
        return one @ (other / np.linalg.norm(other, axis=1, keepdims=True)).T

    np.testing.assert_allclose(found.signature, cosines(off), atol=1e-4)
    np.testing.assert_allclose(found.line[found.line_of], cosines(off), atol=1e-4)
    drug = signatures["drug"].to_numpy()
    summed = np.stack([off[drug == name].sum(axis=0) for name in found.drugs])
    np.testing.assert_allclose(found.drug, cosines(summed), atol=1e-4)


def test_tables_describe_every_signature_line_and_drug(compendium: Compendium) -> None:
    tables = search(compendium, drawn(30, 30), n_random=5)
    assert len(tables["signatures"]) == compendium.n_signatures
    assert len(tables["cells"]) == 45 * 3
    assert len(tables["compounds"]) == 45
    assert tables["compounds"]["n_signatures"].sum() == compendium.n_signatures
    assert tables["compounds"]["connectivity"].is_monotonic_decreasing


def test_random_genes_are_seldom_significant(compendium: Compendium) -> None:
    p = np.concatenate(
        [search(compendium, drawn(40, 40, seed=s), seed=s)["compounds"]["p"] for s in range(10)]
    )
    assert (p < 0.05).mean() < 0.1
    assert abs(p.mean() - 0.5) < 0.1


def test_the_same_seed_gives_the_same(compendium: Compendium) -> None:
    once, again = (search(compendium, drawn(30, 30), n_random=5)["compounds"] for _ in range(2))
    assert once.equals(again)


def test_a_cancelled_search_stops(compendium: Compendium) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        search(compendium, drawn(30, 30), report=stop)


def test_an_unknown_score_is_refused(compendium: Compendium) -> None:
    with pytest.raises(RequestError, match="no score 'best'"):
        search(compendium, drawn(30, 30), score="best")


def test_random_queries_have_the_same_sizes_and_no_gene_twice() -> None:
    for each in random_queries(drawn(12, 7), 20, seed=0):
        assert (len(each.up), len(each.down), len(each.genes)) == (12, 7, 19)


def test_a_random_query_of_a_profile_has_its_values_at_other_genes() -> None:
    query = of_profile("line", np.linspace(-3, 5, 978), n_genes=20)
    for each in random_queries(query, 5, seed=0):
        assert each.profile is not None
        np.testing.assert_allclose(np.sort(each.profile), query.profile)
        np.testing.assert_allclose(np.sort(each.profile[each.up]), query.profile[query.up])
        np.testing.assert_allclose(np.sort(each.profile[each.down]), query.profile[query.down])


def test_the_quantile_farther_from_zero_is_taken(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    score, group = rng.normal(size=(40, 2)), rng.permutation(np.arange(40) % 7)
    found = by_quantile(score, group, 7)
    for number in range(7):
        for column in range(2):
            own = score[group == number, column]
            high, low = np.quantile(own, 0.67), np.quantile(own, 0.33)
            expected = high if abs(high) >= abs(low) else low
            assert found[number, column] == pytest.approx(expected)


@pytest.mark.parametrize("score", sorted(SCORES))
@pytest.mark.parametrize(("n", "cells"), [(1, ("A375",)), (1, ("A375", "PC3")), (2, ("A375",))])
def test_the_smallest_compendia_are_searched_or_refused(
    tmp_path: Path, score: str, n: int, cells: tuple[str, ...]
) -> None:
    small = build(tmp_path / "small", drugs_of("", n), cells=cells)
    with np.errstate(all="raise"):
        if score == SPACE and n == 1:
            with pytest.raises(RequestError, match="at least 2 compounds"):
                search(small, drawn(20, 20), score=score)
        else:
            found = search(small, drawn(20, 20), score=score)
            assert len(found["compounds"]) == n
            assert found["compounds"]["p"].between(0, 1).all()
