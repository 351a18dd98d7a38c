"""The notebooks: one for each case study, executed; what they show comes again on any processor."""

import sys
from pathlib import Path

import nbformat
import pytest

from gpar_core.case_studies import CASES, CaseStudy
from gpar_core.report.tolerance import TOLERANCES
from gpar_core.storage.cache import Cache
from tests.processes import end_jobs
from tests.shown_text import differences

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "notebooks"
sys.path.insert(0, str(FOLDER))

import build  # noqa: E402

BY_TITLE = {study.title: study for study in CASES}


def test_there_is_one_for_each_case_study_and_no_other() -> None:
    assert {path.name for path in FOLDER.glob("*.ipynb")} == {build.file_name(s) for s in CASES}


@pytest.mark.parametrize("study", CASES, ids=lambda study: study.title)
def test_they_are_executed_as_they_are_written_today(study: CaseStudy) -> None:
    saved = nbformat.read(FOLDER / build.file_name(study), as_version=4)
    written = build.notebook(study)
    assert [cell.source for cell in saved.cells] == [cell.source for cell in written.cells]
    code = [cell for cell in saved.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert all(output.output_type != "error" for cell in code for output in cell.outputs)
    assert "SIMULATED" in code[0].outputs[0].text
    assert code[1].outputs[0].data["text/plain"]


def test_what_a_notebook_shows_comes_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "cache")
    monkeypatch.setenv("GPAR_CACHE", str(cache.root))
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent.parent))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    study = BY_TITLE["Chloroquine"]
    made = build.notebook(study)
    try:
        build.execute(made)
    finally:
        end_jobs(cache)
    saved = nbformat.read(FOLDER / build.file_name(study), as_version=4)
    shown = [
        (_shown(then), _shown(now))
        for then, now in zip(saved.cells, made.cells, strict=True)
        if then.cell_type == "code"
    ]
    assert shown[0][0] == shown[0][1]  # the data, with their fingerprint
    for then, now in shown[1:]:
        assert differences(then, now, TOLERANCES["fast"]) == []


def _shown(cell: nbformat.NotebookNode) -> str:
    """What a cell printed and its tables; pictures are drawn by the fonts of a computer."""
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/svg+xml" not in data:
            texts.append(output.get("text") or data.get("text/plain"))
    return "\n".join(texts)
