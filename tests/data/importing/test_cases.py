"""Tables as people have them: written by R, with batches in ids, with MOAs of every spelling."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.findings import Finding
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles, SeriesFiles
from gpar_core.data.training_set import match_drugs

Imported = Callable[..., tuple[Compendium, dict[str, Finding]]]


@pytest.fixture
def imported(cases: Path, tmp_path: Path) -> Imported:
    """Import the matrix of 'base' with some tables of its own and other ones."""

    def run(**tables: str) -> tuple[Compendium, dict[str, Finding]]:
        base = cases / "base"
        files = {"sig_info": base / "sig_info.txt", "moa": base / "moa.tsv"}
        files |= {kind: cases / path for kind, path in tables.items()}
        moas = (files.pop("moa"),)
        series = SeriesFiles(
            base / "m.gctx",
            gene_info=base / "gene_info.txt",
            sig_metrics=base / "sig_metrics.txt",
            pert_info=base / "pert_info.txt",
            **files,
        )
        found = import_compendium(ImportFiles((series,), moas), tmp_path, name="case")
        return compendia.load(tmp_path), {finding.what: finding for finding in found}

    return run


def _moas(compendium: Compendium) -> dict[str, int]:
    return dict(zip(compendium.moas["moa"], compendium.moas["n_drugs"], strict=True))


THREE = {"alpha inhibitor": 4, "beta agonist": 4, "gamma blocker, class II": 4}


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"sig_info": "22-tables-written-by-r/sig_info_R.txt"},
        {"moa": "22-tables-written-by-r/moa_R.txt"},
        {"moa": "28-moa-tables/moa.csv"},
        {"sig_info": "23-brd-with-batch/sig_info.txt"},
    ],
    ids=lambda tables: " ".join(tables.values()) or "base",
)
def test_the_same_tables_written_otherwise_are_the_same_compendium(
    imported: Imported, tables: dict[str, str]
) -> None:
    compendium, _ = imported(**tables)
    assert (compendium.n_signatures, compendium.n_compounds) == (216, 72)
    assert _moas(compendium) == THREE
    assert set(compendium.compounds["pert_id"].str.len()) == {13}
    assert (compendium.compounds["pubchem_cid"] != "").all()
    assert compendium.signatures["tas"].notna().all()


def test_a_batch_of_an_id_is_cut_off_and_said(imported: Imported) -> None:
    compendium, findings = imported(sig_info="23-brd-with-batch/sig_info.txt")
    assert findings["pert_ids with a batch, counted by their first 13 characters"].count == 216
    for typed in ("BRD-K10000000-001-01-2", "brd-k10000000", "BRD-K10000000-003-99-9; x"):
        assert match_drugs(compendium, typed).found == ("drug-a1",)


def test_moas_joined_by_commas_are_several(imported: Imported) -> None:
    compendium, findings = imported(moa="28-moa-tables/comma_joined.tsv")
    assert _moas(compendium) == THREE | {"delta inhibitor": 4}
    joined = findings["MOAs joined by commas in the tables, read as separate MOAs"]
    assert joined.names == ("alpha inhibitor, delta inhibitor",)
    whole = findings["MOAs with a comma in their name, read as one MOA"]
    assert whole.names == ("gamma blocker, class II",)


def test_spellings_are_one_moa_and_what_resembles_it_is_said(imported: Imported) -> None:
    compendium, findings = imported(moa="28-moa-tables/spellings.tsv")
    assert _moas(compendium) == THREE | {"alpha inhibitor": 3, "alpha inhibitors": 1}
    said = {what: finding.names for what, finding in findings.items()}
    assert said["MOAs spelled in several ways, counted as one"] == (
        "Alpha Inhibitor (as alpha inhibitor)",
    )
    (names,) = (names for what, names in said.items() if "another spelling" in what)
    assert names == ("alpha inhibitors (resembles alpha inhibitor)",)


def test_names_with_commas_are_found_in_lists(imported: Imported) -> None:
    tables = {
        "sig_info": "29-names-with-commas/sig_info.txt",
        "moa": "29-names-with-commas/moa.tsv",
    }
    compendium, _ = imported(**tables)
    names = ("1s,3r-rsl-3", "3,3'-diindolylmethane", "drug-a3")
    for text in (
        "3,3'-diindolylmethane, 1S,3R-RSL-3, drug-a3",
        "3,3'-Diindolylmethane;1S,3R-RSL-3;drug-a3",
        "drug-a3\n1S,3R-RSL-3\n3,3'-diindolylmethane\n",
        "drug-a3,1S,3R-RSL-3\t3,3'-diindolylmethane",
    ):
        match = match_drugs(compendium, text)
        assert (match.found, match.unknown) == (names, ())
    assert match_drugs(compendium, "1S,3R-RSL-3,4-x").unknown == ("4-x",)
