"""What tests of several analyses share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gpar_core.data.compendium import Compendium
from gpar_core.learn.engine import FitPool
from gpar_core.storage.cache import Cache
from tests.synthetic import build, drugs_of


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def compendium(cache: Cache) -> Compendium:
    """A MOA of five drugs that act alike, beside inactive drugs and one of another MOA."""
    drugs = [*drugs_of("HDAC inhibitor", 5), *drugs_of("", 30, tas=0.1), *drugs_of("MTOR", 1)]
    return build(cache.compendium("tiny"), drugs, effect=9, simulated=True)


@pytest.fixture(scope="module")
def pool() -> Iterator[FitPool]:
    """One process that trains networks."""
    with FitPool(1) as pool:
        yield pool
