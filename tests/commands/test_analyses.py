"""Commands of the analyses that have a page: what they print and write."""

import json
from pathlib import Path

import pandas as pd
import pytest

from gpar_core.__main__ import main
from gpar_core.analyses.run_job import run_job
from gpar_core.jobs import engine
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id
from tests.pools import Means
from tests.report.test_calls import Here, here  # noqa: F401 -- the fixture

ON = ("--compendium", "small", "--moa", "HDAC inhibitor")
MODEL, OTHER, PLACES = "MODEL", "OTHER", "PLACES"
COMMANDS = {
    "cell-influence": (
        (*ON, "--selection", "A375", "--selection", "all"), "A375 ", "auroc", "differences",
    ),
    "hyper-parameters": ((*ON, "--layers", "2", "--nodes", "10"), "978-512-256", "hidden", "folds"),
    "genes counts": ((*ON, "--counts", "10", "--repeats", "1"), "important", "n_genes", "sizes"),
    "genes importance": ((MODEL,), "attribution", "symbol", "agreement"),
    "map": (
        ("--compendium", "small", "--method", "file", "--coordinates", PLACES),
        "40 of 178 signatures", "sig_id", "quality",
    ),
    "curate": ((MODEL, "--repeats", "2"), "mean AUROC of the whole set", "effect", "drugs"),
    "compare": ((MODEL, OTHER), "Spearman correlation", "shift", "agreement"),
}  # fmt: skip
"""Command -> arguments, what it prints, a column of its CSV and a part of its JSON."""


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def finish(cache: Cache, request: Request, *_: object, **__: object) -> str:
        run_job(request, cache, silent, Means())
        return job_id(request)

    monkeypatch.setattr(engine, "finish", finish)


@pytest.mark.parametrize("command", COMMANDS)
def test_it_prints_and_writes_its_tables(
    here: Here,  # noqa: F811
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments, said, column, part = COMMANDS[command]
    other = next(entry for entry in here.library.entries if entry.moa.startswith("target"))
    given = {MODEL: here.model_id, OTHER: other.model_id, PLACES: str(here.file("places.csv"))}
    words = [*command.split(), *(given.get(word, word) for word in arguments)]
    out = [tmp_path / "out.csv", tmp_path / "out.json"]
    files = ["--csv", str(out[0]), "--json", str(out[1])]
    assert main(["--cache", str(here.cache.root), *words, *files]) == 0
    printed = capsys.readouterr().out
    assert said in printed
    assert "SIMULATED" not in printed
    table = pd.read_csv(out[0])
    assert column in table
    assert set(table["data"]) == {"measured"}
    assert json.loads(out[1].read_text("utf-8"))[part]
