"""The demo compendium, built once."""

import pytest

from gpar_core.data import compendium, demo
from gpar_core.data.compendium import Compendium


@pytest.fixture(scope="session")
def demo_compendium(tmp_path_factory: pytest.TempPathFactory) -> Compendium:
    folder = tmp_path_factory.mktemp("demo")
    demo.build(folder)
    return compendium.load(folder)
