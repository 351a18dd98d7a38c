"""Keep what users upload, under an id of what it holds."""

import pandas as pd

from gpar_core.data import uploaded_table
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.profiles import save as save_profiles
from gpar_core.data.uploaded_table import table_id
from gpar_core.storage.cache import MANIFEST, Cache, publishing


def publish_table(cache: Cache, table: pd.DataFrame) -> str:
    """Keep an uploaded table under the id of what it holds; returns the id."""
    name = table_id(table)
    folder = cache.table(name)
    exists = (folder / MANIFEST).is_file()
    cache.hold(name, exists=exists)
    if not exists:
        with publishing(folder) as building:
            uploaded_table.save(table, building)
    return name


def publish_profiles(cache: Cache, profiles: Profiles) -> str:
    """Keep uploaded profiles under the id of what they hold; returns the id."""
    name = profiles_id(profiles)
    folder = cache.profile_set(name)
    exists = (folder / MANIFEST).is_file()
    cache.hold(name, exists=exists)
    if not exists:
        with publishing(folder) as building:
            save_profiles(profiles, building)
    return name
