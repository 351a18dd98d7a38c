"""Maps that show knock-downs and other perturbagens beside compounds."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.analyses.map.packing import UNKNOWN, pack, pack_scores
from gpar_core.analyses.map.plan import plan_map
from gpar_core.analyses.map.selection import selected_rows
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.errors import RequestError
from gpar_core.storage.requests import to_json
from tests.analyses.test_packing import placed, unpacked
from tests.geo_files import write_release
from tests.perturbagens import mixed_release
from tests.synthetic import build, drugs_of

ALL = tuple(fields.PERT_TYPES)


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    files = write_release(mixed_release(), tmp_path)
    import_compendium(files, tmp_path, name="new", pert_types=ALL)
    return compendia.load(tmp_path)


def test_each_point_has_its_kind_for_a_moa_and_its_target(compendium: Compendium) -> None:
    whole = compendium.of_kinds(ALL)
    header, columns = unpacked(pack(placed(whole), whole))
    drugs = header["drugs"]
    found = dict(zip(drugs["names"], drugs["moas"], strict=True))
    assert found == {
        "drug 1": "X inhibitor", "drug 2": "", "EGF ligand": "ligand",
        "TP53 knock-down": "knock-down", "TP53 knock-out": "knock-out",
        "TP53 over-expression": "over-expression",
    }  # fmt: skip
    targets = dict(zip(drugs["names"], drugs["targets"], strict=True))
    assert targets["TP53 knock-down"] == targets["drug 1"] == "TP53"
    assert len(columns["drug"]) == whole.n_signatures == 24


def test_scores_of_compounds_leave_the_others_unknown(compendium: Compendium) -> None:
    whole = compendium.of_kinds(ALL)
    packed = pack(placed(whole), whole)
    for signed in (False, True):
        scores = np.linspace(-1, 1, compendium.n_signatures)
        _, columns = unpacked(pack_scores(scores, packed, signed=signed))
        unknown = columns["score"] == UNKNOWN
        np.testing.assert_array_equal(unknown, packed.rows >= compendium.n_signatures)
    _, columns = unpacked(pack_scores(np.empty(0), packed, signed=True))
    assert (columns["score"] == UNKNOWN).all()


def test_the_kinds_of_a_map_are_known_and_in_order(compendium: Compendium) -> None:
    request = plan_map(compendium, method="tsne", perturbagens=["trt_xpr", "trt_cp", "trt_oe"])
    assert request.perturbagens == ("trt_cp", "trt_oe", "trt_xpr")
    assert "compounds, over-expressions, knock-outs" in request.title
    whole = compendium.of_kinds(request.perturbagens)
    assert len(selected_rows(whole, moas=["target: TP53"])) == 16


def test_compounds_alone_are_the_request_they_were(tmp_path: Path) -> None:
    alone = build(tmp_path, drugs_of("X inhibitor", 20))
    request = plan_map(alone, method="tsne")
    assert "perturbagens" not in to_json(request)
    with pytest.raises(RequestError, match=r"has no knock-outs\. It has compounds"):
        plan_map(alone, method="tsne", perturbagens=["trt_cp", "trt_xpr"])
