"""The case studies of Gao et al. 2021, run on any compendium and compared with the paper."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from gpar_core import fields
from gpar_core.analyses.cell_influence.plan import plan_cell_influence
from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from gpar_core.analyses.evaluation.plan import plan_evaluation
from gpar_core.analyses.evaluation.request import EvaluationRequest
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.result import Analysis
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import Model
from gpar_core.compare.methods import PAIR
from gpar_core.data.compendium import Compendium
from gpar_core.data.labels import LABEL
from gpar_core.data.training_set import drugs_of_moa, match_drugs
from gpar_core.errors import EmptyRankingError, RequestError
from gpar_core.rank.ranking import MAX_P, MIN_SIGNATURES, filtered
from gpar_core.storage.requests import Request, job_id


@dataclass(frozen=True)
class CaseStudy:
    """One of the paper's examples, and what it reported.

    drugs: by name; or moas: names of one MOA in different compendia, of which the first present is
    used. without: a drug that is left out in a second training. selections: of cell lines, to
    compare.
    auroc, auroc_without, gsea_auroc: as reported, '' if the paper has none.
    top: length of the list that the paper examined. seen: compounds it reported there. members: how
    many of the first `top` it knew to be of the drugs' own class, '' if it does not say.
    """

    title: str
    story: str
    drugs: tuple[str, ...] = ()
    moas: tuple[str, ...] = ()
    without: str = ""
    selections: tuple[tuple[str, ...], ...] = ()
    auroc: str = ""
    auroc_without: str = ""
    gsea_auroc: str = ""
    top: int = 10
    seen: tuple[str, ...] = ()
    members: str = ""


CASES = (
    CaseStudy(
        title="Digoxin alone",
        story=(
            "A cardiac glycoside is toxic to cells and leaves much the same signature in each "
            "cell line, so one drug is enough to find others that inhibit Na+/K+-ATPase (Figure "
            "2)."
        ),
        drugs=("digoxin",),
        auroc="0.99",
        gsea_auroc="1",
        members="5 of 10",
    ),
    CaseStudy(
        title="Serotonin transporter inhibitors",
        story="Antidepressants act on neurons; in cancer cells their signals are weak and differ "
        "from cell line to cell line (Figure 3).",
        drugs=(
            "escitalopram", "paroxetine", "fluoxetine", "clomipramine", "sertraline", "imipramine",
            "milnacipran", "doxepin", "duloxetine", "fluvoxamine", "venlafaxine",
        ),
        auroc="0.85",
        gsea_auroc="0.75",
        top=30,
        seen=(
            "tetrindole", "nortriptyline", "lofepramine", "indatraline", "fluphenazine",
            "perphenazine",
        ),
    ),
    CaseStudy(
        title="NF-kB inhibitors",
        story=(
            "Their signatures vary a lot across cell lines, doses and times, so they are hard to "
            "learn (Figure 4; the paper's text says 0.84, the figure's legend 0.87)."
        ),
        moas=("NFkB pathway inhibitor", "NF-kB pathway inhibitor", "NF-kB inhibitor"),
        auroc="0.84 (0.87)",
        gsea_auroc="0.66",
        top=30,
        seen=("piperlongumine", "radicicol", "MG-132"),
    ),
    CaseStudy(
        title="HSP inhibitors and VER-155008",
        story=(
            "Of six drugs listed as heat shock protein inhibitors, only VER-155008 acts on "
            "HSP70; the others act on HSP90. Without it the mean AUROC rises (Discussion)."
        ),
        drugs=(
            "VER-155008", "alvespimycin", "geldanamycin", "PU-H71", "tanespimycin", "BIIB021",
        ),
        without="VER-155008",
        auroc="0.7",
        auroc_without="0.9",
    ),
    CaseStudy(
        title="Chloroquine",
        story=(
            "Which drugs resemble an antimalarial that is also given in autoimmune disease? Two "
            "anti-inflammatory drugs were among the first ten. The question came up because of "
            "COVID-19; in large trials, chloroquine was of no benefit against it."
        ),
        drugs=("chloroquine",),
        seen=("oxaprozin", "niflumic-acid"),
    ),
    CaseStudy(
        title="Estrogen receptor agonists by cell line",
        story=(
            "According to the paper, MCF7 and HT29 cells express the estrogen receptor, and PC3 "
            "and A549 do not: without the target there is little to learn (Figure 1d, which gives "
            "no numbers)."
        ),
        moas=("estrogen receptor agonist",),
        selections=(("HT29", "MCF7"), ("A549", "PC3")),
        auroc="higher in MCF7 + HT29",
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Plan:
    """The analyses of a case study on a compendium.

    trainings: with all drugs, and without one of them. gsea: of the same drugs. labels: the class
    labels for `gsea`, to be published first. influence: of cell lines. missing: drugs not in the
    compendium.
    notes: what cannot be done here, and why.
    """

    trainings: tuple[TrainRequest, ...] = ()
    influence: CellInfluenceRequest | None = None
    gsea: EvaluationRequest | None = None
    labels: pd.DataFrame | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def requests(self) -> tuple[Request, ...]:
        return (*self.trainings, *(each for each in (self.influence, self.gsea) if each))


def case(title: str) -> CaseStudy:
    """A case study by title. Raises RequestError."""
    for each in CASES:
        if each.title == title:
            return each
    raise RequestError(f"There is no case study '{title[:40]}'. Choose one from the list.")


def plan(study: CaseStudy, compendium: Compendium, *, preset: str = "fast", seed: int = 0) -> Plan:
    """Plan the analyses. Raises RequestError if drugs are missing.

    preset: 'paper' for the network of the paper, 'fast' for GPAR's own model.
    """
    moa, drugs, missing = _drugs(study, compendium)
    method = Method(preset=preset, seed=seed)
    asked = DrugSet(moa=moa) if moa else DrugSet(drugs, label=study.title)
    if study.selections:
        influence, _ = plan_cell_influence(compendium, asked, method, selections=study.selections)
        return Plan(influence=influence, missing=missing)
    trainings, notes = [], []
    trainings.append(plan_training(compendium, asked, method)[0])
    left_out = match_drugs(compendium, [study.without]).found
    if set(left_out) & set(drugs):
        kept = tuple(drug for drug in drugs if drug not in left_out)
        without = DrugSet(kept, label=f"{study.title}, {study.without} left out")
        trainings.append(plan_training(compendium, without, method)[0])
    elif study.without:
        notes.append(f"The training set has no {study.without}, so there is nothing to leave out.")
    gsea = labels = None
    if len(drugs) > 1:
        labels = None if moa else _labels(study, drugs)
        gsea = plan_evaluation(
            compendium,
            Method(seed=seed),
            classes=[moa or study.title],
            methods=["gsea"],
            min_drugs=2,
            labels=labels,
        )
    elif study.gsea_auroc:
        notes.append("With one drug there are no pairs for GSEA to rank.")
    return Plan(tuple(trainings), None, gsea, labels, missing, tuple(notes))


def findings(
    study: CaseStudy, planned: Plan, models: Mapping[str, Model], analyses: Mapping[str, Analysis]
) -> pd.DataFrame:
    """The paper's results compared with those found here: question, paper, here; all text.

    models, analyses: the results of the requests, by id of their jobs.
    """
    rows = []
    if planned.influence:
        rows += _of_cells(study, analyses[job_id(planned.influence)])
    trained = [models[job_id(each)] for each in planned.trainings]
    for number, (model, paper) in enumerate(
        zip(trained, (study.auroc, study.auroc_without), strict=False)
    ):
        without = f" without {study.without}" if number else ""
        rows.append((f"Mean AUROC{without}", paper or "not given", _auroc(model)))
        verdict = model.summary.verdict
        rows.append(
            (
                f"Verdict{without}",
                "well trained, from 0.6 on" if paper else "not given",
                f"{verdict.name} (chance {verdict.chance.p:.2g})",
            )
        )
    if planned.gsea:
        rows.append(("AUROC of GSEA, over pairs", study.gsea_auroc or "not given",
                     _gsea(analyses[job_id(planned.gsea)])))  # fmt: skip
    if trained:
        rows += _ranked(study, trained[0])
    return pd.DataFrame(rows, columns=["question", "paper", "here"])


def beside(found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Findings of several presets in one table: question, paper, and here_PRESET for each preset.

    found: tables of `findings` by preset.
    """
    rows: dict[str, dict[str, str]] = {}
    for preset, table in found.items():
        for question, paper, here in table.itertuples(index=False):
            row = rows.setdefault(question, {"question": question, "paper": paper})
            row[f"here_{preset}"] = here
    columns = ["question", "paper", *(f"here_{preset}" for preset in found)]
    return pd.DataFrame(list(rows.values()), columns=columns)


def _drugs(
    study: CaseStudy, compendium: Compendium
) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """MOA as the compendium spells it or '', drugs that are present, drugs that are missing."""
    if study.moas:
        listed = {name.casefold(): name for name in compendium.moas[fields.MOA]}
        moa = next(
            (listed[name.casefold()] for name in study.moas if name.casefold() in listed), ""
        )
        if not moa:
            raise RequestError(
                f"No drug of '{compendium.name}' has the MOA {study.moas[0]}. Choose a compendium "
                "that includes it."
            )
        return moa, drugs_of_moa(compendium, moa), ()
    match = match_drugs(compendium, study.drugs)
    if not match.found:
        raise RequestError(
            f"'{compendium.name}' has no signature of {', '.join(study.drugs)[:200]}. Choose a "
            "compendium that includes these drugs."
        )
    return "", match.found, match.unknown


def _labels(study: CaseStudy, drugs: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({fields.PERT_ID: "", fields.PERT_INAME: drugs, LABEL: study.title})


def _auroc(model: Model) -> str:
    metrics = model.summary.metrics
    low, high = metrics.interval
    unit = "drug" if model.summary.folds_by == "drug" else "signature"
    n = metrics.n_resampled
    return f"{metrics.mean_auroc:.2f} ({low:.2f}-{high:.2f}, {n} {unit}{'s' * (n != 1)})"


def _gsea(done: Analysis) -> str:
    measures = done.tables["measures"]
    row = measures[measures["protocol"] == PAIR].iloc[0]
    return f"{row['auroc']:.2f} ({row['low']:.2f}-{row['high']:.2f}, {row['n_positive']} drugs)"


def _of_cells(study: CaseStudy, done: Analysis) -> list[tuple[str, str, str]]:
    rows = [
        (
            f"Mean AUROC in {row['selection']}",
            study.auroc,
            f"{row['auroc']:.2f} ({row['low']:.2f}-{row['high']:.2f}, {row['n_drugs']} drugs)",
        )
        for _, row in done.tables["selections"].iterrows()
    ]
    for _, row in done.tables["differences"].iterrows():
        noise = "within noise" if row["within_noise"] else "beyond noise"
        interval = f"{row['low']:.2f} to {row['high']:.2f}"
        rows.append(
            (
                f"{row['first']} against {row['second']}",
                "not given",
                f"higher by {row['difference']:.2f} ({interval}), {noise}",
            )
        )
    return rows


def _ranked(study: CaseStudy, model: Model) -> list[tuple[str, str, str]]:
    """Ranks of the compounds that the paper reported, and how many members lead the list."""
    try:
        shown = filtered(model.ranking, min_signatures=MIN_SIGNATURES, max_p=MAX_P)
    except EmptyRankingError:
        shown = model.ranking
    rows = []
    if study.members:
        first = shown.head(study.top)
        found = f"{int(first['shares_moa'].sum())} of {len(first)}"
        rows.append((f"Known members among the first {study.top}", study.members, found))
    trained = {name.casefold() for name in model.training_drugs[fields.PERT_INAME]}
    for name in study.seen:
        places = [i for i, called in enumerate(_is_called(shown, name), start=1) if called]
        if places:
            here = f"number {places[0]} of {len(shown):,}"
        elif name.casefold() in trained:
            here = "a training drug here"
        elif _is_called(model.ranking, name).any():
            here = "does not pass the filter of p and signatures"
        else:
            here = "not in this compendium"
        rows.append((name, f"among the first {study.top}", here))
    return rows


def _is_called(ranking: pd.DataFrame, name: str) -> pd.Series:
    """(m,) bool: compounds of a ranking that have the name, possibly among others."""
    names = ranking[fields.NAMES].str.casefold().str.split(fields.MOA_SEPARATOR, regex=False)
    return names.map(lambda each: name.casefold() in each)
