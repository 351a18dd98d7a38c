"""A target prediction and its evaluation as jobs: what is asked, computed and published."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.registry import from_json
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.target_prediction import library_evidence
from gpar_core.analyses.target_prediction.library_evidence import library_of_targets
from gpar_core.analyses.target_prediction.plan import (
    NO_GENETIC,
    NO_LIBRARY,
    NO_TARGETS,
    missing_evidence,
    plan_target_evaluation,
    plan_target_prediction,
)
from gpar_core.analyses.target_prediction.run import answer
from gpar_core.analyses.training import result as model
from gpar_core.data.compendium import Compendium
from gpar_core.data.profiles import Profiles
from gpar_core.data.uploads import publish_profiles
from gpar_core.errors import Cancelled, NotFoundError, RequestError
from gpar_core.progress import Progress, silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id, to_json
from tests.pools import Means
from tests.saved_model import model as saved_model
from tests.targets.planted import planted
from tests.targets.planted_library import planted_library


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def compendium(cache: Cache) -> Compendium:
    return planted(cache.compendium("planted"))


def _done(cache: Cache, request: Request) -> Analysis:
    run_job(request, cache, silent, Means())
    return analysis.load(cache.analysis(job_id(request)))


def test_a_compound_gets_its_target_first(cache: Cache, compendium: Compendium) -> None:
    request = plan_target_prediction(compendium, compound="DRUG7")
    assert request.title == "Predicted targets of drug7"
    assert from_json(to_json(request)) == request
    done = _done(cache, request)
    table = done.tables["targets"]
    first = table.iloc[0]
    assert (first["gene"], first["known"], first["rank"]) == ("GENE7", True, 1)
    assert first["probability"] > 0.5
    assert len(table) == 40
    assert table["known"].sum() == 1
    cosines = done.tables["cosines"]
    own = cosines[cosines["gene"] == "GENE7"]
    assert set(own["cell_id"]) == {"A375", "MCF7"}
    assert own["shared"].all()
    assert (own.loc[own[fields.PERT_TYPE] == "trt_sh.cgs", "cosine"] > 0.03).all()
    assert "drug7" not in set(done.tables["neighbors"][fields.PERT_INAME])


def test_the_second_time_the_weights_are_read(cache: Cache, compendium: Compendium) -> None:
    first = _done(cache, plan_target_prediction(compendium, compound="drug7"))
    (kept,) = cache.compendium("planted").glob("targets-*.npz")
    before = kept.stat().st_mtime_ns
    _done(cache, plan_target_prediction(compendium, compound="drug8"))
    assert kept.stat().st_mtime_ns == before
    kept.write_bytes(b"damaged")
    cache.analysis(first.analysis_id).rename(cache.root / "aside")
    again = _done(cache, first.request)
    pd.testing.assert_frame_equal(again.tables["targets"], first.tables["targets"])


def test_own_targets_are_no_evidence(tmp_path: Path) -> None:
    """Two compendia that differ in what is known of one compound give it the same evidence."""
    found = []
    for number, target in enumerate(("GENE7", "GENE33")):
        cache = Cache(tmp_path / str(number))
        data = planted(cache.compendium("planted"))
        compounds = data.compounds.copy()
        compounds.loc[compounds["drug"] == "drug7", "target"] = target
        stored = data.stored
        assert stored is not None
        every = stored.compounds.copy()
        every.loc[every["drug"] == "drug7", "target"] = target
        changed = replace(data, compounds=compounds, stored=replace(stored, compounds=every))
        request = plan_target_prediction(changed, compound="drug7")
        table = answer(request, cache, changed, silent)["targets"]
        found.append(table.sort_values("gene", ignore_index=True))
    lines = ["genetic", "knock_down", "over_expression"]
    pd.testing.assert_frame_equal(found[0][lines], found[1][lines])
    assert found[0].set_index("gene").loc["GENE33", "known"] == np.False_
    # GENE33 is now a target, but of the compound alone, so the nearest drugs say nothing on it.
    assert np.isnan(found[1].set_index("gene").loc["GENE33", "neighbors"])


def test_profiles_are_ranked_without_cell_lines(cache: Cache, compendium: Compendium) -> None:
    own = (compendium.signatures["drug"] == "drug3").to_numpy()
    noise = np.random.default_rng(1).normal(size=(1, fields.N_LANDMARKS))
    matrix = np.vstack([compendium.matrix[own], noise]).astype(np.float32)
    profiles = Profiles(("mine 1", "mine 2", "noise"), ("mine", "mine", "noise"), matrix, ())
    request = plan_target_prediction(compendium, profiles=profiles, name="=upload")
    publish_profiles(cache, profiles)
    tables = _done(cache, request).tables
    first = tables["targets"].groupby("query").first()
    assert first.loc["mine", "gene"] == "GENE3"
    assert first.loc["mine", "probability"] > 0.4
    assert first.loc["noise", "probability"] < first.loc["mine", "probability"]
    assert not tables["targets"]["known"].any()
    assert not tables["cosines"]["shared"].any()


def test_a_profile_named_as_a_compound_is_that_molecule(
    cache: Cache, compendium: Compendium
) -> None:
    own = (compendium.signatures["drug"] == "drug3").to_numpy()
    matrix = np.asarray(compendium.matrix[own][:1])
    profiles = Profiles(("Drug3",), ("drug3",), matrix, ())
    publish_profiles(cache, profiles)
    tables = _done(cache, plan_target_prediction(compendium, profiles=profiles)).tables
    assert tables["targets"].loc[tables["targets"]["known"], "gene"].tolist() == ["GENE3"]
    assert "drug3" not in set(tables["neighbors"][fields.PERT_INAME])


def test_without_targets_the_genetic_evidence_ranks(cache: Cache) -> None:
    data = planted(cache.compendium("planted"), known=False, effect=20.0)
    assert missing_evidence(data, None) == (NO_TARGETS,)
    tables = _done(cache, plan_target_prediction(data, compound="drug5")).tables
    first = tables["targets"].iloc[0]
    assert first["gene"] == "GENE5"
    assert np.isnan(first["probability"])
    assert first["fdr"] < 0.05
    assert tables["scope"]["n_molecules"].tolist() == [0]
    assert "weights" not in tables


def test_without_genetic_signatures_nearest_drugs_rank(cache: Cache) -> None:
    data = planted(cache.compendium("planted"), kinds={}, effect=60.0)
    assert missing_evidence(data, None) == (NO_GENETIC, NO_LIBRARY)
    table = _done(cache, plan_target_prediction(data, compound="drug5")).tables["targets"]
    assert table["gene"].iloc[0] == "GENE5"
    assert table["genetic"].isna().all()
    nothing = planted(cache.compendium("nothing"), kinds={}, known=False)
    with pytest.raises(RequestError, match=r"--pert-types trt_cp trt_oe trt_sh\.cgs trt_xpr"):
        plan_target_prediction(nothing, compound="drug5")
    with pytest.raises(RequestError, match="a column 'target'"):
        plan_target_evaluation(nothing)


def test_what_cannot_be_asked_is_told(compendium: Compendium) -> None:
    with pytest.raises(NotFoundError):
        plan_target_prediction(compendium, compound="nobody")
    with pytest.raises(RequestError, match="a compound or profiles"):
        plan_target_prediction(compendium)
    names = tuple(f"d{number}" for number in range(101))
    many = Profiles(names, names, np.ones((101, fields.N_LANDMARKS), np.float32), ())
    with pytest.raises(RequestError, match="101 drugs"):
        plan_target_prediction(compendium, profiles=many)


def test_an_evaluation_is_published(cache: Cache, compendium: Compendium) -> None:
    done = _done(cache, plan_target_evaluation(compendium, seed=3))
    shares = done.tables["methods"].set_index(["method", "first"])["share"]
    assert shares["combined", 10] > shares["chance", 10]
    assert shares["combined", 50] == 1


@pytest.mark.parametrize("at", ["over-expression signatures", "compound signatures"])
def test_it_can_be_cancelled_at_each_kind(cache: Cache, compendium: Compendium, at: str) -> None:
    def stop(progress: Progress) -> None:
        if at in progress.message:
            raise Cancelled("stopped")

    request = plan_target_prediction(compendium, compound="drug7")
    with pytest.raises(Cancelled):
        run_job(request, cache, stop, Means())
    assert job_id(request) not in cache.analysis_ids()


@pytest.fixture
def built(cache: Cache, compendium: Compendium) -> Library:
    return planted_library(cache, compendium)


def test_models_of_targets_are_evidence(
    cache: Cache, compendium: Compendium, built: Library
) -> None:
    found = library_of_targets(cache, compendium)
    assert found is not None
    assert found.library_id == built.library_id
    entries = library_evidence.target_entries(found)
    asked = library_evidence.of_drugs(cache, entries, compendium, ["drug1", "drug5"])
    assert asked.genes.tolist() == ["GENE1", "GENE2"]
    reading = model.load_reading(cache.model(entries[0].model_id))
    rows = np.flatnonzero(compendium.signatures["drug"] == "drug1")
    p, base = reading.calibrated(rows), saved_model().summary.metrics.base_rate
    odds = np.log(p / (1 - p)) - np.log(base / (1 - base))
    assert asked.log_odds[0, 0] == pytest.approx(odds.mean())
    assert asked.log_odds[0, 0] > asked.log_odds[1, 0]
    request = plan_target_prediction(compendium, compound="drug1", library=found)
    assert request.models == tuple(sorted(entry.model_id for entry in entries))
    table = _done(cache, request).tables["targets"].set_index("gene")
    assert table.loc["GENE1", "library"] == pytest.approx(odds.mean(), rel=1e-5)
    assert table["library"].notna().sum() == 2
    assert missing_evidence(compendium, found) == ()


def test_a_model_that_learned_from_a_profiles_molecule_says_nothing_on_it(
    cache: Cache, compendium: Compendium, built: Library
) -> None:
    matrix = np.asarray(compendium.matrix[:2])
    profiles = Profiles(("Drug1", "mine"), ("drug1", "mine"), matrix, ())
    publish_profiles(cache, profiles)
    request = plan_target_prediction(compendium, profiles=profiles, library=built)
    table = _done(cache, request).tables["targets"].set_index(["query", "gene"])["library"]
    assert table.loc["Drug1"].dropna().index.tolist() == ["GENE2"]
    assert set(table.loc["mine"].dropna().index) == {"GENE1", "GENE2"}


def test_a_library_is_chosen_by_its_id(
    cache: Cache, compendium: Compendium, built: Library
) -> None:
    chosen = library_of_targets(cache, compendium, built.library_id)
    assert chosen is not None
    assert chosen.library_id == built.library_id
    with pytest.raises(NotFoundError, match="No library is named 'absent'"):
        library_of_targets(cache, compendium, "absent")
    for entry in built.entries:
        cache.model(entry.model_id).rename(cache.root / entry.model_id)
    with pytest.raises(RequestError, match=r"no model of a target .* --classes targets"):
        library_of_targets(cache, compendium, built.library_id)
