"""Gene lists as people have them."""

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.errors import RequestError
from gpar_core.search.query import FEW_GENES, MAX_GENES, of_lists, of_profile

SYMBOLS = fields.LANDMARK_SYMBOLS


def test_names_of_any_kind_are_found_and_others_are_told() -> None:
    up = [SYMBOLS[3].lower(), f" {SYMBOLS[1]} ", SYMBOLS[3], "NOT-A-GENE", ""]
    query, match = of_lists("mine", up, list(SYMBOLS[10:30]))
    assert query.up.tolist() == [1, 3]
    assert query.down.tolist() == list(range(10, 30))
    assert (match.up.n_given, match.up.n_found, match.up.missing) == (4, 2, ("NOT-A-GENE",))
    assert match.down.n_found == 20
    assert len(match.warnings) == 1
    assert "The up list has 2 landmark genes" in match.warnings[0]


def test_entrez_ids_are_found_too() -> None:
    query, _ = of_lists("ids", [str(fields.LANDMARK_IDS[5])], [])
    assert query.up.tolist() == [5]


def test_a_gene_in_both_lists_counts_in_neither_and_is_told() -> None:
    query, match = of_lists("both", SYMBOLS[:20], SYMBOLS[19:40])
    assert 19 not in query.genes
    assert match.both == (SYMBOLS[19],)
    assert "in both lists" in match.warnings[0]


def test_lists_of_enough_genes_have_no_warning() -> None:
    _, match = of_lists("fine", SYMBOLS[:FEW_GENES], SYMBOLS[FEW_GENES : 2 * FEW_GENES])
    assert match.warnings == ()


@pytest.mark.parametrize(
    ("up", "down", "said"),
    [
        ([], [], "no genes"),
        (["", " "], [], "no genes"),
        (["FOO", "BAR"], [], "None of the 2 names"),
        (["1007_s_at"] * 9, [], "None of the 1 names"),
        ([f"{n}_at" for n in range(1000, 1010)], [], "Affymetrix"),
        (SYMBOLS[:3], SYMBOLS[:3], "in both lists"),
        ([symbol.capitalize() for symbol in SYMBOLS[:30]], [], "genes of mouse"),
        ([f"g{n}" for n in range(MAX_GENES + 1)], [], "the limit is"),
        (["<script>", "=1+1", "'; DROP TABLE"], [], "None of the 3 names"),
    ],
)
def test_a_query_that_cannot_be_is_refused(up: list[str], down: list[str], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        of_lists("bad", up, down)


def test_the_lists_of_a_profile_are_its_two_ends() -> None:
    profile = np.linspace(-3, 5, fields.N_LANDMARKS)
    query = of_profile("line", profile, n_genes=20)
    assert query.up.tolist() == list(range(958, 978))
    assert query.down.tolist() == list(range(20))
    assert query.direction.sum() == 0


def test_a_profile_without_a_negative_value_has_no_down_list() -> None:
    profile = np.zeros(fields.N_LANDMARKS)
    profile[[4, 7]] = 1, 2
    query = of_profile("two", profile)
    assert query.up.tolist() == [4, 7]
    assert not len(query.down)
    with pytest.raises(RequestError, match="0 for every gene"):
        of_profile("none", np.zeros(fields.N_LANDMARKS))
