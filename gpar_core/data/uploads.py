"""Store users' uploads under an id of their content."""

import pandas as pd

from gpar_core.data import uploaded_table
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.profiles import save as save_profiles
from gpar_core.data.uploaded_table import table_id
from gpar_core.storage.cache import MANIFEST, Cache, publishing


def publish_table(cache: Cache, table: pd.DataFrame) -> str:
    """Store an uploaded table under an id of its content; returns the id."""
    name = table_id(table)
    folder = cache.table(name)
    exists = (folder / MANIFEST).is_file()
    cache.hold(name, exists=exists)
    if not exists:
        with publishing(folder) as building:
            uploaded_table.save(table, building)
    return name


def publish_profiles(cache: Cache, profiles: Profiles) -> str:
    """Store uploaded profiles under an id of their content; returns the id."""
    name = profiles_id(profiles)
    folder = cache.profile_set(name)
    exists = (folder / MANIFEST).is_file()
    cache.hold(name, exists=exists)
    if not exists:
        with publishing(folder) as building:
            save_profiles(profiles, building)
    return name
