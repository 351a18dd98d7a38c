"""What a table holds is matched to the landmark genes, and said."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from gpar_core.data.profiles import (
    accept,
    read_profiles,
    template_csv,
)
from gpar_core.errors import FileFormatError, LandmarkError
from tests.data.uploads import NAMES, SYMBOLS, Z, read_upload, text_of
from tests.geo_files import LANDMARKS, write_gct, write_gctx

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


def test_the_template_is_read_and_accepted(tmp_path: Path) -> None:
    draft = read_upload(tmp_path, template_csv())
    assert draft.names == ("my_profile",)
    assert (draft.report.n_found, draft.report.ignored) == (978, ("symbol",))
    assert not accept(draft).matrix.any()


def test_symbols_are_found_in_any_case_and_entrez_ids_in_three_spellings(tmp_path: Path) -> None:
    lower = [symbol.lower() for symbol in SYMBOLS]
    np.testing.assert_array_equal(read_upload(tmp_path, text_of(Z, genes=lower)).values, Z)
    spelled = [(one, f"{one}.0", f"ENTREZ:{one}")[i % 3] for i, one in enumerate(LANDMARKS)]
    np.testing.assert_array_equal(read_upload(tmp_path, text_of(Z, genes=spelled)).values, Z)


@pytest.mark.parametrize("first", ["", "0"])
def test_row_names_of_r_and_pandas_are_no_profile(tmp_path: Path, first: str) -> None:
    header, *lines = text_of(Z).splitlines()
    header = header.removeprefix("id,") if not first else f",{header}"
    numbered = [line if not first else f"{i},{line}" for i, line in enumerate(lines)]
    draft = read_upload(tmp_path, "\n".join([header, *numbered]))
    assert draft.names == NAMES
    np.testing.assert_array_equal(draft.values, Z)


@pytest.mark.parametrize("place", ["before", "after", "row number before"])
def test_descriptions_and_a_second_id_are_no_profiles(tmp_path: Path, place: str) -> None:
    lines = ["symbol,entrez_id,description,a"]
    for i, gene in enumerate(SYMBOLS):
        lines.append(f'{gene},{LANDMARKS[i]},"protein, of ""{i}""",{float(Z[0, i])!r}')
    if place == "after":
        lines = [
            ",".join(
                [
                    *reversed(line.rsplit(",", 1)),
                ]
            )
            for line in lines
        ]
        lines = [",".join([line.split(",", 2)[1], line.split(",", 2)[0], line.split(",", 2)[2]])
                 for line in lines]  # fmt: skip
    if place == "row number before":
        lines = [f"{i},{line}" for i, line in enumerate(lines)]
    draft = read_upload(tmp_path, "\n".join(lines))
    assert draft.names == ("a",)
    np.testing.assert_array_equal(draft.values, Z[:1])


def test_profiles_without_a_name_are_numbered(tmp_path: Path) -> None:
    rows = [",".join(repr(float(one)) for one in row) for row in Z]
    draft = read_upload(tmp_path, "\n".join([",".join(SYMBOLS), *rows]))
    assert draft.names == ("profile 1", "profile 2", "profile 3")
    np.testing.assert_array_equal(draft.values, Z)


def test_repeated_genes_are_averaged_and_said(tmp_path: Path) -> None:
    genes = [*SYMBOLS, SYMBOLS[3], SYMBOLS[3], SYMBOLS[7]]
    extra = np.array([[1, np.nan, 9], [2, 3, np.nan], [4, 4, 4]], np.float32)
    values = np.concatenate([Z, extra], axis=1)
    draft = read_upload(tmp_path, text_of(values, genes=genes))
    expected = Z.copy()
    for gene, columns in ((3, [3, 978, 979]), (7, [7, 980])):
        expected[:, gene] = np.nanmean(values[:, columns], axis=1)
    np.testing.assert_allclose(draft.values, expected, rtol=1e-6)
    assert draft.report.duplicated == (SYMBOLS[3], SYMBOLS[7])
    repeated = f"Genes repeated in the file; their mean was used: 2 ({SYMBOLS[3]}, {SYMBOLS[7]})."
    assert accept(draft).notes == (repeated,)


@pytest.mark.parametrize("word", ["", "NA", "n/a", "#N/A", "NaN", "null", "-666", "-666.0"])
def test_missing_values_in_many_spellings(tmp_path: Path, word: str) -> None:
    values = Z.copy()
    values[1, :5] = np.nan
    draft = read_upload(tmp_path, text_of(values, missing=word))
    np.testing.assert_array_equal(draft.values, values)
    assert draft.n_missing_values == 5


def test_repeated_names_are_numbered_and_stay_one_drug(tmp_path: Path) -> None:
    values = np.concatenate([Z, Z])[:5]
    names = ("DMSO", "DMSO", "DMSO (2)", "DMSO", "")
    draft = read_upload(tmp_path, text_of(values, names))
    assert draft.names == ("DMSO", "DMSO (3)", "DMSO (2)", "DMSO (4)", "profile 5")
    assert draft.drug == ("dmso", "dmso", "dmso", "dmso", "profile 5")
    assert draft.report.renamed == ("DMSO",)


def test_names_are_one_line_of_bounded_length(tmp_path: Path) -> None:
    names = ("a\x07\x1b[31m\u202eb", "x" * 5000, "x" * 5001)
    draft = read_upload(tmp_path, text_of(Z, names))
    assert draft.names == ("a [31m b", "x" * 200, "x" * 200 + " (2)")


def test_profiles_without_values_are_left_out_and_said(tmp_path: Path) -> None:
    values = Z.copy()
    values[1] = np.nan
    draft = read_upload(tmp_path, text_of(values))
    assert draft.names == ("aspirin", "DMSO")
    assert draft.report.empty == ("Vorinostat",)
    assert accept(draft).notes == ("Profiles without values, left out: 1 (Vorinostat).",)


@pytest.mark.parametrize("heading", ["pert_iname", "cmap_name", "drug", "Drug"])
def test_the_drug_comes_from_its_column(tmp_path: Path, heading: str) -> None:
    header, *lines = text_of(Z, genes_in="columns").splitlines()
    drugs = ("Aspirin", "ASPIRIN", "-666")
    lines = [f"{line},{drug},MCF7" for line, drug in zip(lines, drugs, strict=True)]
    draft = read_upload(tmp_path, "\n".join([f"{header},{heading},cell_id", *lines]))
    assert draft.drug == ("aspirin", "aspirin", "dmso")
    assert draft.names == NAMES
    assert draft.report.ignored == ("cell_id",)


def test_the_drug_comes_from_the_metadata_of_gct_and_gctx(tmp_path: Path) -> None:
    path = write_gctx(tmp_path / "a", Z, sig_ids=NAMES, genes=LANDMARKS)
    with h5py.File(path, "a") as file:
        file["/0/META/COL/pert_iname"] = np.array([b"Trametinib", b"trametinib", b"-666"])
    assert read_profiles(path, "a").drug == ("trametinib", "trametinib", "dmso")
    path = write_gct(tmp_path / "b", Z, sig_ids=NAMES, genes=LANDMARKS)
    text = path.read_text().replace("cell_id", "pert_iname", 1)
    assert read_upload(tmp_path, text).drug == ("a375",) * 3


def test_a_name_with_commas_does_not_make_a_tsv_a_csv(tmp_path: Path) -> None:
    names = ("drug, 10 uM, 24 h", "DMSO, 24 h", "c")
    draft = read_upload(tmp_path, text_of(Z, names, separator="\t"))
    assert (draft.names, draft.report.file_kind) == (names, "TSV")


def test_line_ends_blank_lines_and_quotes_do_not_matter(tmp_path: Path) -> None:
    text = text_of(Z, [f'"{name}"' for name in NAMES])
    draft = read_upload(tmp_path, "\n\n" + text.replace("\n", "\r\n") + ",,,\n\n")
    assert draft.names == NAMES
    np.testing.assert_array_equal(draft.values, Z)


def test_a_table_without_landmarks_is_refused_with_what_it_has(tmp_path: Path) -> None:
    genes = [f"GENE-{i}" for i in range(978)]
    words = "none of the 978 .*GENE-0, GENE-1.*aspirin, Vorinostat.*Entrez ids, .*Ensembl ids"
    with pytest.raises(LandmarkError, match=words):
        read_upload(tmp_path, text_of(Z, genes=genes))


def test_a_table_without_header_is_refused(tmp_path: Path) -> None:
    text = "\n".join(text_of(Z).splitlines()[1:])
    with pytest.raises(FileFormatError, match=f"first line starts with the gene '{SYMBOLS[0]}'"):
        read_upload(tmp_path, text)
