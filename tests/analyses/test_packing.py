"""The points of a map as bytes, and what the browser says of them."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.analyses.map.packing import (
    UNKNOWN,
    Packed,
    from_tables,
    pack,
    pack_scores,
    positions,
    to_tables,
)
from gpar_core.data.compendium import Compendium
from tests.synthetic import build, drugs_of


def unpacked(packed: Packed) -> tuple[dict, dict[str, np.ndarray]]:
    """Header and columns, read as the browser reads them."""
    content = gzip.decompress(packed.content)
    length = int.from_bytes(content[:4], "little")
    header = json.loads(content[4 : 4 + length])
    first = -(-(4 + length) // 8) * 8
    columns = {
        name: np.frombuffer(content, np.dtype(kind).newbyteorder("<"), header["n"], first + offset)
        for name, (kind, offset) in header["columns"].items()
    }
    return header, columns


def placed(data: Compendium, n: int | None = None) -> pd.DataFrame:
    rows = np.arange(data.n_signatures)[:n]
    return pd.DataFrame({"row": rows, "x": data.matrix[rows, 0], "y": data.matrix[rows, 1]})


def test_every_point_keeps_its_own_place_and_names(tiny: Compendium) -> None:
    points = placed(tiny)
    packed = pack(points, tiny)
    header, columns = unpacked(packed)
    assert header["n"] == tiny.n_signatures
    assert sorted(packed.rows) == list(range(tiny.n_signatures))
    signatures = tiny.signatures.iloc[packed.rows]
    moas = tiny.compound_moas.groupby(fields.DRUG)[fields.MOA].agg(lambda own: sorted(set(own)))
    for at, (_, signature) in enumerate(signatures.iterrows()):
        drug = columns["drug"][at]
        assert header["drugs"]["names"][drug].casefold() == signature[fields.DRUG]
        assert packed.drugs[drug] == signature[fields.DRUG]
        assert header["cells"][columns["cell"][at]] == signature[fields.CELL_ID]
        assert header["doses"]["names"][columns["dose"][at]] == "10 µM"
        assert header["times"]["names"][columns["time"][at]] == "24 h"
        named = [header["drugs"]["moa_names"][moa] for moa in header["drugs"]["moas_of"][drug]]
        assert named == moas.get(signature[fields.DRUG], [])
        assert header["drugs"]["moas"][drug] == ", ".join(named)


def test_places_are_true_to_half_a_step_and_to_scale(tiny: Compendium) -> None:
    points = placed(tiny)
    points["y"] *= 0.25
    packed = pack(points, tiny)
    _, columns = unpacked(packed)
    own = points.set_index("row").loc[packed.rows]
    span = np.ptp(points["x"])
    assert np.ptp(points["y"]) < span
    for axis in ("x", "y"):
        middle = (points[axis].min() + points[axis].max()) / 2
        expected = ((own[axis] - middle) / span + 0.5) * 65535
        np.testing.assert_allclose(columns[axis], expected, atol=0.51)


def test_points_at_one_place_are_in_the_middle(tiny: Compendium) -> None:
    _, columns = unpacked(pack(placed(tiny).assign(x=3.0, y=-1.0), tiny))
    assert set(columns["x"]) == set(columns["y"]) == {32768}


def test_quantities_are_in_steps_and_unknown_ones_are_marked(tmp_path: Path) -> None:
    drugs = [*drugs_of("A", 3, tas=0.2), *drugs_of("", 2, tas=1.0), *drugs_of("B", 1, tas=np.nan)]
    data = build(tmp_path / "c", drugs)
    packed = pack(placed(data), data)
    header, columns = unpacked(packed)
    assert header["tas_range"] == [0.2, 1.0]
    tas = data.signatures[fields.TAS].to_numpy()[packed.rows]
    np.testing.assert_array_equal(columns["tas"] == UNKNOWN, np.isnan(tas))
    np.testing.assert_array_equal(columns["tas"] == 254, tas == 1.0)


def test_amounts_rise_and_an_unknown_one_is_last(tmp_path: Path) -> None:
    data = build(tmp_path / "c", drugs_of("A", 4), cells=("A375",))
    data.signatures[fields.DOSE] = [10.0, np.nan, 0.5, 10.0]
    data.signatures[fields.DOSE_UNIT] = ["um", "um", "um", "nm"]
    packed = pack(placed(data), data)
    header, columns = unpacked(packed)
    assert header["doses"]["names"] == ["0.5 µM", "10 nm", "10 µM", ""]
    assert header["doses"]["numbers"] == [0.5, 10.0, 10.0, None]
    by_row = dict(zip(packed.rows, columns["dose"], strict=True))
    assert [by_row[row] for row in range(4)] == [2, 3, 0, 1]


def test_scores_are_in_the_order_of_the_points(tiny: Compendium) -> None:
    packed = pack(placed(tiny, 40), tiny)
    scores = np.linspace(0.2, 0.9, tiny.n_signatures, dtype=np.float32)
    header, columns = unpacked(pack_scores(scores, packed))
    low, high = header["score_range"]
    told = low + columns["score"] / 254 * (high - low)
    np.testing.assert_allclose(told, scores[packed.rows], atol=(high - low) / 254)


def test_signed_scores_have_zero_in_the_middle(tiny: Compendium) -> None:
    packed = pack(placed(tiny, 40), tiny)
    scores = np.linspace(-3.0, 1.0, tiny.n_signatures)
    header, columns = unpacked(pack_scores(scores, packed, name="Connectivity", signed=True))
    low, high = header["score_range"]
    assert low == -high == scores[packed.rows].min()
    assert header["score_name"] == "Connectivity"
    end = np.quantile(np.abs(scores[packed.rows]), 0.98)
    assert header["score_stretch"] == pytest.approx(high / end)
    assert ((columns["score"] > 127) == (scores[packed.rows] > 0.5 * high / 254)).all()


def test_the_same_points_are_the_same_bytes_in_mixed_order(tiny: Compendium) -> None:
    points = placed(tiny)
    first = pack(points, tiny)
    assert first.digest == pack(points, tiny).digest
    assert first.digest != pack(points.assign(x=points["y"]), tiny).digest
    assert (np.diff(first.rows) < 0).mean() > 0.3


def test_packed_points_are_kept_as_tables(tiny: Compendium, tmp_path: Path) -> None:
    packed = pack(placed(tiny, 30), tiny)
    for name, table in to_tables(packed).items():
        table.to_parquet(tmp_path / name)
    kept = from_tables({name: pd.read_parquet(tmp_path / name) for name in to_tables(packed)})
    assert (kept.content, kept.digest) == (packed.content, packed.digest)
    np.testing.assert_array_equal(kept.rows, packed.rows)
    assert kept.drugs.tolist() == packed.drugs.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", []), ("0", [0]), ("5 1 a", [5, 6, 16]), ("x!", []), ("5 0", []), ("-1", []),
     ("2s", []), ("zzzzzzzzzzzzzzzzzz", [])],
)  # fmt: skip
def test_positions_come_as_differences(text: str, expected: list[int]) -> None:
    assert positions(text, 100).tolist() == expected
