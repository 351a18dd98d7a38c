"""A case study on screen: its jobs while they run, then its figures next to the paper's."""

import streamlit as st

from gpar_core.analyses.training.request import TrainRequest
from gpar_core.case_studies import CaseStudy, Plan, findings, plan
from gpar_core.data.compendium import Compendium
from gpar_core.errors import NotFoundError
from gpar_core.export import csv_text, download_name
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.storage.requests import Request, job_id
from pages._shared.error_box import plain
from pages._shared.job_panel import finished_job
from pages._shared.loaders import load_analysis, load_model
from pages._shared.model_names import called
from pages._shared.state import Key, cache
from pages._shared.tables import savable

MODELS = {
    "fast": "GPAR's own (preset fast, seconds)",
    "paper": "The paper's network (978-512-256, minutes)",
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


def result(study: CaseStudy, planned: Plan, compendium: Compendium) -> None:
    """Show the figures next to the paper's, with links to models and analyses."""
    models = {job_id(each): load_model(job_id(each)) for each in planned.trainings}
    parts = [each for each in planned.requests if job_id(each) not in models]
    analyses = {job_id(each): load_analysis(job_id(each)) for each in parts}
    table = findings(study, planned, models, analyses)
    st.dataframe(
        savable(table, simulated=compendium.simulated),
        hide_index=True,
        column_config={
            "question": "",
            "paper": "Gao et al. 2021",
            "here": st.column_config.TextColumn("Here", help="With 95% interval and n"),
        },
        placeholder="—",
    )
    st.caption(
        "95% intervals are from resampling drugs. As in the paper, GSEA ranks pairs of drugs and "
        "the model ranks signatures."
    )
    st.download_button(
        "Download table (CSV)",
        lambda: csv_text(
            table.assign(
                case=study.title,
                compendium=compendium.name,
                data="SIMULATED" if compendium.simulated else "measured",
            )
        ),
        download_name("case", study.title, simulated=compendium.simulated),
        "text/csv",
        on_click="ignore",
    )
    for name, model in models.items():
        st.page_link(
            "pages/models.py",
            label=plain(f"Ranked drugs, map and quality: {called(model.summary)}"),
            query_params={Key.MODEL.value: name},
        )
    if planned.influence:
        st.page_link(
            "pages/cell_influence.py",
            label="Intervals and drugs by cell line",
            query_params={Key.JOB.value: job_id(planned.influence)},
        )
