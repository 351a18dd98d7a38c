"""MOA tables of all sources come in one shape; rows that cannot be right are skipped and named."""

from pathlib import Path

import pytest

from gpar_core.data.moa_tables import COLUMNS, MoaTable, read_moa_table
from gpar_core.errors import AnnotationError
from tests.geo_files import write_text

KEY = "ABCDEFGHIJKLMN-OPQRSTUVWX-Y"
SAMPLES = (
    "!Drug Repurposing Hub\n!version\t20200324\n"
    "broad_id\tpert_iname\tqc_incompatible\tpurity\tvendor\tcatalog_no\tvendor_name\t"
    "expected_mass\tsmiles\tInChIKey\tpubchem_cid\tdeprecated_broad_id\n"
)


def _read(path: Path, text: str, encoding: str = "utf-8") -> MoaTable:
    return read_moa_table(write_text(path / "moa.tsv", text, encoding))


def _column(table: MoaTable, name: str) -> list[object]:
    return table.rows[name].tolist()


def test_every_table_has_the_same_columns(tmp_path: Path) -> None:
    table = _read(tmp_path, "pert_iname\tmoa\nalpha\tX\n")
    assert tuple(table.rows) == COLUMNS
    assert table.has_moas
    assert (table.rows.drop(columns=["pert_iname", "moa", "annotated"]) == "").all(axis=None)


def test_the_hub_is_read_as_it_is(tmp_path: Path) -> None:
    text = (
        "!Drug Repurposing Hub\n!version\t20200324\n"
        "pert_iname\tclinical_phase\tmoa\ttarget\tdisease_area\tindication\n"
        "alpha\tLaunched\tX inhibitor|Y agonist\tABC\t\tMénière's disease\n"
        '"1,2-beta"\tPreclinical\t\t\t\t\n'
    )
    table = _read(tmp_path, text, "latin-1")
    assert _column(table, "pert_iname") == ["alpha", "1,2-beta"]
    assert _column(table, "moa") == ["X inhibitor|Y agonist", ""]
    assert _column(table, "annotated") == [True, False]


def test_a_sample_of_the_hub_has_its_id_and_those_it_replaces_without_batch(
    tmp_path: Path,
) -> None:
    old = "BRD-A22222222-001-23-2"
    row = f"BRD-K11111111-001-03-9\talpha\t0\t95\tV\t1\tAlpha\t162.1\tCC=O\t{KEY}\t123.0\t"
    table = _read(tmp_path, f"{SAMPLES}{row}\n{row}{old}|{old}\n")
    assert not table.has_moas
    assert not table.rows["annotated"].any()
    assert _column(table, "pert_id") == ["BRD-K11111111", "BRD-A22222222"]
    assert set(_column(table, "inchi_key")) == {KEY}
    assert set(_column(table, "pubchem_cid")) == {"123"}
    assert set(_column(table, "canonical_smiles")) == {"CC=O"}


@pytest.mark.parametrize(
    "shifted",
    [
        f"BRD-K11111111-001-03-9\tshifted\t0\t95\tV\t1\tAl\tpha\t162.1\tCC=O\t{KEY}\t123",
        f"BRD-K11111111-001-03-9\tshifted\t0\t95\tV\t1\t162.1\tCC=O\t{KEY}\t123\t",
        f"Alpha hydrochloride\tshifted\t0\t95\tV\t1\tAlpha\t162.1\tCC=O\t{KEY}\t123\t",
        f"BRD-K11111111-001-03-9\tshifted\t0\t95\tV\t1\tAlpha\t162.1\tCC=O\t{KEY}\tCID\t",
    ],
)
def test_a_row_whose_fields_have_shifted_is_skipped_and_named(tmp_path: Path, shifted: str) -> None:
    whole = f"BRD-K33333333-001-03-9\twhole\t0\t95\tV\t1\t\t162.1\tCC=O\t{KEY}\t\t"
    table = _read(tmp_path, f"{SAMPLES}{shifted}\n{whole}\n")
    assert _column(table, "pert_iname") == ["whole"]
    assert table.shifted == ("shifted",)


def test_compoundinfo_is_read_as_it_is(tmp_path: Path) -> None:
    text = (
        "pert_id\tcmap_name\ttarget\tmoa\tcanonical_smiles\tinchi_key\tcompound_aliases\n"
        f"BRD-K11111111\talpha\tABC\tX inhibitor\tCC=O\t{KEY}\tAl-1\n"
        f"BRD-K11111111\talpha\tDEF\tX inhibitor\tCC=O\t{KEY}\tAl-1\n"
        'BRD-K22222222\tBRD-K22222222\tNA\tNA\tNA\tNA\t""\n'
    )
    table = _read(tmp_path, text)
    assert _column(table, "pert_iname") == ["alpha", "alpha", "BRD-K22222222"]
    assert _column(table, "compound_aliases") == ["Al-1", "Al-1", ""]
    assert _column(table, "moa") == ["X inhibitor", "X inhibitor", ""]
    assert _column(table, "target") == ["ABC", "DEF", ""]
    assert _column(table, "inchi_key") == [KEY, KEY, ""]


def test_moas_are_tidied(tmp_path: Path) -> None:
    table = _read(tmp_path, "pert_iname\tmoa\nalpha\tY| X |Y||\nbeta\t|\n")
    assert _column(table, "moa") == ["Y|X", ""]
    assert _column(table, "annotated") == [True, False]


def test_a_compound_can_be_annotated_without_a_listed_moa(tmp_path: Path) -> None:
    table = _read(tmp_path, "pert_id\tmoa\tannotated\na\t\t1\nb\t\t0\nc\tX\t0\n")
    assert _column(table, "annotated") == [True, False, True]


@pytest.mark.parametrize(
    "columns",
    ["title\tmoa", "title\ttarget", "pert_iname\tgene", "inchi_key\tpubchem_cid"],
)
def test_a_table_that_names_no_compound_or_says_nothing_of_it_is_refused(
    tmp_path: Path, columns: str
) -> None:
    with pytest.raises(AnnotationError, match=r"'moa\.tsv' lacks the column moa or target, or"):
        _read(tmp_path, f"{columns}\na\tb\n")


@pytest.mark.parametrize("heading", ["target", "Targets", "moa", "mechanism of action"])
def test_the_content_tells_a_table_of_targets_from_one_of_moas(
    tmp_path: Path, heading: str
) -> None:
    table = _read(tmp_path, f"name\t{heading}\na\tDRD2, HTR2A\nb\tC19orf12\nc\tHLA-DRA;-\n")
    assert _column(table, "target") == ["DRD2|HTR2A", "C19orf12", "HLA-DRA"]
    assert _column(table, "moa") == ["", "", ""]
    assert _column(table, "annotated") == [True, True, True]
    assert table.read_as == ("" if "arget" in heading else "target")


@pytest.mark.parametrize("heading", ["target", "moa"])
def test_the_content_tells_a_table_of_moas_from_one_of_targets(
    tmp_path: Path, heading: str
) -> None:
    table = _read(tmp_path, f"name\t{heading}\na\tHDAC inhibitor\nb\tMTOR\n")
    assert _column(table, "moa") == ["HDAC inhibitor", "MTOR"]
    assert _column(table, "target") == ["", ""]
    assert table.read_as == ("moa" if heading == "target" else "")


def test_a_column_each_of_moas_and_targets_stays_what_it_is_called(tmp_path: Path) -> None:
    table = _read(tmp_path, "name\tmoa\ttarget\na\tMTOR\tMTOR\nb\tHDAC\tHDAC1|HDAC2\n")
    assert _column(table, "moa") == ["MTOR", "HDAC"]
    assert _column(table, "target") == ["MTOR", "HDAC1|HDAC2"]


def test_a_table_without_rows_says_nothing(tmp_path: Path) -> None:
    assert _read(tmp_path, "pert_id\tmoa\n").rows.empty


@pytest.mark.parametrize(
    "text",
    [
        "Name,MOA\ndrug-a,alpha inhibitor\n",
        "name;moa\ndrug-a;alpha inhibitor\n",
        "Compound\tMechanism of action\ndrug-a\talpha inhibitor\n",
        "drug\tmechanism\ndrug-a\talpha inhibitor\n",
        'sep=;\n"Pert iname";"MOA"\n"drug-a";"alpha inhibitor"\n',
        '"pert_iname"\t"moa"\n"1"\t"drug-a"\t"alpha inhibitor"\n',
        '"","pert_iname","moa"\n"1","drug-a","alpha inhibitor"\n',
        "# made by hand\n\ufeffDRUG_NAME\tMoA\ndrug-a\talpha inhibitor\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_headings_separators_and_encodings_of_ones_own_table(
    tmp_path: Path, text: str, encoding: str
) -> None:
    table = read_moa_table(write_text(tmp_path / "moa.txt", text.replace("\ufeff", ""), encoding))
    assert (_column(table, "pert_iname"), _column(table, "moa")) == (
        ["drug-a"],
        ["alpha inhibitor"],
    )


@pytest.mark.parametrize("none", ["", "NA", "N/A", "-", "null", "-666", "unknown"])
def test_no_moa_is_none_however_it_is_written(tmp_path: Path, none: str) -> None:
    table = read_moa_table(write_text(tmp_path / "moa.txt", f"name\tmoa\na\tX\nb\t{none}\n"))
    assert _column(table, "moa") == ["X", ""]
    assert table.rows["annotated"].tolist() == [True, False]
