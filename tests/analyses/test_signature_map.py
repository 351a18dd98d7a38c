"""A whole map: every method, its quality, what it leaves out, and its memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.map.compute import TrainedNetwork, hidden_layer, signature_map
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import drugs_of_moa, select
from gpar_core.errors import Cancelled, RequestError
from gpar_core.learn.presets import LayeredSettings
from gpar_core.maps import METHODS
from gpar_core.progress import Progress, Tables, silent
from gpar_core.rank.scoring import MatchingNetwork, Network
from tests.pools import Means
from tests.saved_model import layered_network, matching_network
from tests.synthetic import build, drugs_of

MOAS = tuple(f"{name} inhibitor" for name in ("Alpha", "Beta", "Gamma", "Delta"))


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    """Four strong MOAs of 30 signatures each, and 480 signatures of nothing."""
    drugs = [drug for moa in MOAS for drug in drugs_of(moa, 15)]
    folder = tmp_path_factory.mktemp("maps")
    return build(folder, [*drugs, *drugs_of("", 240, tas=0.1)], effect=40)


def _purity_on_map(compendium: Compendium, points: pd.DataFrame) -> float:
    """Share of the five nearest on the map that are of the same MOA, of those that have one."""
    moa = compendium.signatures["drug"].str.slice(0, 4).to_numpy()[points["row"]]
    place = points[["x", "y"]].to_numpy(float)
    apart = np.square(place[:, None] - place[None]).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    alike = moa[np.argsort(apart, axis=1)[:, :5]] == moa[:, None]
    return float(alike[moa != "dark"].mean())


@pytest.mark.parametrize("method", METHODS)
def test_each_method_keeps_planted_moas_together(compendium: Compendium, method: str) -> None:
    rows = np.arange(compendium.n_signatures)
    told: list[Progress] = []
    made = signature_map(compendium, rows, method, seed=0, pool=Means(), report=told.append)
    points, quality = made["points"], made["quality"].iloc[0]
    assert points.dtypes.astype(str).tolist() == ["int64", "float32", "float32"]
    assert points["row"].is_monotonic_increasing
    assert _purity_on_map(compendium, points) > 0.9
    assert (quality["n"], quality["n_shown"]) == (600, len(points))
    assert made["dropped"]["count"].sum() == 600 - len(points)
    assert (len(points) < 600) == (method == "fwd")
    assert quality["knn_recall"] > 3 * quality["chance"]
    assert quality["n_sampled"] == len(points)
    assert np.isnan(quality["purity_before"])
    assert made["purity"].empty
    done = [each.done for each in told]
    assert done == sorted(done)
    assert {each.total for each in told} == {1000}


def test_a_selection_is_placed_under_its_own_rows(compendium: Compendium) -> None:
    rows = np.arange(5, 300, 3)
    made = signature_map(compendium, rows, "tsne", seed=0, pool=Means())
    np.testing.assert_array_equal(made["points"]["row"], rows)


def test_a_graph_of_nothing_is_refused_in_words(compendium: Compendium) -> None:
    dark = np.flatnonzero(compendium.signatures["drug"].str.startswith("dark"))[:200]
    with pytest.raises(
        RequestError, match=r"between the 200 signatures has no component with more"
    ):
        signature_map(compendium, dark, "fwd", seed=0, pool=Means())


def test_of_a_trained_network_the_hidden_layer_is_shown_and_judged(compendium: Compendium) -> None:
    training_set = select(compendium, drugs_of_moa(compendium, MOAS[0]), negatives="inactive")
    trained = TrainedNetwork(matching_network(), training_set, LayeredSettings(), seed=3)
    rows = np.arange(0, 600, 2)
    kept: dict[str, Tables] = {}

    def remember(key, compute):  # type: ignore[no-untyped-def]
        return kept.setdefault(key, kept.get(key) or compute())

    pool = Means()
    made = signature_map(
        compendium, rows, "tsne", trained=trained, seed=0, pool=pool, remember=remember
    )
    quality = made["quality"].iloc[0]
    assert quality["n_drugs"] == len(made["purity"]) == 15
    assert quality["n_neighbours"] == 15
    assert quality["purity_before"] == made["purity"]["purity_before"].mean()
    assert [task.seed for task in pool.calls[0]] == [3 + k + 1 for k in range(10)]
    again = signature_map(
        compendium, rows, "tsne", trained=trained, seed=0, pool=pool, remember=remember
    )
    assert set(kept) == {"places", "faithfulness", "purity"}
    assert len(pool.calls) == 1
    pd.testing.assert_frame_equal(again["points"], made["points"])
    plain = signature_map(compendium, rows, "tsne", seed=0, pool=pool)
    assert not np.allclose(plain["points"]["x"], made["points"]["x"])
    uploaded = TrainedNetwork(matching_network(), None, LayeredSettings(), seed=3)
    unknown = signature_map(compendium, rows, "tsne", trained=uploaded, seed=0, pool=pool)
    assert unknown["purity"].empty


@pytest.mark.parametrize("network", [layered_network(), matching_network()])
def test_the_hidden_layer_in_blocks_is_the_hidden_layer(
    compendium: Compendium, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each signature without what is common to its own cell line, if the network knows it."""
    monkeypatch.setattr("gpar_core.analyses.map.compute.BLOCK_ROWS", 7)
    rows = np.arange(3, 590, 23)
    cell = compendium.signatures["cell_id"].to_numpy()[rows]
    assert len(set(cell)) == 2
    x = np.asarray(compendium.matrix[rows])
    blocks = hidden_layer(network, compendium, rows, silent)
    np.testing.assert_allclose(blocks, network.hidden(x, cell), rtol=1e-4, atol=1e-4)
    knows_lines = isinstance(network, MatchingNetwork)
    assert np.allclose(blocks, network.hidden(x), atol=1e-4) != knows_lines


def test_it_can_be_stopped(compendium: Compendium) -> None:
    def stop(progress: Progress) -> None:
        if progress.done > 20:
            raise Cancelled("Cancelled.")

    with pytest.raises(Cancelled):
        signature_map(compendium, np.arange(600), "umap", seed=0, pool=Means(), report=stop)


MEASURED = """
import sys, threading
import numpy as np, pandas as pd, psutil
from gpar_core.data.compendium import Compendium
from gpar_core.maps import fwd
from gpar_core.analyses.map.compute import signature_map
from gpar_core.maps import umap

class Pool:
    processes = 1

n = 12_000
assert "umap" not in sys.modules
umap.embed(np.eye(50, 20, dtype=np.float32), seed=0)  # what is compiled and imported stays
umap.EPOCHS_OF_MANY = 5  # more of them take no more memory
x = np.random.default_rng(0).standard_normal((n, 100), np.float32)
compendium = Compendium("a", "", "", True, x, pd.DataFrame(index=range(n)), pd.DataFrame(), {})
memory, stop = psutil.Process(), threading.Event()
start = peak = memory.memory_info().rss

def watch():
    global peak
    while not stop.wait(0.01):
        peak = max(peak, memory.memory_info().rss)

threading.Thread(target=watch).start()
try:
    signature_map(compendium, np.arange(n), "umap", seed=0, pool=Pool())
    fwd.strongest(x, seed=0)
finally:
    stop.set()
print((peak - start) / 1e6, "tensorflow" in sys.modules)
"""


def test_all_pairs_are_never_in_memory_at_once_nor_is_tensorflow() -> None:
    """The pairs would take 576 MB for 12,000 signatures; UMAP brings TensorFlow if it can."""
    found = subprocess.run(
        [sys.executable, "-c", MEASURED],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    more_mb, tensorflow = found.stdout.split()[-2:]
    assert float(more_mb) < 300
    assert tensorflow == "False"


def test_places_from_elsewhere_are_taken_and_judged(compendium: Compendium) -> None:
    rows = np.arange(10, 100)
    own = signature_map(compendium, rows, "tsne", seed=0, pool=Means())
    elsewhere = own["points"].iloc[20:].assign(y=lambda points: points["y"] * 2)
    outside = pd.DataFrame({"row": [400], "x": np.float32([0]), "y": np.float32([0])})
    given = pd.concat([elsewhere, outside], ignore_index=True)
    made = signature_map(compendium, rows, "file", elsewhere=given, seed=0, pool=Means())
    pd.testing.assert_frame_equal(made["points"], elsewhere.reset_index(drop=True))
    assert made["quality"].iloc[0][["n", "n_shown"]].tolist() == [90, 70]
    assert made["quality"].iloc[0]["knn_recall"] > 1.5 * made["quality"].iloc[0]["chance"]
    assert made["dropped"].values.tolist() == [["without coordinates in the file", 20]]
    with pytest.raises(RequestError, match="0 of the 5 chosen signatures have coordinates"):
        signature_map(compendium, np.arange(5), "file", elsewhere=given, seed=0, pool=Means())
