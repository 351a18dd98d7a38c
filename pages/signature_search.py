"""Signature search: which compounds mimic or reverse gene lists or a compound."""

from gpar_core.analyses.signature_search.request import SearchRequest
from pages._shared.analysis_frame import analysis_page
from pages._signature_search.form import form
from pages._signature_search.history import summary
from pages._signature_search.view import draw

ABOUT = (
    "Which compounds **mimic** your genes, and which **reverse** them? Give up- and down-regulated "
    "genes (of a disease, a knock-out, a treatment) or a compound. GPAR compares them with every "
    "signature of the compendium."
)


analysis_page("Signature search", ABOUT, SearchRequest, form, draw, summary)
