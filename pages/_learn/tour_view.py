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
"""Some of the glucocorticoids: the model should find the others."""

MIN_DRUGS = 3

N_SHOWN = 10
STEPS = ("The question", "Learning", "How good is it?", "The answer")


def show_tour(compendium: Compendium) -> None:
    """Show the current step. Raises RequestError if the compendium lacks the drugs."""
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
            f"The tour trains on {', '.join(DRUGS)}. It needs at least {MIN_DRUGS} of them, but "
            f"'{compendium.name}' has {len(found)}. Choose the demo in the sidebar."
        )
    request, _ = plan_training(compendium, DrugSet(found, label="Tour: glucocorticoids"))
    return request


def _progress(step: int) -> None:
    words = [
        f"**{number} · {name}**" if number - 1 == step else f"{number} · {name}"
        for number, name in enumerate(STEPS, start=1)
    ]
    if step == 2:  # judgment and answer are on one page
        words[3] = f"**4 · {STEPS[3]}**"
    st.markdown(" → ".join(words))


def _ask(request: TrainRequest, compendium: Compendium) -> None:
    st.header("Which drugs act like dexamethasone?", anchor=False)
    st.markdown(
        f"{len(request.drug_set.drugs)} anti-inflammatory drugs in '{plain(compendium.name)}', "
        "including dexamethasone, activate the glucocorticoid receptor. Each drug changed gene "
        "expression in cells; each change is a **signature** of 978 numbers. A model learns what "
        "these signatures have in common and then scores every other compound. The others include "
        "more glucocorticoids: will the model find them?"
    )
    with st.expander(f"The {len(request.drug_set.drugs)} drugs"):
        st.markdown(plain(", ".join(request.drug_set.drugs)))
    if st.button("Start training", type="primary"):
        st.query_params[Key.JOB] = engine.submit(cache(), request).id
        st.rerun()
    st.caption("Training takes a few seconds. You can leave this page and come back.")


def _learn(request: TrainRequest, compendium: Compendium) -> None:
    st.header("GPAR tests the model while it learns", anchor=False)
    st.markdown(
        "Would the model recognize a drug it has never seen? The drugs are split into **folds**. "
        "In each round, the model trains without one fold and is then tested on it. Each point "
        "below is one fold: at 1, all held-out drugs rank above all others; at 0.5, the model is "
        "guessing."
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
    left.caption(f"95% interval {low:.3f}–{high:.3f}, {metrics.n_resampled} drugs")
    verdict = model.summary.verdict
    right.markdown(
        f"**{verdict.title}.** {verdict.why}\n\nRead this before you look at any ranked list. The "
        "interval shows how much the figure depends on the choice of drugs; permuted labels show "
        "how high it gets by chance."
    )


def _answer(model: Model) -> None:
    st.header("The answer: every other compound, ranked", anchor=False)
    st.markdown(
        "None of these compounds was among the chosen drugs. Those with the known MOA "
        "glucocorticoid receptor agonist show that the model found the mechanism: it was not "
        "trained on them. Those with another MOA, or none, are the interesting ones: each is a "
        "**hypothesis** to test in the laboratory, not a finding. They are sorted by the **score** "
        "of the compound; **ES** shows how far its signatures cluster at the top of all signatures."
    )
    top = model.ranking.head(N_SHOWN)
    st.dataframe(
        savable(
            top.assign(
                rank=range(1, len(top) + 1),
                about=about(top[fields.PERT_INAME], model.summary.compendium),
            )[["rank", fields.PERT_INAME, "about", "score", "k", "es", "p_exact", fields.MOA]],
            simulated=model.summary.simulated,
        ),
        hide_index=True,
        column_config={
            "rank": st.column_config.NumberColumn("#", width=50, help=explained("rank")),
            fields.PERT_INAME: "Drug",
            "about": ABOUT_COLUMN,
            "score": st.column_config.NumberColumn(
                "Score", format="%.3f", help=explained("compound-score")
            ),
            "k": st.column_config.NumberColumn("Signatures", help=explained("signature")),
            "es": st.column_config.NumberColumn("ES", format="%.3f", help=explained("es")),
            "p_exact": st.column_config.NumberColumn(
                "Exact p", format="%.2g", help=explained("exact-p")
            ),
            fields.MOA: st.column_config.TextColumn("Known MOA", help=explained("moa")),
        },
        placeholder="—",
    )
    st.success("You finished the tour and made a prediction.")
    model_page, own, lessons = st.columns(3)
    if model_page.button("Open model", type="primary", width="stretch"):
        go("models", model=model.summary.model_id)
    if own.button("Choose your own drugs", width="stretch"):
        go("drug_prediction")
    if lessons.button("Open lessons", width="stretch"):
        go("learn", learn="Lessons")
