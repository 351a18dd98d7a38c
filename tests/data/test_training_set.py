"""Which signatures a model learns from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.data.training_set import (
    TrainingSet,
    drugs_of_moa,
    known_drugs,
    known_moas,
    match_drugs,
    select,
)
from gpar_core.errors import NotFoundError, RequestError, TrainingSetError
from tests.synthetic import Drug, build, drugs_of

HDAC = ("hdac0", "hdac1", "hdac2", "hdac3")


def _negative_drugs(chosen: TrainingSet) -> set[str]:
    return set(chosen.drug[~chosen.positive])


# ------------------------------------------------------------------------------- finding drugs


@settings(max_examples=30)
@given(
    known=st.lists(st.sampled_from([*HDAC, "both", "dark7", "HDAC-001", "BOTH-2"]), max_size=6),
    unknown=st.lists(st.text("xyz ", min_size=1).map(str.strip), max_size=4),
    upper=st.booleans(),
)
def test_matching_ignores_case_and_reports_every_unknown_name(
    tiny: Compendium, known: list[str], unknown: list[str], upper: bool
) -> None:
    names = [f" {name.upper() if upper else name.lower()} " for name in known] + unknown
    match = match_drugs(tiny, names)
    by_id = {"HDAC-001": "hdac1", "BOTH-2": "both"}
    assert set(match.found) == {by_id.get(name, name) for name in known}
    assert list(match.found) == sorted(set(match.found))
    assert match.unknown == tuple(dict.fromkeys(name for name in unknown if name))


def test_a_misspelled_drug_is_answered_with_close_names(tiny: Compendium) -> None:
    with pytest.raises(NotFoundError, match=r"^'hdca1', 'zzz' not .*Did you mean .*hdac1"):
        known_drugs(tiny, ["hdca1", "hdac2", "zzz"])
    with pytest.raises(NotFoundError, match=r"^'a', 'b', 'c' and 2 more not found"):
        known_drugs(tiny, ["a", "b", "c", "d", "e"])


def test_a_misspelled_name_with_a_comma_is_answered_by_its_parts(tiny: Compendium) -> None:
    with pytest.raises(NotFoundError, match=r"^'3', 'hdac-1' not .*Did you mean .*hdac1"):
        known_drugs(tiny, "3,hdac-1")


def test_no_drug_at_all_is_refused(tiny: Compendium) -> None:
    with pytest.raises(RequestError, match="No drug was given"):
        known_drugs(tiny, ["", "  "])


def test_the_drugs_of_a_moa_are_found_without_regard_to_case(tiny: Compendium) -> None:
    assert drugs_of_moa(tiny, " hdac INHIBITOR ") == ("both", *HDAC)


def test_a_misspelled_moa_is_answered_with_close_names(tiny: Compendium) -> None:
    with pytest.raises(NotFoundError, match=r"2 MOAs are available.*Did you mean: HDAC inhibitor"):
        drugs_of_moa(tiny, "HDAC inhibitors")


def test_without_any_annotation_a_moa_cannot_be_chosen(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no MOA annotation"):
        drugs_of_moa(build(tmp_path, drugs_of("", 3)), "HDAC inhibitor")


# ------------------------------------------------------------------------------------ positives


def test_positives_are_the_representatives_of_the_chosen_drugs(tiny: Compendium) -> None:
    chosen = select(tiny, HDAC, moa="HDAC inhibitor")
    rows = chosen.rows[chosen.positive]
    table = tiny.signatures.iloc[rows]
    assert table["representative"].all()
    assert set(table["drug"]) == set(HDAC)
    assert (chosen.n_positive_compounds, chosen.n_positive_signatures) == (4, 8)
    np.testing.assert_array_equal(chosen.rows, np.unique(chosen.rows))
    np.testing.assert_array_equal(chosen.drug, tiny.signatures["drug"].iloc[chosen.rows])


def test_a_drug_with_two_ids_is_one_drug_with_both_their_signatures(tiny: Compendium) -> None:
    chosen = select(tiny, ["both"])
    # One representative in each of the two cell lines, of the signatures of both ids.
    assert (chosen.n_positive_compounds, chosen.n_positive_signatures) == (1, 2)
    assert (tiny.signatures["drug"] == "both").sum() == 4


def test_what_was_measured_already_is_no_negative_of_itself(tiny: Compendium) -> None:
    row = int(np.flatnonzero(tiny.signatures["drug"] == "dark7")[0])
    mine = replace(_uploaded("my compound"), matrix=np.array(tiny.matrix[[row]]))
    assert "dark7" in _negative_drugs(select(tiny, [], uploaded=_uploaded("my compound")))
    assert "dark7" not in _negative_drugs(select(tiny, [], uploaded=mine))


def test_cell_lines_are_chosen_without_regard_to_case(tiny: Compendium) -> None:
    chosen = select(tiny, HDAC, cells=[" a375 "])
    assert set(tiny.signatures["cell_id"].iloc[chosen.rows]) == {"A375"}


def test_the_drugs_may_come_from_a_generator(tiny: Compendium) -> None:
    listed = select(tiny, HDAC, negatives="others")
    generated = select(tiny, (name for name in HDAC), negatives="others")
    np.testing.assert_array_equal(generated.rows, listed.rows)
    np.testing.assert_array_equal(generated.positive, listed.positive)


# ------------------------------------------------------------------------------------ negatives


def test_inactive_negatives_are_unannotated_and_inactive(tiny: Compendium) -> None:
    chosen = select(tiny, HDAC)
    assert chosen.negatives == "inactive"
    assert chosen.note == ""
    assert _negative_drugs(chosen) == {f"dark{i}" for i in range(60)}
    assert chosen.n_negative_signatures == 120


def test_a_positive_is_never_a_negative_too(tiny: Compendium) -> None:
    for negatives in ("inactive", "others"):
        chosen = select(tiny, ["dark0", "dark1"], negatives=negatives)
        assert set(chosen.drug[chosen.positive]) == {"dark0", "dark1"}
        assert not {"dark0", "dark1"} & _negative_drugs(chosen)


def test_an_annotation_under_one_id_counts_for_the_drug(tmp_path: Path) -> None:
    drugs = [Drug("A-1", "twin", tas=0.1), Drug("A-2", "Twin", "X", tas=0.1), Drug("P", "pos", "Y")]
    chosen = select(build(tmp_path, [*drugs, *drugs_of("", 3, tas=0.1)]), ["pos"],
                    negatives="inactive")  # fmt: skip
    assert _negative_drugs(chosen) == {"dark0", "dark1", "dark2"}


def test_the_cut_of_inactivity_excludes_its_own_value_and_unknown_tas(tmp_path: Path) -> None:
    drugs = [
        Drug("P", "pos", "Y"),
        Drug("A", "at the cut", tas=0.2),
        Drug("B", "below", tas=0.19),
        Drug("C", "unknown", tas=float("nan")),
    ]
    chosen = select(build(tmp_path, drugs), ["pos"], negatives="inactive")
    assert _negative_drugs(chosen) == {"below"}


def test_with_few_inactive_compounds_the_others_serve_and_the_note_says_so(
    tmp_path: Path,
) -> None:
    drugs = [*drugs_of("X inhibitor", 3), *drugs_of("Y agonist", 3), *drugs_of("", 49, tas=0.1)]
    chosen = select(build(tmp_path, drugs), ("x0", "x1"))
    assert chosen.negatives == "others"
    assert "Only 49 compounds are without MOA annotation" in chosen.note
    assert "50 are needed" in chosen.note


def test_a_positive_does_not_count_as_an_inactive_compound(tmp_path: Path) -> None:
    compendium = build(tmp_path, [*drugs_of("X inhibitor", 3), *drugs_of("", 50, tas=0.1)])
    assert select(compendium, ["x0"]).negatives == "inactive"
    assert select(compendium, ["dark0"]).negatives == "others"


def test_others_leave_out_every_drug_that_shares_a_moa(tiny: Compendium) -> None:
    by_drugs = select(tiny, ["both"], negatives="others")
    assert not {name for name in _negative_drugs(by_drugs) if name[:4] in ("hdac", "mtor")}
    chosen_for_moa = select(tiny, ["both"], moa="HDAC inhibitor", negatives="others")
    assert not set(HDAC) & _negative_drugs(chosen_for_moa)
    assert {f"mtor{i}" for i in range(5)} < _negative_drugs(chosen_for_moa)


def test_the_moa_of_others_is_known_without_regard_to_case(tiny: Compendium) -> None:
    """Else its other drugs would be taught as negatives."""
    chosen = select(tiny, ["hdac0"], moa="hdac inhibitor", negatives="others")
    assert not set(HDAC) & _negative_drugs(chosen)


# -------------------------------------------------------------------------------------- refusals


def test_an_unknown_cell_line_is_answered_with_those_there_are(tiny: Compendium) -> None:
    with pytest.raises(NotFoundError, match=r"is from 'VCAP'\. Its cell lines are A375, MCF7"):
        select(tiny, HDAC, cells=["MCF7", "VCAP"])


def test_unknown_negatives_are_answered_with_the_choices(tiny: Compendium) -> None:
    with pytest.raises(RequestError, match="Use auto, inactive, others"):
        select(tiny, HDAC, negatives="all")


def test_drugs_without_a_signature_there_are_refused(tiny: Compendium) -> None:
    with pytest.raises(TrainingSetError, match="None of the 2 chosen drugs has a signature"):
        select(tiny, ["absent", "gone"])


def test_no_negative_at_all_is_refused(tmp_path: Path) -> None:
    only = build(tmp_path, drugs_of("X inhibitor", 3))
    for negatives in ("auto", "inactive", "others"):
        with pytest.raises(TrainingSetError, match="No compound can be used as a negative"):
            select(only, ["x0"], moa="X inhibitor", negatives=negatives)


# ------------------------------------------------------------------------- uploaded profiles


def _uploaded(*drugs: str) -> Profiles:
    z = np.random.default_rng(99).normal(size=(len(drugs), fields.N_LANDMARKS)).astype(np.float32)
    names = tuple(f"{drug} {place}" for place, drug in enumerate(drugs))
    return Profiles(names=names, drug=drugs, matrix=z, notes=())


def test_uploaded_profiles_are_the_positives_and_no_drug_of_the_compendium(
    tiny: Compendium,
) -> None:
    uploaded = _uploaded("mine", "hdac0", "mine")
    chosen = select(tiny, [], uploaded=uploaded)
    assert chosen.n_positive_signatures == 3
    assert set(chosen.drug[chosen.positive]) == {"uploaded: mine", "uploaded: hdac0"}
    assert not set(chosen.drug) & {"hdac0"}
    np.testing.assert_array_equal(chosen.rows[chosen.positive], tiny.n_signatures + np.arange(3))
    x = chosen.z_scores(tiny)
    np.testing.assert_array_equal(x[chosen.positive], uploaded.matrix)
    np.testing.assert_array_equal(x[~chosen.positive], tiny.matrix[chosen.compendium_rows])


def test_what_is_known_under_an_uploaded_name_is_no_negative_nor_its_moa(tiny: Compendium) -> None:
    chosen = select(tiny, [], negatives="others", uploaded=_uploaded("hdac0", "hdac0"))
    negative = set(chosen.drug[~chosen.positive])
    assert not {name for name in negative if name.startswith("hdac")} | (negative & {"both"})
    assert "mtor0" in negative


def test_uploaded_profiles_are_described_by_their_names_alone(tiny: Compendium) -> None:
    chosen = select(tiny, [], uploaded=_uploaded("mine", "other"))
    columns = [fields.SIG_ID, fields.PERT_INAME, fields.CELL_ID, fields.TAS]
    table = chosen.described(tiny, columns)
    assert list(table.columns) == columns
    assert table[fields.PERT_INAME].tolist()[-2:] == ["mine 0", "other 1"]
    assert table[fields.CELL_ID].tolist()[-2:] == ["", ""]
    assert table[fields.TAS].isna().tolist()[-2:] == [True, True]
    known = tiny.signatures[columns].iloc[chosen.compendium_rows].reset_index(drop=True)
    pd.testing.assert_frame_equal(table.iloc[:-2], known)


@pytest.mark.parametrize("moa", ["HDAC inhibitor", "  hdac  Inhibitor "])
def test_a_moa_is_found_without_regard_to_case_and_blanks(tiny: Compendium, moa: str) -> None:
    assert drugs_of_moa(tiny, moa) == drugs_of_moa(tiny, "HDAC inhibitor")
    assert known_moas(tiny, [moa]) == ("HDAC inhibitor",)
