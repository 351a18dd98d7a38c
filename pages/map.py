"""Map: signatures laid out in the plane, to look at, to search and to choose from."""

from gpar_core.analyses.map.request import MapRequest
from pages._map.form import form
from pages._map.view import draw
from pages._shared.analysis_frame import analysis_page

ABOUT = (
    "Signatures that are alike lie together. **Hover** to see what a point is, **click** it for "
    "its drug, or **lasso** points to list, download or train on them."
)

analysis_page("Map", ABOUT, MapRequest, form, draw)
