"""Outlier drugs of a model: the question, the running job, the result, and retraining."""

from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.curation import result as curations
from gpar_core.analyses.curation.charts import effects
from gpar_core.analyses.curation.leave_one_out import MIN_DRUGS, Curation, n_networks
from gpar_core.analyses.curation.request import CurationRequest
from gpar_core.analyses.curation.result import SavedCuration
from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.plan import plan_training
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.analyses.training.result import Model, ModelSummary
from gpar_core.errors import DataError, NotFoundError, RequestError
from gpar_core.export import with_provenance
from gpar_core.jobs import engine
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.requests import job_id
from pages._shared import deleting
from pages._shared.cached_charts import chart_once
from pages._shared.downloads import download_table
from pages._shared.error_box import error_box, plain
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_compendium
from pages._shared.share import share_request
from pages._shared.state import cache, go
from pages._shared.tables import ABOUT_COLUMN, about, savable
from pages._shared.terms import explained


def show_curation(model: Model) -> None:
    """Show the question, the running job, or the result."""
    summary = model.summary
    st.header("Outlier drugs", anchor=False)
    if not summary.drugs:
        st.caption("This model was trained on uploaded profiles; you can only leave out drugs of "
                   "sets chosen by drug or by MOA.")  # fmt: skip
        return
    if summary.n_positive_compounds < MIN_DRUGS:
        n = summary.n_positive_compounds
        st.caption(
            f"The positive set has {n} drug{'s' * (n != 1)}. To leave one out and compare, you "
            f"need at least {MIN_DRUGS}: train on more drugs."
        )
        return
    with error_box():
        request = CurationRequest(summary.model_id, summary.label)
        folder = cache().curation(job_id(request))
        if cache().has(folder):
            _saved(folder, summary)
        elif _asked_for(request):
            if finished_job(job_id(request), simulated=summary.simulated):
                st.rerun()
        else:
            _question(request, summary)


def _asked_for(request: CurationRequest) -> bool:
    """Whether there is a job to show; the result of a finished job was deleted."""
    try:
        return JobStore(cache()).get(job_id(request)).state is not State.DONE
    except NotFoundError:
        return False


def _question(request: CurationRequest, summary: ModelSummary) -> None:
    n = n_networks(summary.n_positive_compounds, summary.k, request.repeats)
    trained = summary.k + 1 + summary.k * len(summary.null_auroc)
    st.caption(
        f"Repeats the cross-validation {request.repeats} times on different folds, with all drugs "
        "and without each of them. A drug does not look like the others if leaving it out raises "
        f"the mean AUROC more than chance explains. This takes {n:,} rounds of learning: "
        f"{_about(summary.seconds / trained * n)}."
    )
    if st.button("Find outlier drugs"):
        engine.submit(cache(), request)
        st.rerun()


def _about(seconds: float) -> str:
    return "a minute or less" if seconds < 90 else f"up to {seconds / 60:.0f} minutes"


def _saved(folder: Path, summary: ModelSummary) -> None:
    try:
        saved = curations.load(folder)
    except DataError as error:
        st.error(plain(str(error)))
        if st.button("Delete this curation"):
            deleting.delete(folder)
            st.rerun()
        return
    _result(saved, summary)


def _result(saved: SavedCuration, summary: ModelSummary) -> None:
    found = saved.curation
    _verdict(found)
    chart_once(
        "curation",
        (*summary.identity, str(found.repeats), str(found.mean_auroc)),
        lambda: effects(found.drugs, simulated=summary.simulated),
    )
    st.caption(
        f"Mean AUROC of the whole set {found.mean_auroc:.3f} ± {found.spread:.3f} over "
        f"{found.repeats} repeats with different folds. Dots: the change without the drug, on the "
        "same folds. Bars: standard deviation over the repeats. Gray ticks: the noise, which is "
        "the largest change that chance explains, given how the other drugs differ and how few "
        "signatures the drug has."
    )
    st.dataframe(
        savable(
            found.drugs.drop(columns=fields.DRUG).assign(
                about=about(found.drugs[fields.PERT_INAME], summary.compendium)
            ),
            simulated=summary.simulated,
            signed=["effect"],
        ),
        hide_index=True,
        column_config=_columns(),
        placeholder="—",
    )
    with st.container(horizontal=True):
        download_table(
            "Download curation",
            _table(saved),
            partial(with_provenance, summary=summary),
            "curation",
            summary.label,
            simulated=summary.simulated,
        )
        request = CurationRequest(summary.model_id, summary.label, found.repeats)
        of = saved.provenance
        share_request(of.curation_id, request, summary.compendium, of.versions)
    _retrain(saved, summary)


def _verdict(found: Curation) -> None:
    first = found.drugs.iloc[0]
    if found.suspects.empty:
        st.success(
            f"**No drug stands out.** The mean AUROC changes most without "
            f"{plain(first[fields.PERT_INAME])}, from {found.mean_auroc:.3f} to "
            f"{first['auroc_without']:.3f}: within the noise of {first['noise']:.3f}."
        )
    for suspect in found.suspects.itertuples():
        st.warning(
            f"**{plain(suspect.pert_iname)} does not look like the others:** without it the mean "
            f"AUROC rises from {found.mean_auroc:.3f} to {suspect.auroc_without:.3f} (by "
            f"{suspect.effect:.3f}; noise {suspect.noise:.3f})."
        )


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "pert_iname": "Drug",
        "about": ABOUT_COLUMN,
        "n_signatures": "Signatures",
        "auroc_without": number("AUROC without", format="%.3f", help=explained("mean-auroc")),
        "effect": number("Change", format="%+.3f", help=explained("curation")),
        "effect_sd": number("±", format="%.3f", help="Standard deviation over the repeats"),
        "noise": number("Noise", format="%.3f", help="The largest change that chance explains"),
        "suspect": st.column_config.CheckboxColumn("Suspect"),
    }


def _table(saved: SavedCuration) -> pd.DataFrame:
    return saved.curation.drugs.assign(
        curation_id=saved.provenance.curation_id,
        mean_auroc=saved.curation.mean_auroc,
        mean_auroc_sd=saved.curation.spread,
        repeats=saved.curation.repeats,
    )


def _retrain(saved: SavedCuration, summary: ModelSummary) -> None:
    drugs = saved.curation.drugs
    name = dict(zip(drugs[fields.DRUG], drugs[fields.PERT_INAME], strict=True))
    left_out = st.multiselect(
        "Leave out",
        list(name),
        default=saved.curation.suspects[fields.DRUG].tolist(),
        format_func=name.get,
        key=f"left-out-{saved.provenance.curation_id}",
        placeholder="No drug",
        filter_mode="prefix",
        select_all=False,
    )
    kept = [drug for drug in name if drug not in left_out]
    if st.button("Retrain without these drugs", type="primary", disabled=not left_out or not kept):
        label = f"{summary.label} without " + ", ".join(name[drug] for drug in left_out)
        if len(left_out) > 3:
            label = f"{summary.label} without {len(left_out)} drugs"
        job = engine.submit(cache(), _plan(summary, kept, label))
        go("drug_prediction", job=job.id)


def _plan(summary: ModelSummary, drugs: list[str], label: str) -> TrainRequest:
    """Plan the same training on fewer drugs."""
    compendium = load_compendium(summary.compendium)
    if compendium.fingerprint != summary.fingerprint:
        raise RequestError(
            f"The compendium '{summary.compendium}' has changed since this model was trained. "
            "Train a new model on it, and find the outlier drugs of that model."
        )
    request, _ = plan_training(
        compendium,
        DrugSet(tuple(drugs), label=label),
        summary.method,
        null_repeats=len(summary.null_auroc),
    )
    return request
