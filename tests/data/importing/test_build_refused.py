"""Import: what is refused, with the reason."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.data import matrix_files
from gpar_core.errors import AnnotationError, FileFormatError, LandmarkError
from tests.data.importing.imported import Import
from tests.geo_files import (
    INFERRED,
    LANDMARKS,
    release,
    with_file,
    write_gene_info,
    write_release,
    write_table,
)


def test_missing_landmarks_are_named_and_can_be_set_to_zero(run: Import) -> None:
    made = release(genes=LANDMARKS[2:])
    first = f"{fields.LANDMARK_SYMBOLS[0]} ({LANDMARKS[0]})"
    with pytest.raises(LandmarkError) as refused:
        run(made)
    assert "lacks 2 of the 978 landmark genes" in str(refused.value)
    assert first in str(refused.value)
    loaded, findings = run(made, fill_missing=True)
    assert findings["landmark genes missing, set to 0"].names[0] == first
    np.testing.assert_array_equal(loaded.matrix[:, :2], 0)
    np.testing.assert_array_equal(loaded.matrix[:, 2:], made.values)


def test_a_landmark_that_stands_twice_is_named(run: Import) -> None:
    with pytest.raises(LandmarkError, match=rf"more than once: \S+ \({LANDMARKS[5]}\)"):
        run(release(genes=(*LANDMARKS, LANDMARKS[5])), fill_missing=True)


def test_a_matrix_without_landmark_genes_is_refused(run: Import) -> None:
    with pytest.raises(LandmarkError, match=f"None of the 978 landmark genes.*{INFERRED[0]}"):
        run(release(genes=INFERRED[:978]), fill_missing=True)


def test_a_gene_info_that_marks_other_landmarks_is_refused(tmp_path: Path, run: Import) -> None:
    files = write_release(release(), tmp_path)
    write_gene_info(files.series[0].gene_info, landmarks=[*LANDMARKS[1:], INFERRED[0]])
    with pytest.raises(LandmarkError) as refused:
        run(files)
    assert f"1 are not marked ({fields.LANDMARK_SYMBOLS[0]}" in str(refused.value)
    assert f"1 are others ({INFERRED[0]})" in str(refused.value)


def test_a_sig_id_that_stands_twice_in_the_matrix_is_named(run: Import) -> None:
    made = release()
    with pytest.raises(FileFormatError, match=f"'{made.sig_ids[0]}' more than once"):
        run(replace(made, sig_ids=(made.sig_ids[0], *made.sig_ids[:-1])))


def test_a_sig_info_that_contradicts_itself_is_refused(run: Import) -> None:
    made = release()
    info = pd.concat([made.sig_info, made.sig_info.iloc[[0]].assign(cell_id="PC3")])
    with pytest.raises(AnnotationError, match=f"1 signatures in two .*'{made.sig_ids[0]}'"):
        run(replace(made, sig_info=info))


def test_sig_info_of_another_release_is_refused(run: Import) -> None:
    made = release()
    with pytest.raises(AnnotationError, match=r"No sig_id .* \(first: 'X0'\) .* same release"):
        run(made.with_info(sig_id=[f"X{i}" for i in range(12)]))


def test_an_empty_sig_info_is_refused(run: Import) -> None:
    made = release()
    with pytest.raises(AnnotationError, match=r"\(first: 'none'\)"):
        run(replace(made, sig_info=made.sig_info.iloc[:0]))


def test_a_release_without_compounds_is_refused(run: Import) -> None:
    with pytest.raises(AnnotationError, match="no signature of compounds"):
        run(release().with_info(pert_type="trt_sh"))


def test_a_matrix_of_nothing_but_missing_values_is_refused(run: Import) -> None:
    made = release()
    with pytest.raises(FileFormatError, match=r"Every signature .* there is nothing to import"):
        run(replace(made, values=np.full_like(made.values, np.nan)))


def test_expression_levels_are_told_from_z_scores(run: Import) -> None:
    made = release()
    with pytest.raises(FileFormatError, match=r"all positive \(median .*Level 3"):
        run(replace(made, values=np.abs(made.values) + 4))


def test_a_signature_that_is_zero_everywhere_is_no_expression_level(
    run: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix_files, "BLOCK_VALUES", 978)  # it gets a block of its own
    made = release()
    made.values[3] = 0
    assert run(made)[0].n_signatures == 12


@pytest.mark.parametrize("column", ["sig_id", "pert_id", "pert_iname", "pert_type", "cell_id"])
def test_a_sig_info_without_a_needed_column_is_refused(run: Import, column: str) -> None:
    made = release()
    with pytest.raises(AnnotationError, match=f"lacks the column {column}"):
        run(replace(made, sig_info=made.sig_info.drop(columns=column)))


@pytest.mark.parametrize("table", ["sig_info", "gene_info", "sig_metrics", "pert_info", "moa"])
def test_a_table_that_is_no_table_is_refused_by_name(
    tmp_path: Path, run: Import, table: str
) -> None:
    files = write_release(release(), tmp_path)
    path = write_table(tmp_path / "strange.txt", pd.DataFrame({"strange": ["x"]}))
    with pytest.raises(AnnotationError, match=r"'strange\.txt' lacks the column"):
        run(with_file(files, table, path))
