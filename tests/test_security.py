"""What no module may do, read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("gpar_core", "pages", "streamlit_app.py")
    for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*.py"))
)

UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml"}
UNSAFE_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "pd.read_pickle",
    "st.html", "st.iframe", "components.v1.html", "components.html", "components.v1.iframe",
}  # fmt: skip
UNSAFE_METHODS = {"to_pickle"}
UNSAFE_ARGUMENTS = {"unsafe_allow_html": True, "allow_pickle": True, "shell": True}

NETWORK = {"requests", "urllib3", "urllib.request", "http", "socket", "ftplib", "smtplib", "httpx",
           "aiohttp", "websockets"}  # fmt: skip
NETWORK_USERS = {"gpar_core/data/fetching/web.py"}
"""Only jobs that fetch come here."""

CSV_WRITERS = {
    "gpar_core/export.py": "the one that defuses formulas",
    "gpar_core/data/compendium.py": "for a fingerprint",
    "gpar_core/data/uploaded_table.py": "for a fingerprint",
}


def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text("utf-8"))


def _imports(file: str) -> Iterator[str]:
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _calls(file: str) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call):
            yield _dotted(node.func), node


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def _is(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def test_the_files_of_the_rules_exist() -> None:
    assert "streamlit_app.py" in FILES
    assert NETWORK_USERS | set(CSV_WRITERS) <= set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_nothing_that_runs_code_from_data_is_used(file: str) -> None:
    assert not [m for m in _imports(file) if any(_is(m, each) for each in UNSAFE_MODULES)]
    for name, call in _calls(file):
        assert name not in UNSAFE_CALLS, f"{file}:{call.lineno}"
        assert name.rpartition(".")[2] not in UNSAFE_METHODS, f"{file}:{call.lineno}"
        for argument in call.keywords:
            unsafe = UNSAFE_ARGUMENTS.get(str(argument.arg))
            given = argument.value.value if isinstance(argument.value, ast.Constant) else unsafe
            assert unsafe is None or given is not unsafe, f"{file}:{call.lineno} {argument.arg}"


@pytest.mark.parametrize("file", FILES)
def test_arrays_are_loaded_without_pickle_by_name(file: str) -> None:
    for name, call in _calls(file):
        if name in ("np.load", "numpy.load"):
            given = {argument.arg for argument in call.keywords}
            assert "allow_pickle" in given, f"{file}:{call.lineno}"


@pytest.mark.parametrize("file", FILES)
def test_only_what_fetches_reaches_the_network(file: str) -> None:
    if file not in NETWORK_USERS:
        assert not [m for m in _imports(file) if any(_is(m, each) for each in NETWORK)]


@pytest.mark.parametrize("file", FILES)
def test_tables_are_written_where_formulas_are_defused(file: str) -> None:
    if file not in CSV_WRITERS:
        assert not [c.lineno for name, c in _calls(file) if name.endswith((".to_csv", ".to_excel"))]


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith("pages/")])
def test_pages_show_tables_past_the_defusing_one(file: str) -> None:
    """A table's own toolbar saves what it holds as CSV."""
    for name, call in _calls(file):
        if name.endswith((".dataframe", ".data_editor")):
            shown = call.args[0]
            safe = isinstance(shown, ast.Call) and _dotted(shown.func) == "savable"
            assert safe, f"{file}:{call.lineno}"
