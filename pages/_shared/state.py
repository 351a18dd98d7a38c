"""The location of the cache, and the names of all session and URL parameters."""

import os
from enum import StrEnum

import streamlit as st

from gpar_core.server.limits import ServerLimits, read_limits
from gpar_core.storage.cache import Cache
from gpar_core.storage.folders import default_cache
from pages._shared.visitor import visitor


class Key(StrEnum):
    """Session and URL keys."""

    ABOUT = "about"
    ASK = "ask"
    COMPENDIUM = "compendium"
    IN_USE = "in-use"
    JOB = "job"
    LEARN = "learn"
    LESSON = "lesson"
    BESIDE = "pages-beside"
    LISTED = "listed-models"
    MODEL = "model"
    NOTE = "simulated-note"
    NOTICES = "notices"
    LIBRARY = "library"
    COMPOUND = "compound"
    CASE = "case"
    DRUG = "drug"
    DELETED = "deleted"
    ENDED = "ended-jobs"
    ENTERED = "entered"
    GENE = "gene"
    PAGE = "page"
    PUT_ASIDE = "put-aside"
    SECOND = "second"
    SERIES = "series"
    TAB = "tab"
    TERM = "term"
    TITLE = "title"
    WANTED = "wanted-compendium"
    WAY = "moa-way"
    WATCHED = "watched-jobs"


def cache() -> Cache:
    """The cache of this server, as the current visitor sees it.

    It is where `folders.default_cache` says. Raises AccessError if nobody is signed in.
    """
    return Cache(default_cache().resolve(), visitor())


def limits() -> ServerLimits:
    """The limits of this server. Raises RequestError if a limit is invalid."""
    return read_limits(os.environ)


def public_compendia() -> set[str]:
    """Compendia whose maps may be stored in files that anyone who reaches the server can fetch.

    Names in `GPAR_PUBLIC_COMPENDIA`, separated by commas; none if it is not set.
    """
    return set(filter(None, os.environ.get("GPAR_PUBLIC_COMPENDIA", "").split(",")))


def mirror() -> str:
    """Address of a mirror with the files of all sources, from `GPAR_MIRROR`; '' for their own."""
    return os.environ.get("GPAR_MIRROR", "")


def from_url(key: Key) -> str:
    """Value of a URL parameter, '' if it is absent."""
    return st.query_params.get(key, "")


def go(page: str, **parameters: str) -> None:
    """Open a page with these URL parameters; the compendium in use is kept unless one is given."""
    # Its URL parameter belongs to the sidebar, which alone can change it.
    if wanted := parameters.pop(Key.COMPENDIUM.value, ""):
        st.session_state[Key.WANTED] = wanted
    st.switch_page(f"pages/{page}.py", query_params=parameters)
