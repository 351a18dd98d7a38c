"""A library of targets, trained on a part of the demo, as evidence on its drugs and on others."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gpar_core import fields
from gpar_core.analyses import result as analysis
from gpar_core.analyses.library import result as library
from gpar_core.analyses.library.plan import plan_library
from gpar_core.analyses.library.result import Entry
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.target_prediction.library_evidence import (
    library_of_targets,
    of_drugs,
    of_profiles,
)
from gpar_core.analyses.target_prediction.plan import plan_target_prediction
from gpar_core.analyses.training import result as model
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.stage import embed
from tests.pools import Means

GENES = ("ATP1A1", "HSP90AA1", "PLK1")
MADE_UP = "MADEUP1"
"""A target of drugs that have nothing in common."""
CELLS = ("MCF7", "PC3")
N_OTHERS = 120


@dataclass(frozen=True)
class Trained:
    cache: Cache
    compendium: Compendium
    entries: dict[str, Entry]


@pytest.fixture(scope="module")
def trained(demo_compendium: Compendium, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    cache = Cache(tmp_path_factory.mktemp("targets"))
    data = part(demo_compendium, cache.compendium("part"))
    request = plan_library(data, moas=[f"target: {gene}" for gene in (*GENES, MADE_UP)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gpar_core.maps.tsne.embed", embed)
        run_job(request, cache, silent, Means())
    entries = library.load(cache, job_id(request)).entries
    return Trained(cache, data, {entry.moa.removeprefix("target: "): entry for entry in entries})


def part(source: Compendium, folder: Path) -> Compendium:
    """Two cell lines of all drugs of `GENES` and some others, a few of which target `MADE_UP`."""
    stored = source.stored
    assert stored is not None
    targets = source.compounds[fields.TARGET].str.split("|")
    of_genes = source.compounds[fields.DRUG][targets.map(lambda own: bool(set(own) & {*GENES}))]
    alone = source.drugs[(source.drugs[fields.MOA] == "") & (source.drugs["n_signatures"] > 8)]
    others = alone[fields.DRUG].head(N_OTHERS)
    rows = np.flatnonzero(
        stored.signatures[fields.DRUG].isin([*of_genes, *others])
        & stored.signatures[fields.CELL_ID].isin(CELLS)
    )
    folder.mkdir(parents=True)
    np.save(folder / compendia.MATRIX, stored.matrix[rows])
    annotation = stored.compounds.copy()
    annotation.loc[annotation[fields.DRUG].isin(others[::20]), fields.TARGET] = MADE_UP
    compendia.write(
        folder,
        name="part",
        source=source.source,
        simulated=True,
        signatures=stored.signatures.iloc[rows],
        annotation=annotation,
        report={"findings": []},
    )
    return compendia.load(folder)


def held_out(trained: Trained, gene: str, drugs: Iterable[str]) -> np.ndarray:
    found = of_drugs(trained.cache, [trained.entries[gene]], trained.compendium, list(drugs))
    return found.log_odds[:, 0]


def seen(trained: Trained, gene: str, drugs: Iterable[str]) -> np.ndarray:
    """What the model says on the same signatures if it may have learned from them."""
    code = {drug: number for number, drug in enumerate(drugs)}
    of = trained.compendium.signatures[fields.DRUG].map(code).fillna(-1).to_numpy(int)
    rows = np.flatnonzero(of >= 0)
    names = [f"another {drug}" for drug in code]
    entries = [trained.entries[gene]]
    matrix = np.asarray(trained.compendium.matrix[rows])
    return of_profiles(trained.cache, entries, matrix, of[rows], names).log_odds[:, 0]


def test_held_out_drugs_of_a_target_are_recognized(trained: Trained) -> None:
    library_used = library_of_targets(trained.cache, trained.compendium)
    assert library_used is not None
    assert {entry.moa for entry in library_used.asked} == {f"target: {gene}" for gene in GENES}
    for gene in GENES:
        drugs = trained.entries[gene].training.drug_set.drugs
        others = trained.entries[MADE_UP].training.drug_set.drugs
        assert np.median(held_out(trained, gene, drugs)) > 1
        assert (held_out(trained, gene, others) < 1).all()
    request = plan_target_prediction(trained.compendium, compound="digoxin", library=library_used)
    run_job(request, trained.cache, silent, Means())
    table = analysis.load(trained.cache.analysis(job_id(request))).tables["targets"]
    of_library = table.set_index("gene")["library"].dropna().sort_values(ascending=False)
    assert list(of_library.index[:1]) == ["ATP1A1"]
    assert set(of_library.index) == set(GENES)
    assert of_library["ATP1A1"] == pytest.approx(held_out(trained, "ATP1A1", ["digoxin"])[0])


def test_a_drug_of_the_training_set_is_scored_by_the_fold_that_did_not_see_it(
    trained: Trained,
) -> None:
    """Drugs with nothing in common are known to a model that saw them, and to no other."""
    entry = trained.entries[MADE_UP]
    drugs = entry.training.drug_set.drugs
    assert len(drugs) == 5
    assert seen(trained, MADE_UP, drugs).min() > 0.25
    assert held_out(trained, MADE_UP, drugs).max() < 0.2
    saved = model.load(trained.cache.model(entry.model_id))
    reading = model.load_reading(trained.cache.model(entry.model_id))
    fold = saved.held_out.drop_duplicates(fields.DRUG).set_index(fields.DRUG)["fold"]
    by = np.asarray(reading.scored_by)
    for drug in drugs:
        own = (trained.compendium.signatures[fields.DRUG] == drug).to_numpy()
        assert set(by[own]) == {fold[drug]}
