"""Signature search: which compounds or genes mimic or reverse lists, a table or a compound."""

from gpar_core.analyses.result import Analysis
from gpar_core.analyses.signature_search.request import SearchRequest
from pages._shared.analysis_frame import analysis_page
from pages._signature_search.batch_view import draw_batch
from pages._signature_search.form import form
from pages._signature_search.history import summary
from pages._signature_search.view import draw

ABOUT = (
    "Which compounds **mimic** your genes (move them the same way), and which **reverse** them? "
    "Give up- and down-regulated genes of a disease, a knockout or a treatment, a differential "
    "expression table, profiles, gene sets or a compound. GPAR compares them with every signature "
    "of the compendium. Where it has knock-downs, search among those to see whose loss looks alike."
)


def draw_any(done: Analysis) -> None:
    """Show one search or a batch."""
    if isinstance(done.request, SearchRequest) and done.request.is_batch:
        draw_batch(done, done.request)
    else:
        draw(done)


analysis_page("Signature search", ABOUT, SearchRequest, form, draw_any, summary)
