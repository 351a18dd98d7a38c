"""Principal components in blocks are those of scikit-learn."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA

from gpar_core.errors import Cancelled
from gpar_core.maps import principal_components as pca
from gpar_core.maps.principal_components import principal_components
from gpar_core.progress import Progress


def _x(n: int = 300, d: int = 40) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(n, d)) * np.linspace(3, 0.5, d) + 0.4).astype(np.float32)


def test_they_are_those_of_signatures_of_length_one(monkeypatch: pytest.MonkeyPatch) -> None:
    x = _x()
    directions = x / np.linalg.norm(x, axis=1, keepdims=True)
    expected = PCA(10, svd_solver="full").fit_transform(directions.astype(float))
    whole = principal_components(x, n_components=10)
    sign = np.sign((expected * whole).sum(axis=0))
    np.testing.assert_allclose(whole, expected * sign, atol=2e-5)
    monkeypatch.setattr("gpar_core.maps.principal_components.BLOCK_ROWS", 7)
    np.testing.assert_allclose(principal_components(x, n_components=10), whole, atol=2e-5)


def test_all_of_them_keep_every_cosine() -> None:
    x = _x(60, 20)
    directions = x / np.linalg.norm(x, axis=1, keepdims=True)
    components = principal_components(x, n_components=20)
    apart = np.square(components[:, None] - components[None]).sum(axis=2)
    np.testing.assert_allclose(apart, 2 - 2 * directions @ directions.T, atol=1e-4)


def test_a_matrix_on_disk_does_as_well(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", _x())
    on_disk = np.load(tmp_path / "x.npy", mmap_mode="r")
    np.testing.assert_array_equal(principal_components(on_disk), principal_components(_x()))


@pytest.mark.parametrize(("n", "d", "found"), [(5, 40, 4), (50, 8, 8), (300, 250, 200)])
def test_there_are_no_more_than_there_can_be(n: int, d: int, found: int) -> None:
    assert principal_components(_x(n, d)).shape == (n, found)
    assert pca.N_COMPONENTS == 200


def test_it_can_be_stopped() -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        principal_components(_x(), report=stop)
