"""A model comes back from disk as it went, or is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core.analyses.training import result as models
from gpar_core.errors import DataError
from gpar_core.rank.scoring import Network, score
from gpar_core.storage.cache import MANIFEST
from tests.saved_model import layered_network, matching_network, model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    models.save(model(), tmp_path)
    return tmp_path


@pytest.mark.parametrize("network", [layered_network(), matching_network()])
def test_a_model_comes_back_as_it_was_saved(network: Network, tmp_path: Path) -> None:
    saved = model(network)
    models.save(saved, tmp_path)
    loaded = models.load(tmp_path, signatures=True)
    assert loaded.summary == saved.summary
    assert models.load_summary(tmp_path) == saved.summary
    assert type(loaded.network) is type(network)
    x = np.random.default_rng(1).normal(size=(4, 978))
    np.testing.assert_array_equal(score(loaded.network, x), score(network, x))
    for name in (*models.TABLES, "signatures"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(saved, name))
    assert loaded.calibration == saved.calibration
    assert loaded.fold_calibration == saved.fold_calibration
    np.testing.assert_array_equal(loaded.scores, saved.scores)
    np.testing.assert_array_equal(loaded.scored_by, saved.scored_by)
    assert models.load_reading(tmp_path).sorted_scores.tolist() == sorted(saved.scores.tolist())


def test_signatures_of_some_drugs_are_read_by_rank(tmp_path: Path) -> None:
    made = model()
    rng = np.random.default_rng(0)
    ranked = pd.DataFrame(
        {
            "drug": rng.choice(["a", "b", "c"], 40),
            "cell_id": "MCF7",
            "rank": np.arange(1, 41),
        }
    )
    models.save(replace(made, signatures=ranked), tmp_path)
    assert models.load(tmp_path).signatures is None
    pd.testing.assert_frame_equal(models.load_signatures(tmp_path), ranked)
    some = models.load_signatures(tmp_path, ["c", "a"], ["drug", "rank"])
    expected = ranked.loc[ranked["drug"] != "b", ["drug", "rank"]]
    pd.testing.assert_frame_equal(some, expected.reset_index(drop=True))
    assert models.load_signatures(tmp_path, []).empty
    with pytest.raises(TypeError, match="without its ranked signatures"):
        models.save(models.load(tmp_path), tmp_path)


def test_a_figure_that_is_unknown_stays_unknown(tmp_path: Path) -> None:
    models.save(model(logistic_auroc=float("nan")), tmp_path)
    assert np.isnan(models.load_summary(tmp_path).logistic_auroc)


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    "name",
    [
        MANIFEST,
        "network.npz",
        models.SIGNATURES,
        *(f"{table}.parquet" for table in models.TABLES),
        *(f"{array}.npy" for array in models.ARRAYS),
    ],
)
@pytest.mark.parametrize("harm", [Path.unlink, _cut, lambda path: path.write_bytes(b"")])
def test_a_missing_or_damaged_file_is_a_data_error(
    folder: Path, name: str, harm: Callable[[Path], None]
) -> None:
    harm(folder / name)
    with pytest.raises(DataError, match=r"cannot be read .*Delete it and train it again"):
        models.load(folder)


@pytest.mark.parametrize("key", ["format_version", "summary", "network", "gene_order"])
def test_a_manifest_that_lacks_a_key_is_a_data_error(folder: Path, key: str) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    del manifest[key]
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(DataError, match="Delete it and train it again"):
        models.load(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format_version": 9}, f"format 9, this GPAR reads {models.FORMAT_VERSION}"),
        ({"gene_order": [1, 2, 3]}, "gene order is unknown"),
        ({"network": {"kind": "matching", "scaling": "magic"}}, "scaling 'magic' is unknown"),
        ({"network": {"kind": "magic", "scaling": "none"}}, "kind 'magic' is unknown"),
        ({"network": {"kind": "layered", "scaling": "none", "layers": 2}}, "weight_0"),
        ({"network": []}, "cannot be read"),
        ({"summary": {"label": "half of it"}}, "cannot be read"),
        ({"summary": []}, "cannot be read"),
    ],
)
def test_a_model_of_another_kind_is_refused(
    folder: Path, change: dict[str, object], words: str
) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | change))
    with pytest.raises(DataError, match=words):
        models.load(folder)


def test_no_score_of_a_fold_is_calibrated_by_the_whole(folder: Path) -> None:
    reading, saved = models.load_reading(folder), model()
    first, second = saved.scores
    expected = [
        saved.calibration.probability(first),
        saved.fold_calibration[0].probability(second),
    ]
    np.testing.assert_allclose(reading.calibrated(np.array([1, 0])), expected[::-1])
