"""The direction of imports, read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[1] / "gpar_core"
FILES = sorted(path.relative_to(CORE).as_posix() for path in CORE.rglob("*.py"))
SCIENCE = ("data/", "learn/", "rank/", "compare/", "maps/", "charts/")
ABOVE_SCIENCE = (
    "gpar_core.commands", "gpar_core.jobs", "gpar_core.planning", "gpar_core.reading",
    "gpar_core.results", "gpar_core.server", "gpar_core.__main__", "pages",
)  # fmt: skip

ONLY_USERS = {
    "tensorflow": ("learn/network.py", "learn/matching.py", "learn/steps.py"),
    "keras": (),
    "cmapPy": (),
    "distributed": ("learn/cluster.py",),
    "dask": ("learn/cluster.py",),
    "umap": ("maps/umap.py",),
    "pynndescent": ("maps/nearest.py",),
    "openTSNE": ("maps/tsne.py",),
    "igraph": ("maps/fwd.py",),
}
FORBIDDEN_CALLS = {
    "os.environ", "os.getenv",
    "time.time", "datetime.now", "datetime.utcnow", "date.today",
    "Path.cwd", "Path.home", "os.getcwd",
}  # fmt: skip
RANDOM_WITHOUT_STATE = {"default_rng", "Generator", "SeedSequence"}


def _tree(file: str) -> ast.Module:
    return ast.parse((CORE / file).read_text("utf-8"))


def _imports(file: str) -> Iterator[str]:
    """Every imported module, wherever in the file; of `from a import b` both a and a.b."""
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _science(file: str) -> bool:
    return file.startswith(SCIENCE)


def test_the_packages_of_the_rules_exist() -> None:
    for package in SCIENCE:
        assert any(file.startswith(package) for file in FILES), package
    assert {file for users in ONLY_USERS.values() for file in users} <= set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_the_core_knows_no_user_interface(file: str) -> None:
    assert not [m for m in _imports(file) if _is(m, "streamlit") or _is(m, "pages")]


@pytest.mark.parametrize("file", FILES)
def test_heavy_or_fragile_packages_have_few_users(file: str) -> None:
    for module in _imports(file):
        for package, users in ONLY_USERS.items():
            assert not _is(module, package) or file in users, module


@pytest.mark.parametrize("file", [file for file in FILES if _science(file)])
def test_science_imports_nothing_above_it(file: str) -> None:
    assert not [m for m in _imports(file) if any(_is(m, above) for above in ABOVE_SCIENCE)]


@pytest.mark.parametrize("file", [f for f in FILES if f.startswith(("data/", "rank/"))])
def test_data_and_ranking_do_not_import_learning(file: str) -> None:
    below = ("learn", "compare", "maps", "charts")
    assert not [m for m in _imports(file) if any(_is(m, f"gpar_core.{b}") for b in below)]


@pytest.mark.parametrize("file", [file for file in FILES if _science(file)])
def test_science_reads_no_clock_environment_or_current_folder(file: str) -> None:
    """`time.monotonic` may measure how long work took; no result depends on it."""
    used = {_dotted(node) for node in ast.walk(_tree(file)) if isinstance(node, ast.Attribute)}
    used |= set(_imports(file))
    found = {use for use in used if any(use.endswith(call) for call in FORBIDDEN_CALLS)}
    assert not found


@pytest.mark.parametrize("file", FILES)
def test_no_random_number_comes_from_a_global_state(file: str) -> None:
    for node in ast.walk(_tree(file)):
        name = _dotted(node) if isinstance(node, ast.Attribute) else ""
        for prefix in ("np.random.", "numpy.random."):
            if name.startswith(prefix):
                assert name.removeprefix(prefix).split(".")[0] in RANDOM_WITHOUT_STATE, name
    modules = set(_imports(file))
    assert not [m for m in modules if _is(m, "random")]
    for module in modules:
        if module.startswith("numpy.random."):
            assert module.removeprefix("numpy.random.") in RANDOM_WITHOUT_STATE


@pytest.mark.parametrize("file", FILES)
def test_nothing_is_read_that_could_hold_a_program(file: str) -> None:
    """Pickles and their kin run what they say when they are read."""
    runs = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")
    assert not [m for m in _imports(file) for package in runs if _is(m, package)]
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call):
            assert _dotted(node.func) not in {"eval", "exec"}
            assert not _dotted(node.func).endswith(("read_pickle", "to_pickle"))
            for keyword in node.keywords:
                if keyword.arg == "allow_pickle":
                    assert isinstance(keyword.value, ast.Constant)
                    assert keyword.value.value is False
