"""The zip: every file in it, each with its checksum."""

import hashlib
import zipfile
from io import BytesIO

import pandas as pd
import pytest

from gpar_core.analyses.training import result as model
from gpar_core.report.bundle import CHECKSUMS, bundle
from gpar_core.report.make import as_file, report_of
from gpar_core.report.page import page
from gpar_core.storage.requests import job_id
from tests.report.conftest import Results


@pytest.fixture(scope="module")
def archive(results: Results) -> zipfile.ZipFile:
    document = report_of(results.cache, job_id(results.training))
    return zipfile.ZipFile(BytesIO(bundle(document)))


def test_every_file_has_its_checksum(archive: zipfile.ZipFile) -> None:
    lines = archive.read(CHECKSUMS).decode().splitlines()
    sums = {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in lines}
    assert set(sums) == set(archive.namelist()) - {CHECKSUMS}
    for name, digest in sums.items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest


def test_every_figure_is_svg_and_png(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    figures = [name[:-4] for name in names if name.endswith(".svg")]
    assert {"figures/roc", "figures/precision-recall", "figures/folds", "figures/map"} <= set(
        figures
    )
    for name in figures:
        assert archive.read(f"{name}.svg").startswith(b"<svg")
        assert archive.read(f"{name}.png").startswith(b"\x89PNG")


def test_tables_are_whole_and_say_where_they_come_from(
    archive: zipfile.ZipFile, results: Results
) -> None:
    saved = model.load(results.cache.model(job_id(results.training)))
    parquet = pd.read_parquet(BytesIO(archive.read("tables/ranking.parquet")))
    csv = pd.read_csv(BytesIO(archive.read("tables/ranking.csv")))
    for table in (parquet, csv):
        assert table["pert_id"].tolist() == saved.ranking["pert_id"].tolist()
        assert set(table["data"]) == {"SIMULATED"}
        assert set(table["model_id"]) == {saved.summary.model_id}
    assert len(pd.read_csv(BytesIO(archive.read("tables/training-set.csv")))) == len(saved.held_out)


def test_the_same_report_is_the_same_file(archive: zipfile.ZipFile, results: Results) -> None:
    document = report_of(results.cache, job_id(results.training))
    assert as_file(document, ".zip") == as_file(document, ".zip")
    assert archive.read("report.html").decode() == page(document)
