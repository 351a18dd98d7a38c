"""A case study on screen: its jobs while they run, then its figures next to the paper's."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from gpar_core.analyses.training.request import TrainRequest
from gpar_core.case_studies import CaseStudy, Plan, beside, findings, plan
from gpar_core.data.compendium import Compendium
from gpar_core.errors import NotFoundError
from gpar_core.export import with_data
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.learn.presets import PAPER
from gpar_core.storage.requests import Request, job_id
from pages._shared.downloads import download_table
from pages._shared.error_box import plain
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_analysis, load_model
from pages._shared.model_names import called
from pages._shared.state import Key, cache
from pages._shared.tables import savable

FAST = "fast"
INTERVAL = r"(?<=[0-9])-(?=[0-9])"
"""The dash between two numbers."""

MODELS = {
    FAST: "GPAR's own model, preset 'fast': seconds",
    PAPER: "The network of the paper, 978-512-256: minutes",
}


def plan_once(study: CaseStudy, compendium: Compendium, preset: str) -> Plan:
    """Plan the analyses of the study for the compendium. Raises RequestError."""
    asked = (study.title, compendium.name, compendium.fingerprint, preset)
    return _plan(asked, study, compendium)


@st.cache_resource(max_entries=64, show_spinner=False)
def _plan(asked: tuple[str, str, str, str], _study: CaseStudy, _data: Compendium) -> Plan:
    *_, preset = asked
    return plan(_study, _data, preset=preset)


def unfinished(planned: Plan) -> list[Request]:
    """The parts that have no result yet."""
    return [request for request in planned.requests if not _done(request)]


def under_way(missing: list[Request]) -> Request | None:
    """The first of the parts that was started, if any."""
    return next((request for request in missing if _asked_for(request)), None)


def show_job(request: Request, planned: Plan, *, simulated: bool) -> None:
    """Show the state of one part, and how many are done."""
    n_done = len(planned.requests) - len(unfinished(planned))
    st.caption(f"{n_done} of {len(planned.requests)} parts are done.")
    if finished_job(job_id(request), simulated=simulated):
        st.rerun()


def _done(request: Request) -> bool:
    name = job_id(request)
    ids = cache().model_ids() if isinstance(request, TrainRequest) else cache().analysis_ids()
    return name in ids


def _asked_for(request: Request) -> bool:
    """Whether there is a job to show; the result of a finished job was deleted."""
    try:
        return JobStore(cache()).get(job_id(request)).state is not State.DONE
    except NotFoundError:
        return False


def result(study: CaseStudy, done: Mapping[str, Plan], compendium: Compendium) -> None:
    """Show the figures of each preset next to the paper's, with links to models and analyses.

    done: the finished plans by preset.
    """
    table = beside({preset: _found(study, planned) for preset, planned in done.items()})
    columns = {
        f"here_{preset}": st.column_config.TextColumn(
            label, help=f"{MODELS[preset]}. With 95% interval and n"
        )
        for preset, label in ((FAST, "Here, fast"), (PAPER, "Here, paper's network"))
    }
    shown = table.replace(dict.fromkeys(columns, INTERVAL), "–", regex=True)
    st.dataframe(
        savable(shown, simulated=compendium.simulated),
        hide_index=True,
        column_config={
            "question": "",
            "paper": "Gao et al. 2021",
            **columns,
        },
        placeholder="—",
    )
    st.caption(
        "95% intervals are from resampling drugs. As in the paper, GSEA ranks pairs of drugs and "
        "the model ranks signatures."
    )
    download_table(
        "Download table",
        table.assign(case=study.title),
        partial(with_data, compendium=compendium.name, simulated=compendium.simulated),
        "case",
        study.title,
        simulated=compendium.simulated,
    )
    for preset, planned in done.items():
        _links(preset, planned)


def _found(study: CaseStudy, planned: Plan) -> pd.DataFrame:
    models = {job_id(each): load_model(job_id(each)) for each in planned.trainings}
    parts = [each for each in planned.requests if job_id(each) not in models]
    analyses = {job_id(each): load_analysis(job_id(each)) for each in parts}
    return findings(study, planned, models, analyses)


def _links(preset: str, planned: Plan) -> None:
    for request in planned.trainings:
        summary = load_model(job_id(request)).summary
        st.page_link(
            "pages/models.py",
            label=plain(f"Ranked drugs, map and quality: {called(summary)} ({preset})"),
            query_params={Key.MODEL.value: summary.model_id},
        )
    if planned.influence:
        st.page_link(
            "pages/cell_influence.py",
            label=f"Intervals and drugs by cell line ({preset})",
            query_params={Key.JOB.value: job_id(planned.influence)},
        )
