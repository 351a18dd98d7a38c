"""What no source file may do, read from the source: markup of names, code in data, ways out."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "pages").rglob("*.py"))
SOURCES = [*PAGES, *sorted((ROOT / "gpar_core").rglob("*.py"))]
BROWSER = sorted((ROOT / "pages").rglob("*.js")) + sorted((ROOT / "pages").rglob("*.html"))

NETWORK = {
    "aiohttp", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib", "socket",
    "socketserver", "ssl", "telnetlib", "urllib.request", "urllib3", "webbrowser", "websockets",
    "xmlrpc",
}  # fmt: skip
FETCHING = ROOT / "gpar_core" / "data" / "fetching"
CODE_IN_DATA = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve", "yaml"}
RUNS_CODE = {"eval", "exec", "compile", "os.system", "os.popen", "pd.read_pickle", "pd.eval"}
UNSAFE_ARGUMENTS = {"unsafe_allow_html", "allow_pickle", "shell", "trust_remote_code"}
RAW_MARKUP = {"html", "iframe", "latex", "v1"}
WRITES_MARKUP = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                 "new Function", "http://", "https://")  # fmt: skip

SHOWN = {
    "badge", "button", "caption", "checkbox", "download_button", "error", "expander", "header",
    "info", "link_button", "markdown", "metric", "page_link", "popover", "progress", "radio",
    "segmented_control", "spinner", "status", "subheader", "success", "tabs", "title", "toast",
    "toggle", "warning", "write",
}  # fmt: skip
"""Of Streamlit's elements those that take what they say for Markdown."""
FROM_FILES = {
    "cells", "compendium", "drug", "drugs", "error", "label", "left_out", "message", "missing",
    "moa", "moas", "name", "names", "note", "notes", "pert_iname", "reason", "selection", "source",
    "stage", "unknown", "unmatched",
}  # fmt: skip
"""Fields that hold what a file or a user said."""
HARMLESS = ("plain", "gene_links", "len", "METHODS", "MAPS", "PROTOCOL_NAMES", "EXTRA")
"""Calls and tables whose result is not what a file or a user said."""


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _called(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def _importing(files: Sequence[Path], packages: set[str]) -> list[str]:
    return [
        f"{_name(path)}: {module}"
        for path in files
        for module in _imports(path)
        if _among(module, packages)
    ]


def _among(module: str, packages: set[str]) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in packages)


def test_only_fetching_can_reach_the_network() -> None:
    files = [path for path in (*SOURCES, ROOT / "streamlit_app.py") if FETCHING not in path.parents]
    assert not _importing(files, NETWORK)


def test_no_data_is_run_as_code() -> None:
    assert not _importing(SOURCES, CODE_IN_DATA)
    found = [
        f"{_name(path)}, line {call.lineno}"
        for path in SOURCES
        for call in _calls(path)
        if ast.unparse(call.func) in RUNS_CODE
        or any(
            argument.arg in UNSAFE_ARGUMENTS and ast.unparse(argument.value) != "False"
            for argument in call.keywords
        )
    ]
    assert not found


def test_no_page_writes_html() -> None:
    found = [
        f"{_name(path)}, line {node.lineno}"
        for path in PAGES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in RAW_MARKUP
        and ast.unparse(node.value).startswith("st")
    ]
    assert not found


def test_no_code_in_the_browser_writes_html_or_names_another_host() -> None:
    assert BROWSER
    for path in BROWSER:
        # A name, no address.
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not [each for each in WRITES_MARKUP if each in text], _name(path)


def _from_files(node: ast.AST) -> Iterator[str]:
    """What in an expression a file or a user may have said, unless it is harmless there."""
    if isinstance(node, ast.Call) and _called(node) in HARMLESS:
        return
    if isinstance(node, ast.Attribute) and ast.unparse(node.value).split("[")[0] in HARMLESS:
        return
    if isinstance(node, ast.IfExp | ast.Compare):  # the question itself is not shown
        shown = [node.body, node.orelse] if isinstance(node, ast.IfExp) else []
    elif isinstance(node, ast.FormattedValue) and _is_number(node.format_spec):
        shown = []
    elif isinstance(node, ast.Attribute):
        found = node.attr in FROM_FILES
        yield from [ast.unparse(node)] if found else []
        shown = [] if found else [node.value]
    elif isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else ""
        yield from [ast.unparse(node)] if key in FROM_FILES else []
        shown = []
    else:
        shown = list(ast.iter_child_nodes(node))
    for each in shown:
        yield from _from_files(each)


def _is_number(spec: ast.expr | None) -> bool:
    """Whether a format takes numbers alone: of a text it would be an error."""
    return spec is not None and ast.unparse(spec).rstrip("'\"")[-1:] in ",defg%"


def _shown(call: ast.Call) -> list[ast.expr]:
    named = {argument.arg: argument.value for argument in call.keywords}
    first = call.args[:2] if _called(call) == "metric" else call.args[:1]
    if _called(call) in ("page_link", "progress"):
        first = []
    texts = [named[each] for each in ("help", "label", "text", "body") if each in named]
    return [*(first if _called(call) in SHOWN else []), *texts]


def test_what_files_and_users_say_is_escaped_where_it_is_shown() -> None:
    found = [
        f"{_name(path)}, line {call.lineno}: {said}"
        for path in PAGES
        for call in _calls(path)
        if _called(call) in SHOWN or ast.unparse(call.func).startswith("st.")
        for text in _shown(call)
        for said in _from_files(text)
    ]
    assert not found


@pytest.mark.parametrize(
    ("code", "escaped"),
    [
        ("st.caption(job.label)", False),
        ("st.caption(f'{job.label}')", False),
        ("st.caption('a' + ', '.join(request.drugs))", False),
        ("st.metric('a', table['moa'])", False),
        ("st.button('x', help=error.message)", False),
        ("column.caption(f'{row[\"pert_iname\"]:>5}')", False),
        ("st.caption(plain(job.label))", True),
        ("st.caption(f'{plain(job.label)} of {len(request.drugs)}')", True),
        ("st.caption(f'{table[\"moa\"]:,}')", True),
        ("st.caption('a' if request.drugs else 'b')", True),
    ],
)
def test_the_rule_tells_escaped_from_not_escaped(code: str, escaped: bool) -> None:
    (call,) = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and _called(node) in SHOWN
    ]
    found = [each for text in _shown(call) for each in _from_files(text)]
    assert (not found) == escaped


MARKING = {
    "library_table", "moas_table", "ranking_table", "with_analysis", "with_data", "with_models",
    "with_provenance",
}  # fmt: skip
"""Functions of `gpar_core.export` that say where a table comes from."""
MENUS = {"pages/_shared/downloads.py", "pages/_shared/signature_files.py"}
FILES = {"file.make", "TEMPLATE", "template_csv"}
"""What download buttons give beside reports: files of menus, and files with nothing of a user."""


def test_every_file_for_download_is_made_by_the_exporter() -> None:
    for path in PAGES:
        for call in _calls(path):
            place = f"{_name(path)}, line {call.lineno}"
            if _called(call) == "download_button":
                data = ast.unparse(call.args[1])
                assert data in FILES or "made_in_child(" in data, place
            elif _called(call) == "File":
                assert _name(path) in MENUS, place


def test_every_table_for_download_says_where_it_comes_from() -> None:
    found = 0
    for path in PAGES:
        for call in _calls(path):
            place = {"download_table": 2, "table_files": 0}.get(_called(call))
            if place is None or _name(path) in MENUS:
                continue
            found += 1
            used = {node.id for node in ast.walk(call.args[place]) if isinstance(node, ast.Name)}
            (marking,) = used & MARKING
            assert f"gpar_core.export.{marking}" in set(_imports(path)), _name(path)
    assert found >= 10


def _making_savable(path: Path) -> set[str]:
    """Functions of a file all of whose results have passed `savable`."""
    return {
        node.name
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef)
        and (ends := [each for each in ast.walk(node) if isinstance(each, ast.Return)])
        and all(ast.unparse(each).startswith("return savable(") for each in ends)
    }


def test_every_table_on_screen_can_be_saved_without_formulas() -> None:
    found = 0
    for path in PAGES:
        for call in _calls(path):
            way = ast.unparse(call.func)
            assert _called(call) not in {"to_csv", "to_excel", "to_html"}, f"{_name(path)}: {way}"
            assert way not in {"st.table", "st.data_editor"}, f"{_name(path)}: {way}"
            if _called(call) == "dataframe":
                found += 1
                assert _called(call.args[0]) in {"savable", *_making_savable(path)}, _name(path)
    assert found >= 20
