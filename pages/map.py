"""Map: signatures laid out in the plane, to look at, to search and to choose from."""

from gpar_core.jobs.request import MapRequest
from pages._shared.analysis_frame import analysis_page
from pages._shared.map_form import form
from pages._shared.map_view import draw

ABOUT = (
    "Signatures that are alike lie together. **Hover** to see what a point is, **click** it for "
    "its drug, draw round a group to list it, download it, or train on it."
)

analysis_page("Map", ABOUT, MapRequest, form, draw)
