"""Map: a scatter plot of signatures to explore, search and select from."""

from gpar_core.analyses.map.request import MapRequest
from pages._map.form import form
from pages._map.view import draw
from pages._shared.analysis_frame import analysis_page

ABOUT = (
    "Similar signatures are close together. **Hover** over a point to see its signature, **click** "
    "it to see its drug, or **lasso** points to list, download or train on them."
)

analysis_page("Map", ABOUT, MapRequest, form, draw, newest=True)
