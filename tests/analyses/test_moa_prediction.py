"""Likely MOAs of compounds and profiles, from models put together by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.method import Method
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.training import result as model
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.errors import DataError, NotFoundError, RequestError
from gpar_core.export import csv_text, moas_table
from gpar_core.rank.scoring import score
from gpar_core.storage.cache import MANIFEST, Cache, publishing
from gpar_core.storage.requests import job_id
from tests.saved_model import SUMMARY, matching_network
from tests.saved_model import model as saved_model


@pytest.fixture
def built(cache: Cache, tiny: Compendium) -> Library:
    """Two models: that of HDAC finds hdac drugs and held hdac0 out, that of MTOR is by chance."""
    request = plan_library(tiny)
    trainings = library.trainings(tiny, request)
    drug = tiny.signatures[fields.DRUG].to_numpy()
    is_hdac = np.char.startswith(drug.astype(str), "hdac")
    scores = {
        "HDAC inhibitor": np.where(is_hdac, 0.9, 0.1) + np.arange(len(drug)) / 1e4,
        "MTOR inhibitor": np.random.default_rng(0).uniform(0.4, 0.6, len(drug)),
    }
    for moa, training in trainings.items():
        held_out = np.where(drug == "hdac0", 1, -1).astype(np.int16)
        saved = replace(
            saved_model(model_id=job_id(training)),
            scores=scores[moa].astype(np.float32),
            scored_by=held_out,
        )
        with publishing(cache.model(job_id(training))) as folder:
            model.save(saved, folder)
    library.save(cache.library(job_id(request)), request, trainings, {})
    return library.load(cache, job_id(request))


def _profiles(n: int = 3) -> Profiles:
    z = np.random.default_rng(1).normal(size=(n, fields.N_LANDMARKS)).astype(np.float32)
    names = tuple(f"profile {place}" for place in range(n))
    return Profiles(names=names, drug=names, matrix=z, notes=("One gene was set to 0.",))


def test_a_compound_is_read_from_the_scores_of_each_model(
    cache: Cache, built: Library, tiny: Compendium
) -> None:
    found = prediction.of_compound(cache, built, tiny, "HDAC-000")
    rows = np.flatnonzero(tiny.signatures[fields.DRUG] == "hdac0")
    assert found.label == "hdac0"
    assert len(found.signatures) == len(rows) == 6
    place = found.scores.moa.index("HDAC inhibitor")
    reading = model.load_reading(cache.model(built.entries[place].model_id))
    np.testing.assert_array_equal(found.scores.probability[place], reading.scores[rows])
    below = [(reading.scores < one).mean() + 0.5 / len(reading.scores)
             for one in reading.scores[rows]]  # fmt: skip
    np.testing.assert_allclose(found.scores.percentile[place], below, atol=1e-6)
    table = prediction.ranked(found)
    assert table["moa"].tolist() == ["HDAC inhibitor", "MTOR inhibitor"]
    assert table["held_out"].all()
    assert table["agreement"][0] == pytest.approx((np.array(below) >= 0.95).mean())


def test_percentiles_by_cell_line_are_means_over_its_signatures(
    cache: Cache, built: Library, tiny: Compendium
) -> None:
    found = prediction.of_compound(cache, built, tiny, "hdac0")
    moas = ["MTOR inhibitor", "HDAC inhibitor"]
    table = prediction.by_origin(found, moas)
    cells = found.signatures[fields.CELL_ID]
    expected = [
        (moa, cell, found.scores.percentile[found.scores.moa.index(moa), cells == cell].mean(), n)
        for moa in moas
        for cell, n in cells.value_counts(sort=False).items()
    ]
    assert len(set(cells)) > 1
    assert table.columns.tolist() == ["moa", "origin", "percentile", "n_signatures"]
    for found_row, row in zip(table.itertuples(index=False), expected, strict=True):
        assert tuple(found_row) == pytest.approx(row)


def test_a_compound_outside_the_training_set_is_read_by_the_model_itself(
    cache: Cache, built: Library, tiny: Compendium
) -> None:
    found = prediction.of_compound(cache, built, tiny, "hdac1")
    assert not prediction.ranked(found)["held_out"].any()


def test_the_nearest_signatures_are_of_other_compounds(
    cache: Cache, built: Library, tiny: Compendium
) -> None:
    nearest = prediction.nearest_to(prediction.of_compound(cache, built, tiny, "hdac0"), tiny)
    assert "hdac0" not in set(nearest[fields.PERT_INAME])
    assert (nearest.groupby("signature").size() == prediction.N_NEAREST).all()
    falling = nearest.groupby("signature")["cosine"].apply(
        lambda each: each.is_monotonic_decreasing
    )
    assert falling.all()


def test_profiles_are_scored_by_the_networks_and_come_back_from_disk(
    cache: Cache, built: Library, tiny: Compendium, tmp_path: Path
) -> None:
    profiles = _profiles()
    ids = [entry.model_id for entry in built.asked]
    found = prediction.of_profiles(cache, built, tiny, profiles, label="mine", model_ids=ids)
    expected = score(matching_network(), profiles.matrix)
    np.testing.assert_allclose(found.scores.probability[0], expected, rtol=1e-6)
    assert not found.scores.held_out.any()
    table = prediction.ranked(found)
    assert table.groupby("name", sort=False).size().to_dict() == dict.fromkeys(profiles.names, 2)
    folder = tmp_path / "saved"
    folder.mkdir()
    prediction.save(found, folder)
    loaded = prediction.load(folder)
    pd.testing.assert_frame_equal(prediction.ranked(loaded), table)
    assert found.nearest is not None
    assert loaded.nearest is not None
    pd.testing.assert_frame_equal(loaded.nearest, found.nearest)
    assert loaded.notes == profiles.notes
    assert (loaded.label, loaded.simulated) == ("mine", False)


def test_only_the_models_named_are_asked(cache: Cache, built: Library, tiny: Compendium) -> None:
    one = [built.asked[0].model_id]
    found = prediction.of_profiles(cache, built, tiny, _profiles(), label="", model_ids=one)
    assert found.scores.moa == (built.asked[0].moa,)


def test_what_cannot_be_asked_is_refused(cache: Cache, built: Library, tiny: Compendium) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        prediction.of_compound(cache, built, tiny, "nobody")
    changed = replace(tiny, fingerprint="0" * 64)
    with pytest.raises(RequestError, match="has changed"):
        prediction.of_compound(cache, built, changed, "hdac0")
    poor = replace(SUMMARY, metrics=replace(SUMMARY.metrics, mean_auroc=0.5))
    entries = tuple(replace(entry, summary=poor) for entry in built.entries)
    with pytest.raises(RequestError, match=r"None of the 2 MOAs .* mean AUROC 0.6"):
        prediction.of_compound(cache, replace(built, entries=entries), tiny, "hdac0")
    elsewhere = replace(built, request=replace(built.request, method=Method(cells=("PC3",))))
    with pytest.raises(RequestError, match=r"no signature in the cell lines .*PC3"):
        prediction.of_compound(cache, elsewhere, tiny, "hdac0")


@pytest.mark.parametrize("name", [MANIFEST, "percentile.npy", "nearest.parquet"])
def test_a_damaged_prediction_is_a_data_error(
    cache: Cache, built: Library, tiny: Compendium, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    prediction.save(prediction.of_compound(cache, built, tiny, "hdac0"), folder)
    (folder / name).write_bytes(b"{")
    with pytest.raises(DataError, match="Run it again"):
        prediction.load(folder)


def test_the_export_says_what_is_simulated_and_defuses_formulas(
    cache: Cache, built: Library, tiny: Compendium
) -> None:
    found = replace(
        prediction.of_compound(cache, built, tiny, "hdac0"), simulated=True, label="=1+1"
    )
    text = csv_text(moas_table(prediction.ranked(found), found))
    assert text.count("SIMULATED") == 2
    assert "'=1+1" in text
    assert "held-out fold" in text
