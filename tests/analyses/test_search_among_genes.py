"""Searches among knock-downs and other perturbagens, in place of compounds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gpar_core import Workspace, fields
from gpar_core.__main__ import main
from gpar_core.analyses import result as analysis
from gpar_core.analyses.run_job import run_job
from gpar_core.analyses.signature_search.plan import (
    plan_compound_search,
    plan_list_search,
    plan_signature_search,
)
from gpar_core.data import compendium as compendia
from gpar_core.data.compendium import Compendium
from gpar_core.data.importing.build import import_compendium
from gpar_core.data.pert_types import known_pert_type
from gpar_core.errors import DataError, RequestError
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id, to_json
from tests.geo_files import write_release
from tests.perturbagens import mixed_release
from tests.pools import Means

UP, DOWN = fields.LANDMARK_SYMBOLS[:40], fields.LANDMARK_SYMBOLS[40:80]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def compendium(cache: Cache, tmp_path: Path) -> Compendium:
    """The loss of TP53 moves the genes of the query up and down; its gain moves them back."""
    made = mixed_release()
    effect = np.repeat([3.0, -3.0, 0.0], [40, 40, fields.N_LANDMARKS - 80])
    sign = made.sig_info["pert_type"].map({"trt_sh.cgs": 1.0, "trt_oe": -1.0}).fillna(0.0)
    made = replace(made, values=made.values + sign.to_numpy()[:, None] * effect)
    folder = cache.compendium("new")
    folder.mkdir(parents=True)
    files = write_release(made, tmp_path / "files")
    import_compendium(files, folder, name="new", pert_types=tuple(fields.PERT_TYPES))
    return compendia.load(folder)


def test_the_kind_is_part_of_a_request_only_where_it_is_not_compounds(
    compendium: Compendium,
) -> None:
    request, _ = plan_list_search(compendium, UP, DOWN, name="a query")
    assert "against" not in to_json(request)
    other = replace(request, against="trt_sh.cgs")
    assert job_id(other) != job_id(request)
    assert other.title == "Signature search: a query among knock-downs"


@pytest.mark.parametrize(
    ("against", "name", "sign"),
    [("trt_sh.cgs", "TP53 knock-down", 1), ("trt_oe", "TP53 over-expression", -1)],
)
def test_what_is_found_is_of_the_kind(
    cache: Cache, compendium: Compendium, against: str, name: str, sign: int
) -> None:
    request, _ = plan_list_search(compendium, UP, DOWN)
    request = replace(request, against=against)
    run_job(request, cache, silent, Means())
    tables = analysis.load(cache.analysis(job_id(request))).tables
    assert tables["compounds"]["pert_iname"].tolist() == [name]
    assert np.sign(tables["compounds"]["connectivity"].iloc[0]) == sign
    assert len(tables["signatures"]) == 4


def test_a_compound_is_searched_for_among_genes(cache: Cache, compendium: Compendium) -> None:
    request = replace(plan_compound_search(compendium, "drug 1"), against="trt_xpr")
    run_job(request, cache, silent, Means())
    tables = analysis.load(cache.analysis(job_id(request))).tables
    assert tables["compounds"]["pert_iname"].tolist() == ["TP53 knock-out"]


def test_a_signature_of_any_kind_is_a_query(cache: Cache, compendium: Compendium) -> None:
    signatures = compendium.of_kinds(["trt_sh.cgs"]).signatures
    request = plan_signature_search(compendium, signatures["sig_id"].iloc[1])
    assert request.name == f"TP53 knock-down in {signatures['cell_id'].iloc[1]}"
    run_job(replace(request, against="trt_oe"), cache, silent, Means())
    tables = analysis.load(cache.analysis(job_id(replace(request, against="trt_oe")))).tables
    assert tables["compounds"]["connectivity"].iloc[0] < 0


def test_the_command_and_python_take_a_kind(
    cache: Cache, compendium: Compendium, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "up.txt").write_text("\n".join(UP))
    arguments = ["--cache", str(cache.root), "search", "--compendium", "new"]
    arguments += ["--up", str(tmp_path / "up.txt")]
    assert main([*arguments, "--against", "knock-downs"]) == 0
    out = capsys.readouterr().out
    assert "against 4 signatures of 1 knock-down" in out
    assert "TP53 knock-down" in out
    assert main([*arguments, "--against", "plants"]) != 0
    assert "It has compounds, ligands, over-expressions, knock-downs" in capsys.readouterr().err
    found = Workspace(cache.root).search(compendium, up=UP, down=DOWN, against="trt_sh.cgs")
    assert found["compounds"]["pert_iname"].tolist() == ["TP53 knock-down"]


def test_a_kind_that_is_not_there_is_told(cache: Cache, compendium: Compendium) -> None:
    with pytest.raises(RequestError, match="no signatures of 'mice'"):
        known_pert_type("mice", compendium.stored_kinds)
    alone = replace(compendium, stored=None)
    with pytest.raises(DataError, match="--pert-types"):
        alone.of_kinds(["trt_sh.cgs"])
