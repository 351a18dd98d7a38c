"""Storage: list, share, pin and delete everything stored on this server."""

import time

import streamlit as st

from gpar_core.upkeep import deletion
from gpar_core.upkeep import pruning as upkeep
from pages._shared.error_box import error_box
from pages._shared.navigation import begin
from pages._shared.state import cache
from pages._storage.deleted import show_deleted
from pages._storage.items import show

begin("Storage")
st.markdown("Results, compendia, uploads and downloaded data that this server stores for you.")
with error_box():
    deletion.purge(cache(), time.time())
    show_deleted()
    if found := upkeep.contents(cache()):
        show(found)
    else:
        st.info("Nothing is stored yet. Build the demo or import data on the Compendium page.")
