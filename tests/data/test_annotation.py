"""MOAs find their compounds by id, structure, name and synonym, as comparing all by hand does."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from gpar_core.data.annotation import MoaMatch, match_moas
from gpar_core.data.moa_tables import MoaTable, moa_table

CITALOPRAM = "WSEQXVZVJXJVFP-UHFFFAOYSA-N"
ESCITALOPRAM = "WSEQXVZVJXJVFP-FQEVSTJZSA-N"
MIRROR = "WSEQXVZVJXJVFP-HXUWFJFHSA-N"
OTHER = "ABCDEFGHIJKLMN-UHFFFAOYSA-N"


def _compounds(*rows: dict[str, str]) -> pd.DataFrame:
    columns = ["pert_id", "pert_iname", "inchi_key", "pubchem_cid", "canonical_smiles"]
    return pd.DataFrame(rows).reindex(columns=columns).fillna("")


def _table(*rows: dict[str, str], name: str = "moa.tsv") -> MoaTable:
    return moa_table(name, pd.DataFrame(rows).fillna(""))


COMPOUNDS = _compounds(
    {"pert_id": "BRD-K11111111", "pert_iname": "alpha"},
    {"pert_id": "BRD-K22222222-001-02-3", "pert_iname": "Beta"},
    {"pert_id": "DB00003", "pert_iname": "gamma"},
    {"pert_id": "BRD-K44444444", "pert_iname": "MK-886"},
)


def _moas(*tables: MoaTable, compounds: pd.DataFrame = COMPOUNDS) -> list[str]:
    return match_moas(compounds, tables).compounds["moa"].tolist()


def _found(match: MoaMatch) -> list[tuple[str, str, str]]:
    return list(match.found.itertuples(index=False, name=None))


# ------------------------------------------------------------------------------------ keys


def test_moas_are_joined_by_id_whatever_the_batch() -> None:
    match = match_moas(
        COMPOUNDS,
        [
            _table(
                {"pert_id": "BRD-K11111111-003-01-7", "moa": "X"},
                {"pert_id": "BRD-K22222222", "moa": "Y"},
                {"pert_id": "DB00003", "moa": "Z"},
                {"pert_id": "DB99999", "moa": "W"},
            )
        ],
    )
    assert match.compounds["moa"].tolist() == ["X", "Y", "Z", ""]
    assert set(match.found["key"]) == {"id"}
    assert match.n_matched == 3
    assert match.unmatched == ("DB99999",)


def test_names_are_joined_without_case_and_tell_which_are_left() -> None:
    match = match_moas(
        COMPOUNDS,
        [_table(*({"pert_iname": n, "moa": "X"} for n in ("ALPHA", "beta", "omega")))],
    )
    assert match.compounds["moa"].tolist() == ["X", "X", "", ""]
    assert set(match.found["key"]) == {"name"}
    assert match.unmatched == ("omega",)


def test_the_id_counts_for_more_than_the_name() -> None:
    table = _table(
        {"pert_id": "BRD-K11111111", "pert_iname": "beta", "moa": "X"},
        {"pert_id": "BRD-K99999999", "pert_iname": "alpha", "moa": "Y"},
    )
    assert _moas(table) == ["X", "X", "", ""]


def test_one_structure_under_two_names_is_one_compound() -> None:
    compounds = _compounds({"pert_id": "A", "pert_iname": "ours", "inchi_key": CITALOPRAM})
    match = match_moas(
        compounds, [_table({"pert_iname": "theirs", "inchi_key": CITALOPRAM, "moa": "X"})]
    )
    assert _found(match) == [("A", "moa.tsv", "InChIKey")]


def test_the_first_block_stands_for_a_structure_where_it_is_the_only_one() -> None:
    compounds = _compounds({"pert_id": "A", "pert_iname": "ours", "inchi_key": ESCITALOPRAM})
    match = match_moas(
        compounds, [_table({"pert_iname": "theirs", "inchi_key": CITALOPRAM, "moa": "X"})]
    )
    assert _found(match) == [("A", "moa.tsv", "first block of the InChIKey")]
    assert match.compounds["inchi_key"].tolist() == [ESCITALOPRAM]


def test_a_first_block_that_several_drugs_of_the_table_share_counts_for_none() -> None:
    compounds = _compounds({"pert_id": "A", "pert_iname": "ours", "inchi_key": ESCITALOPRAM})
    match = match_moas(
        compounds,
        [
            _table(
                {"pert_iname": "theirs", "inchi_key": CITALOPRAM, "moa": "X"},
                {"pert_iname": "mirror", "inchi_key": MIRROR, "moa": "X"},
            )
        ],
    )
    assert match.n_matched == 0
    assert match.ambiguous == ("A",)


def test_a_first_block_that_several_of_the_compounds_share_counts_for_none() -> None:
    compounds = _compounds(
        {"pert_id": "A", "pert_iname": "ours", "inchi_key": ESCITALOPRAM},
        {"pert_id": "B", "pert_iname": "ours too", "inchi_key": MIRROR},
    )
    match = match_moas(
        compounds, [_table({"pert_iname": "theirs", "inchi_key": CITALOPRAM, "moa": "X"})]
    )
    assert match.n_matched == 0
    assert match.ambiguous == ("A", "B")


@pytest.mark.parametrize("synonym", ["MK886", "mk 886", "L-663536|MK-886", "mk--88-6"])
def test_a_synonym_counts_without_case_spaces_and_hyphens(synonym: str) -> None:
    table = _table({"pert_iname": "quiflapon", "compound_aliases": synonym, "moa": "X"})
    match = match_moas(COMPOUNDS, [table])
    assert _found(match) == [("BRD-K44444444", "moa.tsv", "synonym")]


def test_a_name_counts_with_its_spaces_and_hyphens() -> None:
    match = match_moas(COMPOUNDS, [_table({"pert_iname": "mk 886", "moa": "X"})])
    assert match.found["key"].tolist() == ["synonym"]


def test_a_synonym_of_two_drugs_counts_for_neither() -> None:
    table = _table(
        {"pert_iname": "one", "compound_aliases": "MK886", "moa": "X"},
        {"pert_iname": "two", "compound_aliases": "MK 886", "moa": "Y"},
    )
    match = match_moas(COMPOUNDS, [table])
    assert match.n_matched == 0
    assert match.ambiguous == ("BRD-K44444444",)
    assert match.unmatched == ("one", "two")


def test_a_synonym_in_one_table_finds_the_name_in_another() -> None:
    synonyms = _table(
        {"pert_id": "BRD-K44444444", "pert_iname": "x", "compound_aliases": "Brand", "moa": ""},
        name="compoundinfo",
    )
    own = _table({"pert_iname": "brand", "moa": "X"}, name="own")
    for tables in ([synonyms, own], [own, synonyms]):
        match = match_moas(COMPOUNDS, tables)
        assert set(_found(match)) == {
            ("BRD-K44444444", "compoundinfo", "id"),
            ("BRD-K44444444", "own", "synonym"),
        }


# ---------------------------------------------------------------------------------- tables


def test_names_of_one_table_get_their_ids_from_a_table_without_moas() -> None:
    drugs = _table({"pert_iname": "Hub name", "moa": "X"}, name="drugs")
    samples = _table(
        {"pert_iname": "hub name", "pert_id": "BRD-K11111111-001-02-3", "inchi_key": OTHER},
        {"pert_iname": "hub name", "pert_id": "BRD-K22222222-001-02-3", "inchi_key": OTHER},
        name="samples",
    )
    for tables in ([drugs, samples], [samples, drugs]):
        match = match_moas(COMPOUNDS, tables)
        assert match.compounds["moa"].tolist() == ["X", "X", "", ""]
        assert set(match.found["table"]) == {"drugs"}
        assert set(match.found["key"]) == {"id"}
        assert match.compounds["inchi_key"].tolist() == [OTHER, OTHER, "", ""]
        assert match.unmatched == ()


def test_tables_add_to_each_other_and_the_first_spells() -> None:
    one = _table(
        {"pert_iname": "alpha", "moa": "HDAC inhibitor|B"},
        {"pert_iname": "beta", "moa": "c"},
        name="one",
    )
    two = _table(
        {"pert_iname": "alpha", "moa": "Hdac Inhibitor|A"},
        {"pert_iname": "beta", "moa": "C"},
        {"pert_iname": "gamma", "moa": "hdac inhibitor"},
        name="two",
    )
    match = match_moas(COMPOUNDS, [one, two])
    assert match.compounds["moa"].tolist() == ["A|B|HDAC inhibitor", "c", "HDAC inhibitor", ""]
    assert match.disagreeing == ("BRD-K11111111",)


def test_a_table_without_a_moa_of_a_compound_does_not_disagree() -> None:
    one = _table({"pert_iname": "alpha", "moa": "A"}, name="one")
    two = _table({"pert_iname": "alpha", "moa": ""}, name="two")
    assert match_moas(COMPOUNDS, [one, two]).disagreeing == ()


def test_moas_of_several_rows_of_a_compound_are_united() -> None:
    table = _table({"pert_iname": "alpha", "moa": "Y| X "}, {"pert_iname": "alpha", "moa": "X|W|"})
    match = match_moas(COMPOUNDS, [table])
    assert match.compounds["moa"].tolist() == ["W|X|Y", "", "", ""]
    assert match.disagreeing == ()


def test_annotated_without_a_moa_is_kept() -> None:
    rows = pd.DataFrame({"pert_iname": ["alpha", "beta"], "moa": "", "annotated": ["1", "0"]})
    match = match_moas(COMPOUNDS, [moa_table("moa.tsv", rows)])
    assert match.compounds["annotated"].tolist() == [True, False, False, False]
    assert match.n_matched == 2


@pytest.mark.parametrize("has_moas", [True, False])
def test_a_table_that_says_nothing_annotates_nothing(has_moas: bool) -> None:
    columns = ["pert_iname", "pert_id", *(["moa"] if has_moas else [])]
    match = match_moas(COMPOUNDS, [moa_table("moa.tsv", pd.DataFrame(columns=columns))])
    assert match.n_matched == 0
    assert match.compounds["moa"].tolist() == [""] * 4
    assert not match.compounds["annotated"].any()


# ----------------------------------------------------------------------------- identifiers


def test_identifiers_that_are_lacking_are_filled_and_others_stay() -> None:
    compounds = _compounds(
        {"pert_id": "A", "pert_iname": "a", "pubchem_cid": "1"},
        {"pert_id": "B", "pert_iname": "b", "inchi_key": CITALOPRAM},
    )
    table = _table(
        {"pert_id": "A", "inchi_key": OTHER, "pubchem_cid": "2", "canonical_smiles": "C"},
        {"pert_id": "B", "inchi_key": CITALOPRAM, "pubchem_cid": "3", "canonical_smiles": "CC"},
    )
    filled = match_moas(compounds, [table]).compounds
    assert filled["inchi_key"].tolist() == [OTHER, CITALOPRAM]
    assert filled["pubchem_cid"].tolist() == ["1", "3"]
    assert filled["canonical_smiles"].tolist() == ["C", "CC"]


def test_a_row_of_another_structure_fills_nothing() -> None:
    compounds = _compounds({"pert_id": "A", "pert_iname": "a", "inchi_key": CITALOPRAM})
    table = _table({"pert_iname": "a", "inchi_key": OTHER, "pubchem_cid": "2", "moa": "X"})
    match = match_moas(compounds, [table])
    assert match.compounds["moa"].tolist() == ["X"]
    assert match.compounds["pubchem_cid"].tolist() == [""]


def test_identifiers_of_one_compound_come_from_one_structure() -> None:
    compounds = _compounds({"pert_id": "A", "pert_iname": "a"})
    table = _table(
        {"pert_iname": "a", "inchi_key": OTHER, "pubchem_cid": "1", "canonical_smiles": "C"},
        {"pert_id": "A", "inchi_key": CITALOPRAM, "pubchem_cid": "", "canonical_smiles": "CC"},
        {"pert_id": "A", "inchi_key": "", "pubchem_cid": "3", "canonical_smiles": ""},
    )
    filled = match_moas(compounds, [table]).compounds.iloc[0]
    assert (filled["inchi_key"], filled["pubchem_cid"]) == (CITALOPRAM, "3")
    assert filled["canonical_smiles"] == "CC"


# ------------------------------------------------------------- against comparing all by hand


def _squash(text: str) -> str:
    return text.casefold().replace(" ", "").replace("-", "")


def _keys(row: dict[str, str], synonyms: Sequence[str]) -> list[set[str]]:
    """Values of each key, the surest first."""
    pert_id = row["pert_id"][:13] if row["pert_id"].startswith("BRD-") else row["pert_id"]
    one = [pert_id, row["inchi_key"], row["inchi_key"][:14], row["pert_iname"].casefold()]
    return [*({value} - {""} for value in one), {_squash(name) for name in synonyms} - {""}]


def _by_hand(compounds: pd.DataFrame, tables: Sequence[MoaTable]) -> dict[str, set[str]]:
    """MOAs by pert_id: every compound is compared with every row of every table."""
    ours = compounds.to_dict("records")
    theirs = [(place, row) for place, t in enumerate(tables) for row in t.rows.to_dict("records")]

    def names(row: dict[str, str]) -> list[str]:
        return [row["pert_iname"], *row["compound_aliases"].split("|")]

    def drug(row: dict[str, str]) -> str:
        return row["pert_iname"].casefold() or row["inchi_key"] or row["pert_id"]

    our_keys = []
    for compound in ours:
        mine = _keys(compound, [compound["pert_iname"]])
        synonyms = [compound["pert_iname"]]
        for place in range(len(tables)):
            rows = [row for where, row in theirs if where == place]
            for rank in (0, 1, 3):
                same = [row for row in rows if mine[rank] & _keys(row, [])[rank]]
                if same:
                    synonyms += [name for row in same for name in names(row)]
                    break
        our_keys.append(_keys(compound, synonyms))

    def clear(rank: int, value: str, place: int) -> bool:
        if rank not in (2, 4):
            return True
        mine = {drug(c) for c, keys in zip(ours, our_keys, strict=True) if value in keys[rank]}
        their = {drug(r) for p, r in theirs if p == place and value in _keys(r, names(r))[rank]}
        return len(mine) == len(their) == 1

    found: dict[str, set[str]] = {}
    for compound, keys in zip(ours, our_keys, strict=True):
        moas = found.setdefault(compound["pert_id"], set())
        for place in range(len(tables)):
            for rank in range(5):
                same = [
                    row
                    for where, row in theirs
                    if where == place
                    and any(
                        clear(rank, value, place)
                        for value in keys[rank] & _keys(row, names(row))[rank]
                    )
                ]
                if same:
                    moas |= {moa for row in same for moa in row["moa"].split("|")} - {""}
                    break
    return found


@pytest.mark.parametrize("seed", range(30))
def test_matching_is_what_comparing_all_by_hand_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = ["BRD-K00000001", "BRD-K00000002-001", "DB3", "DB4", "", ""]
    inchi_keys = [CITALOPRAM, ESCITALOPRAM, MIRROR, OTHER, "", "", ""]
    names = ["a-1", "A1", "a 1", "b", "B", "c-c", "cc", "d"]

    def drawn(n: int) -> pd.DataFrame:
        aliases = ["|".join(rng.choice(names, rng.integers(0, 3))) for _ in range(n)]
        return pd.DataFrame(
            {
                "pert_id": rng.choice(ids, n),
                "inchi_key": rng.choice(inchi_keys, n),
                "pert_iname": rng.choice([*names, ""], n),
                "compound_aliases": aliases,
                "moa": rng.choice(["X", "Y", "X|Z", ""], n),
            }
        )

    compounds = drawn(5).drop(columns=["compound_aliases", "moa"])
    compounds["pert_id"] = [f"BRD-K0000000{i}" for i in range(5)]
    compounds["pert_iname"] = compounds["pert_iname"].where(lambda name: name != "", "e")
    # Only ids that are known from the start: what is filled in takes part in the matching.
    compounds["inchi_key"] = compounds["inchi_key"].where(lambda key: key != "", "Q" * 14 + "-Q-Q")
    tables = [moa_table(f"{i}", drawn(6)) for i in range(3)]
    match = match_moas(compounds, tables)
    got = match.compounds.set_index("pert_id")["moa"].str.split("|")
    assert {key: set(moas) - {""} for key, moas in got.items()} == _by_hand(compounds, tables)
