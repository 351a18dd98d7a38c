"""Fixtures of the tests of imports."""

import pytest

from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.findings import Finding
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.importing.import_files import ImportFiles
from tests.data.importing.imported import Import
from tests.geo_files import (
    Release,
    write_release,
)


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Import:
    """Import a release or its files into a new folder."""

    def imported(
        made: Release | ImportFiles, *, fill_missing: bool = False
    ) -> tuple[Compendium, dict[str, Finding]]:
        if isinstance(made, Release):
            made = write_release(made, tmp_path_factory.mktemp("files"))
        folder = tmp_path_factory.mktemp("compendium")
        findings = import_compendium(made, folder, name="new", fill_missing=fill_missing)
        return compendia.load(folder), {finding.what: finding for finding in findings}

    return imported
