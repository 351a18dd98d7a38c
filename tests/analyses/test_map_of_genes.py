"""Maps that show knock-downs and other perturbagens beside compounds."""

from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.analyses.map.packing import UNKNOWN, beside, pack, pack_scores
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


@pytest.mark.parametrize("scored", ["trt_cp", "trt_sh.cgs"])
@pytest.mark.parametrize("shown", [ALL, ("trt_cp",), ("trt_oe", "trt_sh.cgs"), ("trt_xpr",)])
def test_scores_of_one_kind_leave_the_others_unknown(
    compendium: Compendium, scored: str, shown: tuple[str, ...]
) -> None:
    of, on_map = compendium.of_kinds([scored]), compendium.of_kinds(shown)
    packed = pack(placed(on_map), on_map)
    scores = np.linspace(-1, 1, of.n_signatures)
    expected = dict(zip(of.signatures["sig_id"], scores, strict=True))
    sig_ids = on_map.signatures["sig_id"].iloc[packed.rows]
    for signed in (False, True):
        header, columns = unpacked(pack_scores(beside(scores, of, on_map), packed, signed=signed))
        low, high = header["score_range"]
        for sig_id, level in zip(sig_ids, columns["score"], strict=True):
            if sig_id in expected:
                assert low + level / 254 * (high - low) == pytest.approx(expected[sig_id], abs=0.01)
            else:
                assert level == UNKNOWN


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
