import numpy as np
import pytest

from gpar_core.learn.codes import coded, places


@pytest.mark.parametrize("dtype", [object, str])
def test_codes_are_those_of_numpy(dtype: type) -> None:
    rng = np.random.default_rng(0)
    pool = ["b", "a", "Z", "#1", "#10", "é", "a b", "longer than all others"]
    names = np.array(rng.choice(pool, 200), dtype=dtype)
    distinct, code = coded(names)
    expected, expected_code = np.unique(names.astype(str), return_inverse=True)
    np.testing.assert_array_equal(distinct, expected)
    np.testing.assert_array_equal(code, expected_code)
    assert distinct.dtype == expected.dtype
    np.testing.assert_array_equal(places(names, distinct), code)


def test_another_name_has_no_place() -> None:
    assert places(np.array(["x", "b"], object), ["a", "b"]).tolist() == [-1, 1]


def test_no_names_have_no_codes() -> None:
    distinct, code = coded(np.array([], object))
    assert len(distinct) == len(code) == 0
