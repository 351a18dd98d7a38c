"""A filter at import keeps what it would keep of the whole compendium."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.data.selecting import kept
from gpar_core.errors import RequestError
from tests.geo_files import Release, release, write_release

N = 12


def _release(**metrics: list[str]) -> Release:
    made = release().with_info(
        pert_time=["6", "24"] * 6, pert_dose=["10.0", "1.0", "0.1"] * 4, pert_idose="-666"
    )
    return made.with_table("sig_metrics", sig_id=made.sig_ids, **metrics)


def _imported(made: Release, folder: Path, quality: QualityFilter = EVERYTHING) -> Compendium:
    files = write_release(made, folder / "files")
    (folder / "new").mkdir()
    import_compendium(files, folder / "new", name="new", quality=quality)
    return compendia.load(folder / "new")


GIVEN = _release(
    tas=[str(place / 20) for place in range(N - 1)] + ["-666"],
    distil_cc_q75=["-666"] * 3 + ["0.5"] * (N - 4) + ["-666"],
    distil_nsample=["2", "3", "4"] * 4,
    is_exemplar=["1", "0"] * 6,
)
COUNTED_HERE = _release(distil_cc_q75=["0.5"] * (N - 1) + ["-666"], distil_nsample=["3"] * N)
"""TAS stands in no file: its values must be copied first."""


@pytest.mark.parametrize(
    ("made", "quality"),
    [
        (GIVEN, QualityFilter(min_tas=0.2)),
        (GIVEN, QualityFilter(min_cc_q75=0.5, min_replicates=3)),
        (GIVEN, QualityFilter(exemplars_only=True, max_dose=1.0)),
        (GIVEN, QualityFilter(times=(6.0,), cells=("mcf7",))),
        (COUNTED_HERE, QualityFilter(min_tas=0.245)),
        (COUNTED_HERE, QualityFilter(min_tas=0.245, times=(24.0,))),
    ],
)
def test_it_keeps_what_it_would_keep_of_all(
    tmp_path: Path, made: Release, quality: QualityFilter
) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "part").mkdir()
    whole = _imported(made, tmp_path / "whole")
    part = _imported(made, tmp_path / "part", quality)
    rows = kept(whole.signatures, quality)
    assert 0 < rows.sum() < N
    assert part.signatures["sig_id"].tolist() == whole.signatures["sig_id"][rows].tolist()
    np.testing.assert_array_equal(part.matrix, whole.matrix[rows])
    np.testing.assert_array_equal(part.signatures["tas"], whole.signatures["tas"][rows])
    assert part.filters == (quality,)
    assert whole.filters == ()
    left_out = sum(
        finding["count"]
        for finding in part.report["findings"]
        if finding["what"].startswith("signatures left out by the filter")
    )
    assert left_out == N - rows.sum()


def test_it_says_what_is_left_to_train_with(tmp_path: Path) -> None:
    made = _imported(GIVEN, tmp_path, QualityFilter(min_tas=0.05))
    found = {finding["what"]: finding["count"] for finding in made.report["findings"]}
    assert found["signatures left out by the filter: TAS at least 0.05"] == 1
    assert found["signatures left out by the filter: TAS at least 0.05 (value unknown)"] == 1
    assert "inactive drugs without MOA annotation left, to use as negatives" in found


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        (QualityFilter(min_tas=0.9), "keeps none of the 12 signatures"),
        (QualityFilter(cells=("PC3",)), "No signature is from 'PC3'"),
    ],
)
def test_a_filter_that_leaves_nothing_is_refused(
    tmp_path: Path, quality: QualityFilter, words: str
) -> None:
    with pytest.raises(RequestError, match=words):
        _imported(GIVEN, tmp_path, quality)
