"""The provenance of a result: its compendium, its training set, its software."""

import platform
from importlib.metadata import version
from typing import Protocol

import numpy as np

from gpar_core import __version__
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.storage.cache import Cache


class OnCompendium(Protocol):
    """A request or result that depends on one state of a compendium."""

    @property
    def compendium(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...


def same_compendium(of: OnCompendium, cache: Cache) -> Compendium:
    """The compendium of a request or a model. Raises RequestError if it has changed since."""
    compendium = compendia.load(cache.existing_compendium(of.compendium))
    if compendium.fingerprint != of.fingerprint:
        raise RequestError(
            f"The compendium '{of.compendium}' has changed since this request was made. Train the "
            "model again."
        )
    return compendium


def versions() -> dict[str, str]:
    """Versions of the software that a result depends on, by name."""
    return {
        "gpar": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "tensorflow": version("tensorflow"),
    }
