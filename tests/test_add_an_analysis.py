"""The worked example of CONTRIBUTING.md works."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpar_core import analyses
from gpar_core.analyses import registry
from gpar_core.analyses import result as analysis
from gpar_core.analyses.registry import from_json, kind_of
from gpar_core.analyses.run_job import run_job
from gpar_core.jobs.job import State
from gpar_core.jobs.store import JobStore
from gpar_core.progress import silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request, job_id, to_json
from tests.pools import Means
from tests.synthetic import build, drugs_of

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Add an analysis")[2]
CODE = dict(re.findall(r"```python\n# (\S+)\n(.*?)```", EXAMPLE, re.DOTALL))
"""The code blocks by file."""
PACKAGE = "gpar_core/analyses/cell_counts"
MAX_LINES = 40


@pytest.fixture
def request_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Request]:
    """A request of the example on a small compendium; the example is known until the test ends."""
    folder = tmp_path / "analyses"
    package = folder / "cell_counts"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for name in ("request.py", "run.py"):
        (package / name).write_text(CODE[f"{PACKAGE}/{name}"], "utf-8")
    monkeypatch.setattr(analyses, "__path__", [*analyses.__path__, str(folder)])
    from gpar_core.analyses.cell_counts.request import CellCountRequest  # type: ignore

    line = CODE["gpar_core/analyses/registry.py"]
    names = {**vars(registry), "CellCountRequest": CellCountRequest}
    kind = eval(line, names)  # noqa: S307 -- the line is that of CONTRIBUTING.md
    monkeypatch.setitem(registry.KINDS, CellCountRequest.kind, kind)
    drugs = [*drugs_of("HDAC inhibitor", 3), *drugs_of("", 4)]
    compendium = build(Cache(tmp_path / "cache").compendium("tiny"), drugs)
    yield CellCountRequest(compendium.name, compendium.fingerprint)
    for module in [name for name in sys.modules if name.startswith(PACKAGE.replace("/", "."))]:
        del sys.modules[module]
    monkeypatch.delattr(analyses, "cell_counts", raising=False)


def test_the_example_is_short() -> None:
    lines = [line for code in CODE.values() for line in code.splitlines() if line.strip()]
    assert len(lines) <= MAX_LINES


def test_its_job_runs_to_a_result_that_loads_again(request_: Request, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    store = JobStore(cache)
    store.submit(request_)
    job = store.claim(limit=1, limit_per_owner=1)
    assert job is not None and job.request == request_
    run_job(job.request, cache, silent, Means())
    store.finish(job.id, job.attempt, State.DONE, "")
    assert store.get(job.id).state == State.DONE
    done = analysis.load(cache.existing_analysis(job_id(request_)))
    assert done.request == request_
    assert dict(done.tables["cells"].itertuples(index=False)) == {"A375": 7, "MCF7": 7}


def test_its_request_survives_json(request_: Request) -> None:
    assert from_json(to_json(request_)) == request_


def test_its_page_is_the_one_of_the_registry_and_the_navigation(request_: Request) -> None:
    page = f"pages/{kind_of(request_).page}.py"
    last = ast.parse(CODE[page]).body[-1]
    assert isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)
    title, _, kind, *_ = last.value.args
    assert ast.unparse(kind) == type(request_).__name__
    entry = CODE["pages/_shared/navigation.py"].strip()
    assert entry == f'st.Page("{page}", title="{ast.literal_eval(title)}")'


def test_its_page_defines_what_it_shows(
    request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pages._shared import analysis_frame

    shown: list[tuple[object, ...]] = []
    monkeypatch.setattr(analysis_frame, "analysis_page", lambda *parts: shown.append(parts))
    code = CODE[f"pages/{kind_of(request_).page}.py"]
    names: dict[str, object] = {}
    exec(compile(code, "cell_counts.py", "exec"), names)  # noqa: S102 -- of CONTRIBUTING.md
    [(_, _, kind, form, draw)] = shown
    assert kind is type(request_)
    assert (form, draw) == (names["form"], names["draw"])
