"""Carry out a request: with the modules `run_*` the one place where science meets the disk."""

from gpar_core.data import demo
from gpar_core.jobs.request import (
    CurationRequest,
    DemoRequest,
    FetchRequest,
    ImportRequest,
    LibraryRequest,
    PredictionRequest,
    Request,
    SelectRequest,
    TrainRequest,
    job_id,
)
from gpar_core.jobs.run_analysis import run_analysis
from gpar_core.jobs.run_curation import run_curation
from gpar_core.jobs.run_fetch import run_fetch
from gpar_core.jobs.run_import import run_import
from gpar_core.jobs.run_library import run_library
from gpar_core.jobs.run_prediction import run_prediction
from gpar_core.jobs.run_select import run_select
from gpar_core.jobs.run_training import run_training
from gpar_core.learn.engine import Pool
from gpar_core.progress import Report
from gpar_core.results import of_request as results
from gpar_core.storage.cache import MADE_BY, Cache, publishing


def run_job(request: Request, cache: Cache, report: Report, pool: Pool) -> None:
    """Do what is asked and publish the result. Raises GparError; `report` may raise to stop.

    Nothing is done where the result is there, as when a process died before it could say so.
    pool: whose processes train networks.
    """
    if results.is_there(cache, request):
        return
    match request:
        case DemoRequest():
            with publishing(cache.compendium(demo.NAME)) as folder:
                demo.build(folder, seed=request.seed, report=report)
                (folder / MADE_BY).write_text(job_id(request), encoding="utf-8")
        case ImportRequest():
            run_import(request, cache, report)
        case SelectRequest():
            run_select(request, cache, report)
        case FetchRequest():
            run_fetch(request, cache, report)
        case TrainRequest():
            run_training(request, cache, report, pool)
        case LibraryRequest():
            run_library(request, cache, report, pool)
        case CurationRequest():
            run_curation(request, cache, report, pool)
        case PredictionRequest():
            run_prediction(request, cache, report)
        case _:
            run_analysis(request, cache, report, pool)
