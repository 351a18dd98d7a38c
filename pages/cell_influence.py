"""Cell influence: cross-validate the same drugs in several selections of cell lines."""

from gpar_core.analyses.cell_influence.request import CellInfluenceRequest
from pages._cell_influence.form import form
from pages._cell_influence.view import draw
from pages._shared.analysis_frame import analysis_page

ABOUT = (
    "In which cell lines can a model best recognize your drugs? GPAR cross-validates **the same "
    "drugs** in each selection of cell lines (Gao et al. 2021, Figure 1d: estrogen receptor "
    "agonists in cells that express the receptor and in cells that do not)."
)


analysis_page("Cell influence", ABOUT, CellInfluenceRequest, form, draw, newest=True)
