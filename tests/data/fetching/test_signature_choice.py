"""Which signatures of a siginfo table are fetched."""

from pathlib import Path

import pandas as pd
import pytest

from gpar_core.data.fetching.signature_choice import COLUMNS, signatures_of
from gpar_core.errors import AnnotationError

KINDS = ("trt_cp", "TRT_SH.CGS", " trt_sh.cgs ", "trt_sh", "", "1", "trt_xpr")


@pytest.fixture
def siginfo(tmp_path: Path) -> Path:
    table = pd.DataFrame({name: ["1"] * len(KINDS) for name in COLUMNS})
    table = table.assign(sig_id=list("abcdefg"), pert_type=KINDS, cell_iname="A375")
    table.to_csv(tmp_path / "siginfo.txt", sep="\t", index=False)
    return tmp_path / "siginfo.txt"


def test_a_kind_is_known_in_any_case_and_a_hairpin_is_no_consensus(siginfo: Path) -> None:
    found = signatures_of(siginfo, [], ["trt_sh.cgs"])
    assert found["sig_id"].tolist() == ["b", "c"]
    assert set(found["pert_type"]) == {"trt_sh.cgs"}


def test_a_kind_without_a_signature_is_an_error(siginfo: Path) -> None:
    with pytest.raises(AnnotationError, match="no matching signature of ligands in A375"):
        signatures_of(siginfo, ["A375"], ["trt_lig"])
