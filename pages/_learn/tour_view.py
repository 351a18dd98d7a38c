"""The guided tour: from a question to a ranked list, in two minutes."""

import streamlit as st

from gpar_core import fields
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import Model
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import match_drugs
from gpar_core.errors import RequestError
from gpar_core.jobs import engine
from gpar_core.jobs.store import JobStore
from gpar_core.storage.requests import job_id
from pages._shared.error_box import plain
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_model
from pages._shared.state import Key, cache, from_url, go
from pages._shared.tables import ABOUT_COLUMN, about, savable
from pages._shared.terms import explained

DRUGS = (
    "dexamethasone",
    "beclometasone",
    "budesonide",
    "clobetasol",
    "fluocinonide",
    "fluticasone",
)
"""Some of the glucocorticoids: the others are there to be found."""

MIN_DRUGS = 3

N_SHOWN = 10
STEPS = ("The question", "Learning", "How good is it?", "The answer")


def show_tour(compendium: Compendium) -> None:
    """The step that has come. Raises RequestError where the compendium lacks the drugs."""
    request = _planned(compendium)
    started = from_url(Key.JOB) == job_id(request)
    done = started and job_id(request) in cache().model_ids()
    _progress(0 if not started else 2 if done else 1)
    if not started:
        _ask(request, compendium)
    elif done:
        model = load_model(job_id(request))
        _judge(model)
        _answer(model)
    else:
        _learn(request, compendium)


def _planned(compendium: Compendium) -> TrainRequest:
    found = match_drugs(compendium, DRUGS).found
    if len(found) < MIN_DRUGS:
        raise RequestError(
            f"The tour trains on {', '.join(DRUGS)}; '{compendium.name}' has {len(found)} of them "
            f"and {MIN_DRUGS} are needed. Choose the demo in the sidebar."
        )
    request, _ = plan_training(compendium, DrugSet(found, label="Tour: glucocorticoids"))
    return request


def _progress(step: int) -> None:
    words = [
        f"**{number} · {name}**" if number - 1 == step else f"{number} · {name}"
        for number, name in enumerate(STEPS, start=1)
    ]
    if step == 2:  # judgment and answer stand on one page
        words[3] = f"**4 · {STEPS[3]}**"
    st.markdown(" → ".join(words))


def _ask(request: TrainRequest, compendium: Compendium) -> None:
    st.header("Which drugs act like dexamethasone?", anchor=False)
    st.markdown(
        f"{len(request.drug_set.drugs)} anti-inflammatory drugs of '{plain(compendium.name)}', "
        "dexamethasone among them, activate the glucocorticoid receptor. Each changed the "
        "expression of genes in cells; each change is a **signature** of 978 numbers. A network "
        "learns what their signatures have in common, and then looks at every other compound. More "
        "glucocorticoids are among those: will it find them?"
    )
    with st.expander(f"The {len(request.drug_set.drugs)} drugs"):
        st.markdown(plain(", ".join(request.drug_set.drugs)))
    if st.button("Train the network", type="primary"):
        st.query_params[Key.JOB] = engine.submit(cache(), request).id
        st.rerun()
    st.caption("Training takes about 15 seconds. You can leave this page and come back.")


def _learn(request: TrainRequest, compendium: Compendium) -> None:
    st.header("The network is examined while it learns", anchor=False)
    st.markdown(
        "Would it find a drug it has never seen? The drugs are split into **folds**; each time it "
        "learns without one fold and is asked about it. Each point below is one fold: at 1 all "
        "held-out drugs stand above all others, at 0.5 it is guessing."
    )
    job = JobStore(cache()).get(job_id(request))
    if finished_job(job.id, simulated=compendium.simulated):
        st.rerun()


def _judge(model: Model) -> None:
    metrics = model.summary.metrics
    low, high = metrics.interval
    st.header("How good is it?", anchor=False)
    left, right = st.columns([1, 2])
    left.metric(
        "Mean AUROC", f"{metrics.mean_auroc:.3f}", border=True, help=explained("mean-auroc")
    )
    left.caption(f"95% interval {low:.3f}-{high:.3f}, n {metrics.n_resampled} drugs")
    verdict = model.summary.verdict
    right.markdown(
        f"**{verdict.title}.** {verdict.why}\n\nRead this before any list. The interval shows how "
        "much the figure depends on which drugs happen to be there; permuted labels show how high "
        "it gets by chance."
    )


def _answer(model: Model) -> None:
    st.header("The answer: every other compound, ranked", anchor=False)
    st.markdown(
        "None of these was among the training drugs. Those whose known MOA is glucocorticoid "
        "receptor agonist show that the network found the mechanism: nobody told it of them. Those "
        "with another MOA, or none, are what you came for: a **hypothesis** to test in the "
        "laboratory, not a finding. **ES** says how far a compound's signatures gather at the top "
        "of all."
    )
    top = model.ranking.head(N_SHOWN)
    st.dataframe(
        savable(
            top.assign(
                rank=range(1, len(top) + 1),
                about=about(top[fields.PERT_INAME], model.summary.compendium),
            )[["rank", fields.PERT_INAME, "about", "k", "es", "p_exact", fields.MOA]],
            simulated=model.summary.simulated,
        ),
        hide_index=True,
        column_config={
            "rank": st.column_config.NumberColumn("#", width=50, help=explained("rank")),
            fields.PERT_INAME: "Drug",
            "about": ABOUT_COLUMN,
            "k": st.column_config.NumberColumn("Signatures", help=explained("signature")),
            "es": st.column_config.NumberColumn("ES", format="%.3f", help=explained("es")),
            "p_exact": st.column_config.NumberColumn(
                "Exact p", format="%.2g", help=explained("exact-p")
            ),
            fields.MOA: st.column_config.TextColumn("Known MOA", help=explained("moa")),
        },
        placeholder="—",
    )
    st.success("That was the tour. You have made a prediction.")
    model_page, own, lessons = st.columns(3)
    if model_page.button("See all of this model", type="primary", width="stretch"):
        go("models", model=model.summary.model_id)
    if own.button("Choose drugs of your own", width="stretch"):
        go("drug_prediction")
    if lessons.button("Continue with the lessons", width="stretch"):
        go("learn", learn="Lessons")
