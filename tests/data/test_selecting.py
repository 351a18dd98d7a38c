"""A quality filter keeps, and counts, what looking at one signature after the other does."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.selecting import (
    check_cells,
    choose,
    counts,
    kept,
    select_compendium,
    shown_unit,
)
from gpar_core.errors import DataError, RequestError
from gpar_core.storage.cache import MANIFEST
from tests.synthetic import Drug, build, drugs_of

DOSES = ((10.0, "um"), (9.9999998, "uM"), (3.33, "µM"), (100.0, "nM"), (1.0, "%"), (np.nan, "um"))
IN_UM = {"um": 1.0, "uM": 1.0, "µM": 1.0, "nM": 0.001}


def _varied(compendium: Compendium, seed: int) -> pd.DataFrame:
    """The signatures with drawn qualities, some of them unknown."""
    rng = np.random.default_rng(seed)
    n = compendium.n_signatures
    dose = rng.integers(0, len(DOSES), n)

    def drawn(values: list[float]) -> np.ndarray:
        return rng.choice([*values, np.nan], n)

    return compendium.signatures.assign(
        tas=drawn([0.05, 0.1, 0.2, 0.5]),
        cc_q75=drawn([-0.2, 0.1, 0.4]),
        n_replicates=drawn([2, 3, 4]),
        exemplar=pd.array(rng.choice(np.array([True, False, None]), n), dtype="boolean"),
        pert_dose=[DOSES[place][0] for place in dose],
        pert_dose_unit=[DOSES[place][1] for place in dose],
        pert_time=drawn([6, 24, 1]),
        pert_time_unit=rng.choice(["h", "h", "h", "d", ""], n),
    )


def _meets(row: dict[str, object], quality: QualityFilter) -> bool:
    """One signature, looked at by itself; a comparison with NaN is False."""
    dose = row["pert_dose"] * IN_UM.get(row["pert_dose_unit"], np.nan)
    time = row["pert_time"] * {"h": 1, "d": 24}.get(row["pert_time_unit"], np.nan)
    q = quality
    return bool(
        (q.min_tas is None or row["tas"] >= q.min_tas)
        and (q.min_cc_q75 is None or row["cc_q75"] >= q.min_cc_q75)
        and (q.min_replicates is None or row["n_replicates"] >= q.min_replicates)
        and (not q.exemplars_only or (not pd.isna(row["exemplar"]) and row["exemplar"]))
        and (q.min_dose is None or dose > q.min_dose * 0.999)
        and (q.max_dose is None or dose < q.max_dose * 1.001)
        and (not q.times or time in q.times)
        and (not q.cells or row["cell_id"] in {cell.upper() for cell in q.cells})
    )


FILTERS = [
    EVERYTHING,
    QualityFilter(min_tas=0.2),
    QualityFilter(min_tas=0.0),
    QualityFilter(min_cc_q75=0.1, min_replicates=3),
    QualityFilter(exemplars_only=True),
    QualityFilter(min_dose=10.0),
    QualityFilter(min_dose=0.1, max_dose=3.33),
    QualityFilter(times=(24.0,), cells=("mcf7",)),
    QualityFilter(min_tas=0.1, min_replicates=2, max_dose=10.0, times=(6.0, 24.0)),
]


@pytest.mark.parametrize("quality", FILTERS)
@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_kept_meets_everything_asked_for(
    tiny: Compendium, quality: QualityFilter, seed: int
) -> None:
    signatures = _varied(tiny, seed)
    expected = [_meets(row, quality) for row in signatures.to_dict("records")]
    assert kept(signatures, quality).tolist() == expected


def _counted_by_hand(
    signatures: pd.DataFrame, compounds: pd.DataFrame
) -> tuple[int, int, int, int]:
    """Signatures, drugs, inactive drugs without annotation, MOAs with three drugs."""
    drug_of = {row["pert_id"]: row["drug"] for row in compounds.to_dict("records")}
    tas: dict[str, list[float]] = {}
    for row in signatures.to_dict("records"):
        tas.setdefault(drug_of[row["pert_id"]], []).append(row["tas"])
    annotated = {row["drug"] for row in compounds.to_dict("records") if row["annotated"]}
    inactive, drugs = set(), {}
    for drug, values in tas.items():
        known = [value for value in values if not np.isnan(value)]
        if drug not in annotated and known and np.quantile(known, 0.75) < 0.2:
            inactive.add(drug)
    for row in compounds.to_dict("records"):
        for moa in filter(None, row["moa"].split("|")):
            if row["drug"] in tas:
                drugs.setdefault(moa, set()).add(row["drug"])
    n_moas = sum(len(names) >= 3 for names in drugs.values())
    return len(signatures), len(tas), len(inactive), n_moas


@pytest.mark.parametrize("quality", FILTERS)
def test_counts_are_those_of_the_filter_grown_by_one_criterion_after_the_other(
    tiny: Compendium, quality: QualityFilter
) -> None:
    signatures = _varied(tiny, 3)
    table = counts(signatures, tiny.compounds, quality)
    grown = [
        {key: value for key, value in quality.as_json().items() if key in given}
        for given in (list(quality.as_json())[:n] for n in range(len(quality.as_json()) + 1))
    ]
    assert len(table) == len(grown)
    for (_, row), asked in zip(table.iterrows(), grown, strict=True):
        left = signatures[kept(signatures, QualityFilter(**asked))]
        columns = ["n_signatures", "n_compounds", "n_inactive", "n_moas"]
        assert tuple(row[columns]) == _counted_by_hand(left, tiny.compounds)


def test_a_signature_whose_value_is_unknown_is_left_out_and_counted(tiny: Compendium) -> None:
    signatures = tiny.signatures.assign(tas=np.where(np.arange(tiny.n_signatures) < 5, np.nan, 0.3))
    table = counts(signatures, tiny.compounds, QualityFilter(min_tas=0.2))
    assert table["n_unknown"].tolist() == [0, 5]
    left, findings = choose(signatures, QualityFilter(min_tas=0.2))
    assert left.sum() == tiny.n_signatures - 5
    assert [(each.what, each.count) for each in findings] == [
        ("signatures left out by the filter: TAS at least 0.2 (value unknown)", 5)
    ]


def test_a_tas_filter_takes_the_inactive_compounds_away(tiny: Compendium) -> None:
    table = counts(tiny.signatures, tiny.compounds, QualityFilter(min_tas=0.2))
    assert table["n_inactive"].tolist() == [60, 0]
    assert table["n_moas"].tolist() == [2, 2]


def test_a_filter_that_keeps_nothing_says_what_it_left_out(tiny: Compendium) -> None:
    with pytest.raises(RequestError, match=r"none of the \d+ signatures: .*TAS at least 0\.9"):
        choose(tiny.signatures, QualityFilter(min_tas=0.9))


def test_a_cell_line_that_is_not_there_is_named(tiny: Compendium) -> None:
    check_cells(tiny.signatures, QualityFilter(cells=("mcf7",)))
    with pytest.raises(RequestError, match=r"from 'PC3'\. Choose from: A375, MCF7"):
        check_cells(tiny.signatures, QualityFilter(cells=("MCF7", "PC3")))


# ------------------------------------------------------------------------------ the compendium


@pytest.fixture
def source(tmp_path: Path) -> Compendium:
    drugs = [
        *drugs_of("HDAC inhibitor", 3, replicates=4),
        *drugs_of("", 4, tas=0.1),
        Drug("LAST", "last", "MTOR inhibitor", inchi_key="K", tas=0.3),
    ]
    (tmp_path / "source").mkdir()
    return build(tmp_path / "source", drugs, simulated=True)


def _selected(source: Compendium, folder: Path, quality: QualityFilter) -> Compendium:
    folder.mkdir()
    select_compendium(source, quality, folder, name="better")
    return compendia.load(folder)


def test_a_selected_compendium_is_that_part_of_its_source(
    source: Compendium, tmp_path: Path
) -> None:
    quality = QualityFilter(min_tas=0.2, cells=("MCF7",))
    made = _selected(source, tmp_path / "made", quality)
    rows = kept(source.signatures, quality)
    np.testing.assert_array_equal(made.matrix, source.matrix[rows])
    same = [name for name in fields.SIGNATURE_COLUMNS if name != fields.REPRESENTATIVE]
    pd.testing.assert_frame_equal(
        made.signatures[same], source.signatures.loc[rows, same].reset_index(drop=True)
    )
    assert made.compounds["pert_iname"].tolist() == ["hdac0", "hdac1", "hdac2", "last"]
    assert made.compounds["n_signatures"].tolist() == [4, 4, 4, 1]
    assert made.signatures.groupby("pert_id")["representative"].sum().tolist() == [1] * 4
    assert made.name == "better"
    assert made.simulated
    assert made.filters == (quality,)
    assert made.source == "Made for a test; selected from 'tiny'"


def test_its_report_says_what_was_left_out_and_how_many_negatives_there_are(
    source: Compendium, tmp_path: Path
) -> None:
    made = _selected(source, tmp_path / "made", QualityFilter(min_tas=0.2))
    assert {each["what"]: each["count"] for each in made.report["findings"]} == {
        "signatures of 'tiny'": 34,
        "signatures kept": 26,
        "signatures left out by the filter: TAS at least 0.2": 8,
        "inactive drugs without MOA annotation left, to use as negatives": 0,
        "MOAs with at least 3 drugs left": 1,
    }


def test_the_filter_is_part_of_the_fingerprint(source: Compendium, tmp_path: Path) -> None:
    one = _selected(source, tmp_path / "one", QualityFilter(min_tas=0.2))
    other = _selected(source, tmp_path / "other", QualityFilter(min_tas=0.25))
    np.testing.assert_array_equal(one.matrix, other.matrix)
    assert one.fingerprint != other.fingerprint
    again = _selected(source, tmp_path / "again", QualityFilter(min_tas=0.2))
    assert one.fingerprint == again.fingerprint


@pytest.mark.parametrize("filters", [[{"min_tas": 7}], [{"color": "red"}], [3], 3])
def test_a_filter_in_the_manifest_that_is_none_is_damage(
    source: Compendium, tmp_path: Path, filters: object
) -> None:
    _selected(source, tmp_path / "made", QualityFilter(min_tas=0.2))
    path = tmp_path / "made" / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "filters": filters}))
    with pytest.raises(DataError, match="missing or damaged"):
        compendia.load(tmp_path / "made")


def test_filters_of_a_selection_from_a_selection_add_up(source: Compendium, tmp_path: Path) -> None:
    first, second = QualityFilter(min_tas=0.2), QualityFilter(cells=("A375",))
    made = _selected(_selected(source, tmp_path / "one", first), tmp_path / "two", second)
    assert made.filters == (first, second)
    assert "before, in 'better': signatures kept" in {
        finding["what"] for finding in made.report["findings"]
    }


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("um", "µM"),
        ("uM", "µM"),
        ("µM", "µM"),
        ("μM", "µM"),
        ("nM", "nM"),
        ("%", "%"),
        (np.nan, ""),
    ],
)
def test_micromolar_is_shown_one_way(unit: object, shown: str) -> None:
    assert shown_unit(unit) == shown
