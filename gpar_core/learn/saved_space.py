"""The space of a compendium, kept in its folder: learned once, deleted with it."""

from pathlib import Path

import numpy as np

from gpar_core.data.compendium import Compendium
from gpar_core.data.derived_files import SPACE, derived_path, keep_arrays
from gpar_core.errors import DataError
from gpar_core.learn.embedding import Embedding
from gpar_core.learn.presets import MatchingSettings
from gpar_core.learn.space import Space, space_of
from gpar_core.progress import Report, silent
from gpar_core.storage.saved_arrays import read_arrays

FORMAT_VERSION = 1
"""Raise this with any change of what is learned."""

_OF_SPACE = ("cells", "drug", "block", "learned_from")
_OF_EMBEDDING = ("center", "shift", "matrix")


def saved_space(compendium: Compendium, settings: MatchingSettings, seed: int) -> Space | None:
    """The saved space, or None if there is none or it cannot be read."""
    path = _path(compendium, settings, seed)
    if path is None or not path.is_file():
        return None
    try:
        arrays = read_arrays(path)
        embeddings = tuple(
            Embedding(*(arrays[f"{name}-{number}"] for name in _OF_EMBEDDING))
            for number in range(int(arrays["n_embeddings"]))
        )
        return Space(settings, embeddings=embeddings, **{name: arrays[name] for name in _OF_SPACE})
    except (DataError, KeyError):
        return None


def known_space(
    compendium: Compendium,
    settings: MatchingSettings,
    *,
    seed: int,
    threads: int = 1,
    report: Report = silent,
) -> Space:
    """The saved space; without one, learn and save it. Arguments as for `space_of`."""
    if kept := saved_space(compendium, settings, seed):
        return kept
    learned = space_of(compendium, settings, seed=seed, threads=threads, report=report)
    keep_space(learned, compendium, seed)
    return learned


def keep_space(space: Space, compendium: Compendium, seed: int) -> None:
    """Save a space for the next time; if that fails, it will be learned again."""
    arrays = {name: getattr(space, name) for name in _OF_SPACE}
    for number, of in enumerate(space.embeddings):
        arrays |= {f"{name}-{number}": getattr(of, name) for name in _OF_EMBEDDING}
    arrays["n_embeddings"] = np.array(len(space.embeddings))
    keep_arrays(_path(compendium, space.settings, seed), arrays)


def _path(compendium: Compendium, settings: MatchingSettings, seed: int) -> Path | None:
    return derived_path(compendium, SPACE, FORMAT_VERSION, f"{settings} {seed}")
