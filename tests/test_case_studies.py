"""The paper's examples: what they ask of a compendium, and what they say beside the paper."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.analyses.result import Analysis
from gpar_core.case_studies import CASES, CaseStudy, case, findings, plan
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.storage.requests import job_id
from tests.saved_model import SUMMARY
from tests.saved_model import model as saved_model
from tests.synthetic import Drug, build, drugs_of

HSP = case("HSP inhibitors and VER-155008")
SSRI = case("Serotonin transporter inhibitors")
CELLS = ("A549", "HT29", "MCF7", "PC3")


@pytest.fixture
def compendium(tmp_path: Path) -> Compendium:
    named = [*HSP.drugs, *SSRI.drugs[:5], "digoxin"]
    drugs = [Drug(f"X-{number:02}", name) for number, name in enumerate(named)]
    moas = ("nf-kb inhibitor", "estrogen receptor agonist")
    listed = [drug for moa in moas for drug in drugs_of(moa, 5)]
    return build(tmp_path, [*drugs, *listed, *drugs_of("", 60, tas=0.1)], cells=CELLS)


def analysis(study: CaseStudy, **tables: pd.DataFrame) -> Analysis:
    return Analysis("a", None, "tiny", False, 1.0, "2026-01-01T00:00:00+00:00", {}, tables)


def test_every_example_of_the_paper_can_be_planned(compendium: Compendium) -> None:
    for study in CASES:
        if study.title != "Chloroquine":
            assert plan(study, compendium).requests


def test_drugs_that_are_missing_are_named_and_the_others_used(compendium: Compendium) -> None:
    planned = plan(SSRI, compendium)
    assert planned.missing == SSRI.drugs[5:]
    assert planned.trainings[0].drug_set.drugs == tuple(sorted(SSRI.drugs[:5]))
    assert planned.gsea is not None
    assert planned.gsea.methods == ("gsea",)
    assert planned.gsea.classes == (SSRI.title,)


def test_a_compendium_without_the_drugs_says_so(compendium: Compendium) -> None:
    with pytest.raises(RequestError, match="no signature of chloroquine"):
        plan(case("Chloroquine"), compendium)
    bare = replace(compendium, compounds=compendium.compounds.assign(moa=""))
    with pytest.raises(RequestError, match="No drug of 'tiny' has the MOA NFkB pathway inhibitor"):
        plan(case("NF-kB inhibitors"), bare)


def test_a_moa_is_found_under_any_of_its_names(compendium: Compendium) -> None:
    planned = plan(case("NF-kB inhibitors"), compendium)
    assert planned.trainings[0].drug_set.moa == "nf-kb inhibitor"
    assert planned.labels is None


def test_the_stranger_is_left_out_in_a_second_training(compendium: Compendium) -> None:
    whole, without = plan(HSP, compendium).trainings
    assert set(whole.drug_set.drugs) - set(without.drug_set.drugs) == {"ver-155008"}
    assert set(without.drug_set.drugs) < set(whole.drug_set.drugs)


def test_the_network_of_the_paper_can_be_asked_for(compendium: Compendium) -> None:
    assert {each.method.preset for each in plan(HSP, compendium).trainings} == {"fast"}
    assert {each.method.preset for each in plan(HSP, compendium, preset="paper").trainings} == {
        "paper"
    }
    cells = plan(case("Estrogen receptor agonists by cell line"), compendium, preset="paper")
    assert cells.influence is not None
    assert cells.influence.method.preset == "paper"


def test_cell_lines_are_compared_as_in_the_paper(compendium: Compendium) -> None:
    planned = plan(case("Estrogen receptor agonists by cell line"), compendium)
    assert planned.influence is not None
    assert planned.influence.selections == (("HT29", "MCF7"), ("A549", "PC3"))
    assert planned.trainings == ()


def test_one_drug_has_no_pairs(compendium: Compendium) -> None:
    planned = plan(case("Digoxin alone"), compendium)
    assert planned.gsea is None
    assert any("no pairs" in note for note in planned.notes)


def test_findings_stand_beside_what_the_paper_reported(compendium: Compendium) -> None:
    planned = plan(SSRI, compendium)
    names = ["nortriptyline", "Tetrindole", "other", "slow"]
    ranking = pd.DataFrame(
        {
            "pert_iname": names,
            "names": names,
            "k": [5, 9, 9, 9],
            "p": [0.01, 0.02, 0.03, 0.9],
            "shares_moa": [True, False, False, True],
        }
    )
    trained = pd.DataFrame({"pert_iname": list(SSRI.drugs[:5])})
    model = replace(saved_model(), ranking=ranking, training_drugs=trained)
    gsea = analysis(
        SSRI,
        measures=pd.DataFrame(
            {
                "protocol": ["drug", "pair"],
                "auroc": [0.5, 0.625],
                "low": [0.1, 0.5],
                "high": [0.9, 0.75],
                "n_positive": 5,
            }
        ),
    )
    models = {job_id(planned.trainings[0]): model}
    table = findings(SSRI, planned, models, {job_id(planned.gsea): gsea}).set_index("question")
    auroc = f"{SUMMARY.metrics.mean_auroc:.2f}"
    assert table.loc["Mean AUROC", "paper"] == "0.85"
    assert table.loc["Mean AUROC", "here"].startswith(auroc)
    assert table.loc["Verdict", "here"] == "well trained (chance 0.005)"
    assert table.loc["AUROC of GSEA, over pairs", "here"] == "0.62 (0.50-0.75, 5 drugs)"
    assert table.loc["nortriptyline", "here"] == "number 1 of 3"
    assert table.loc["tetrindole", "here"] == "number 2 of 3"
    assert table.loc["lofepramine", "here"] == "not in this compendium"
    passing = replace(SSRI, seen=("slow",), members="5 of 10")
    table = findings(passing, planned, models, {job_id(planned.gsea): gsea}).set_index("question")
    assert table.loc["slow", "here"] == "does not pass the filter of p and signatures"
    assert table.loc["Known members among the first 30", "here"] == "1 of 3"


def test_cell_lines_are_told_apart_with_their_noise(compendium: Compendium) -> None:
    study = case("Estrogen receptor agonists by cell line")
    planned = plan(study, compendium)
    row = {"auroc": 0.9, "low": 0.8, "high": 1.0, "n_drugs": 5}
    difference = {"difference": 0.3, "low": -0.1, "high": 0.5, "within_noise": True}
    done = analysis(
        study,
        selections=pd.DataFrame([{"selection": "HT29 + MCF7", **row}]),
        differences=pd.DataFrame([{"first": "HT29 + MCF7", "second": "A549 + PC3", **difference}]),
    )
    table = findings(study, planned, {}, {job_id(planned.influence): done})
    assert table["here"].tolist() == [
        "0.90 (0.80-1.00, 5 drugs)",
        "higher by 0.30 (-0.10 to 0.50), within noise",
    ]


def test_an_unknown_example_is_refused() -> None:
    with pytest.raises(RequestError, match="no case study 'x'"):
        case("x")
