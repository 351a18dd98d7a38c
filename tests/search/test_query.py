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


def test_each_list_may_have_ids_of_its_own() -> None:
    entrez = [str(each) for each in fields.LANDMARK_IDS[20:40]]
    query, match = of_lists("mixed", SYMBOLS[:30], entrez)
    assert query.down.tolist() == list(range(20, 40))[10:]
    assert match.down.n_found == 20
    assert match.both == SYMBOLS[20:30]


def test_a_list_without_a_landmark_gene_is_told() -> None:
    query, match = of_lists("half", SYMBOLS[:20], ["FOO", "BAR"])
    assert not len(query.down)
    assert "No gene of the down list is a landmark gene" in match.warnings[0]


def test_an_alias_up_and_the_gene_itself_down_contradict_each_other() -> None:
    place, alias = next(
        (place, row["unambiguous_aliases"].split("|")[0])
        for place, row in enumerate(fields.LANDMARKS)
        if row["unambiguous_aliases"]
    )
    others = [each for i, each in enumerate(SYMBOLS) if i != place]
    query, match = of_lists("alias", [alias, *others[:20]], [SYMBOLS[place], *others[20:40]])
    assert match.both == (SYMBOLS[place],)
    assert place not in query.genes


def test_ensembl_ids_of_the_mouse_are_named() -> None:
    with pytest.raises(RequestError, match="genes of mouse"):
        of_lists("mouse", [f"ENSMUSG{number:011}" for number in range(20)], [])


@pytest.mark.parametrize("n", [1, 2])
def test_numbers_agree_in_warnings(n: int) -> None:
    _, match = of_lists("few", SYMBOLS[: 20 + n], SYMBOLS[20:40])
    said = " ".join(match.warnings)
    assert ("1 gene is in both lists and counts" in said) == (n == 1)
    _, match = of_lists("few", SYMBOLS[:n], [])
    assert ("1 landmark gene." in match.warnings[0]) == (n == 1)
