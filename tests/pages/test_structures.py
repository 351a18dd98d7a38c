"""Structures beside ranks, where the compendium has SMILES and RDKit is there."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gpar_core import fields
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.plan import plan_training
from gpar_core.chemistry.similarity import beside_training
from gpar_core.data.compendium import Compendium
from gpar_core.export import ranking_csv
from gpar_core.storage.cache import Cache, remove
from gpar_core.storage.requests import job_id
from tests.pages.ran import ran
from tests.pages.searched import sent
from tests.pages.stage import page
from tests.synthetic import build, drugs_of

CHAINS = ["ONC(=O)" + "C" * n + "C(=O)Nc1ccccc1" for n in range(4, 9)]
OTHERS = ["CC(=O)Oc1ccccc1C(=O)O", "CN1CCC[C@H]1c1cccnc1", "=nonsense", "", "OCC1OC(O)C(O)C(O)C1O"]


@pytest.fixture
def chemical(cache: Cache) -> Compendium:
    alike = [
        replace(drug, smiles=smiles)
        for drug, smiles in zip(drugs_of("HDAC inhibitor", 5, replicates=3), CHAINS, strict=True)
    ]
    unlike = [
        replace(drug, smiles=smiles)
        for drug, smiles in zip(drugs_of("MTOR inhibitor", 5, replicates=3), OTHERS, strict=True)
    ]
    drugs = [*alike, *unlike, *drugs_of("", 60, tas=0.1)]
    return build(cache.compendium("chem"), drugs, effect=20, name="chem", simulated=True)


@pytest.fixture
def trained(cache: Cache, chemical: Compendium) -> str:
    """A model of three of the five alike."""
    request, _ = plan_training(chemical, DrugSet(drugs=("hdac0", "hdac1", "hdac2")))
    ran(request, cache)
    return job_id(request)


def everything(model_id: str) -> AppTest:
    app = page("models", model=model_id)
    identity = model.load_summary(Cache(Path(os.environ["GPAR_CACHE"])).model(model_id)).identity
    app.session_state[f"ranked-{'-'.join(identity)}"] = {"shown": 100}
    app.number_input(key=f"p-{model_id}").set_value(1.01)
    return app.number_input(key=f"k-{model_id}").set_value(1).run()


def rows(app: AppTest) -> pd.DataFrame:
    return pd.DataFrame(sent(app, "gpar_ranked")["rows"]).set_index("drug")


def test_structures_and_similarity_stand_beside_the_ranks(trained: str) -> None:
    app = everything(trained)
    assert not app.exception
    app.multiselect(key="ranked-columns").set_value(["similarity", "nearest_drug"]).run()
    table = rows(app)
    assert table.loc["hdac3", "structure"].startswith("data:image/svg+xml")
    (_, similarity), (_, nearest) = table.loc["hdac3", "figures"]
    assert nearest in {"hdac0", "hdac1", "hdac2"}
    assert float(similarity) > 0.5 > float(table.loc["mtor0", "figures"][0][1])
    assert table.loc["mtor2", "structure"] == ""


def test_a_limit_leaves_new_scaffolds_only(trained: str) -> None:
    app = everything(trained)
    app = app.slider(key=f"similarity-{trained}").set_value(0.4).run()
    assert set(rows(app).index) == {"mtor0", "mtor1", "mtor4"}
    app = app.toggle(key=f"structures-{trained}").set_value(False).run()
    assert set(rows(app)["structure"]) == {""}
    assert set(rows(app).index) == {"mtor0", "mtor1", "mtor4"}


def test_the_download_has_them_too(cache: Cache, trained: str, chemical: Compendium) -> None:
    saved = model.load(cache.model(trained))
    beside = beside_training(chemical.compounds, saved.summary.drugs)
    text = ranking_csv(saved.ranking, saved.summary, beside)
    rows = {row[fields.PERT_INAME]: row for row in csv.DictReader(text.splitlines())}
    assert rows["hdac3"][fields.SMILES] == CHAINS[3]
    assert float(rows["hdac3"]["similarity_to_training"]) > 0.5
    assert rows["mtor2"][fields.SMILES] == "'=nonsense"
    assert rows["mtor3"]["similarity_to_training"] == ""


def test_the_page_of_a_drug_draws_it(chemical: Compendium) -> None:
    app = page("compound", compound="hdac0")
    assert not app.exception
    assert len(app.get("image")) == 1
    assert not page("compound", compound="mtor3").get("image")


@pytest.mark.parametrize("why", ["no SMILES", "gone", "changed"])
def test_without_them_the_ranked_list_is_as_ever(cache: Cache, trained: str, why: str) -> None:
    if why == "gone":
        remove(cache.compendium("chem"))
    else:
        remove(cache.compendium("chem"))
        drugs = drugs_of("HDAC inhibitor", 5)
        build(cache.compendium("chem"), drugs, name="chem", seed=int(why == "changed"))
    app = everything(trained)
    assert not app.exception
    assert "hdac3" in rows(app).index
    assert set(rows(app)["structure"]) == {""}
    assert not app.slider
