"""Coordinates from elsewhere: matched by sig_id, and what cannot be used refused in words."""

import numpy as np
import pytest

from gpar_core.analyses.map.coordinates import MAX_BYTES, placed, read_coordinates
from gpar_core.data.compendium import Compendium
from gpar_core.errors import AnnotationError

CSV = b"Y,moa,Sig_ID,x\n2.5,a,MCF7:HDAC-000:0,-1\n3,,A375:HDAC-000:1,1e3\n0,b,NOBODY:1,7\n"


@pytest.mark.parametrize("content", [CSV, CSV.replace(b",", b"\t"), CSV.replace(b",", b";")])
def test_signatures_are_found_by_their_ids(tiny: Compendium, content: bytes) -> None:
    found = placed(tiny, read_coordinates(content, "a.csv"))
    assert found.unknown == ("NOBODY:1",)
    assert found.points.columns.tolist() == ["row", "x", "y"]
    sig_ids = tiny.signatures["sig_id"].iloc[found.points["row"]].tolist()
    assert sig_ids == ["A375:HDAC-000:1", "MCF7:HDAC-000:0"]
    np.testing.assert_array_equal(found.points[["x", "y"]], [[1000, 3], [-1, 2.5]])
    assert found.points["row"].dtype == np.int64
    assert found.points["x"].dtype == np.float32


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "has 0 lines"),
        (b"sig_id,x\na,1\n", "has no column y. Its columns are sig_id, x"),
        (b"sig_id,x,y\na,1,2\nb,1\n", "1 rows without a sig_id and two finite numbers.*'b,1,'"),
        (b"sig_id,x,y\na,1,inf\n", "two finite numbers"),
        (b"sig_id,x,y\na,1,nan\n,1,2\n", "has 2 rows"),
        (b"sig_id,x,y\na,1,1e300\n", "two finite numbers"),
        (b"sig_id,x,y\na,1,=cmd\n", "two finite numbers"),
        (b"sig_id,x,y\na,1,2\na,2,3\n", "places 1 signatures more than once; the first is 'a'"),
        (b"PK\x03\x04\0\0", "is an Excel workbook or a zip archive"),
        (b"a," * 5_000 + b"\n" + b"a," * 5_000, "more than 100 columns"),
        (b"sig_id,x,y\n" + b"a" * 200_000, "a line of 200,000 characters"),
        (b"a" * (MAX_BYTES + 1), "the limit is 64 MB"),
        (b"sig_id,x,y\n" + b"a\n" * 1_100_000, "more than 1,000,000 lines"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_what_cannot_be_used_is_refused_in_words(content: bytes, what: str) -> None:
    with pytest.raises(AnnotationError, match=what):
        read_coordinates(content, "a.csv")


def test_a_map_of_another_compendium_is_refused(tiny: Compendium) -> None:
    table = read_coordinates(b"sig_id,x,y\nCPC004_PC3:1,1,2\n", "a.csv")
    with pytest.raises(
        AnnotationError, match=r"None of the 1 signatures .* 'CPC004_PC3:1'.*'A375:"
    ):
        placed(tiny, table)
