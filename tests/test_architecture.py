"""The direction of imports, read from the source."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from docs import architecture
from gpar_core.analyses.registry import KINDS

CORE = architecture.CORE
FILES = architecture.FILES
SCIENCE = ("data/", "learn/", "rank/", "compare/", "maps/", "charts/", "chemistry/",
           "search/")  # fmt: skip

ONLY_USERS = {
    "tensorflow": (
        "gpu.py", "learn/network.py", "learn/steps.py", "maps/nearest.py", "rank/scoring_on_gpu.py",
        "compare/embedding_net.py", "compare/donner.py", "compare/moasl.py",
    ),
    "keras": (),
    "cmapPy": (),
    "distributed": ("learn/cluster.py", "learn/cluster_worker.py"),
    "dask": ("learn/cluster.py",),
    "umap": ("maps/umap.py",),
    "pynndescent": ("maps/nearest.py",),
    "openTSNE": ("maps/tsne.py",),
    "igraph": ("maps/fwd.py",),
    "copairs": ("compare/retrieval.py",),
    "numba": (
        "search/gene_ranks.py", "search/grouped.py", "search/ranks.py", "search/weighted_es.py",
    ),
}  # fmt: skip
FORBIDDEN_CALLS = {
    "os.environ", "os.getenv",
    "time.time", "datetime.now", "datetime.utcnow", "date.today",
    "Path.cwd", "Path.home", "os.getcwd",
}  # fmt: skip
RANDOM_WITHOUT_STATE = {"RandomState", "default_rng", "Generator", "SeedSequence"}


@cache
def _nodes(file: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse((CORE / file).read_text("utf-8"))))


def _imports(file: str) -> Iterator[str]:
    """Every imported module, wherever in the file; of `from a import b` both a and a.b."""
    for node in _nodes(file):
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


def _importing(files: Sequence[str], packages: tuple[str, ...]) -> list[str]:
    """Which of the files import which of the packages."""
    return [
        f"{file}: {module}"
        for file in files
        for module in _imports(file)
        if any(_is(module, package) for package in packages)
    ]


def _science(file: str) -> bool:
    return file.startswith(SCIENCE)


def _is_job(file: str) -> bool:
    """Whether it publishes a result, which says when it was made."""
    return Path(file).stem.startswith("run")


def test_the_packages_of_the_rules_exist() -> None:
    for package in SCIENCE:
        assert any(file.startswith(package) for file in FILES), package
    assert {file for users in ONLY_USERS.values() for file in users} <= set(FILES)


def test_the_core_knows_no_user_interface() -> None:
    assert not _importing(FILES, ("streamlit", "pages"))


def test_heavy_or_fragile_packages_have_few_users() -> None:
    for package, users in ONLY_USERS.items():
        assert not _importing([file for file in FILES if file not in users], (package,))


def test_nothing_imports_what_is_above_it() -> None:
    found = [
        f"{file} imports {imported}"
        for file in FILES
        for imported in architecture.imports_of(file)
        if architecture.layer_of(imported) > architecture.layer_of(file)
    ]
    assert not found


def test_the_diagram_is_that_of_the_imports() -> None:
    text = architecture.DOCUMENT.read_text("utf-8")
    assert text == architecture.with_diagram(text), "run: python docs/architecture.py"


def test_analyses_meet_jobs_in_the_registry_alone() -> None:
    runs = [file for file in FILES if file.startswith("jobs/")]
    asked = {f"gpar_core.{place.partition(':')[0]}" for place in (k.run for k in KINDS.values())}
    assert not _importing(runs, tuple(asked))


def test_data_and_ranking_do_not_import_learning() -> None:
    below = tuple(f"gpar_core.{each}" for each in ("learn", "compare", "maps", "charts"))
    assert not _importing([file for file in FILES if file.startswith(("data/", "rank/"))], below)


def test_science_reads_no_clock_environment_or_current_folder() -> None:
    """`time.monotonic` may measure how long work took; no result depends on it."""
    found = []
    for file in (file for file in FILES if _science(file) and not _is_job(file)):
        used = {_dotted(node) for node in _nodes(file) if isinstance(node, ast.Attribute)}
        used |= set(_imports(file))
        found += [
            f"{file}: {use}" for use in used if any(use.endswith(call) for call in FORBIDDEN_CALLS)
        ]
    assert not found


def test_no_random_number_comes_from_a_global_state() -> None:
    assert not _importing(FILES, ("random",))
    found = []
    for file in FILES:
        used = [_dotted(node) for node in _nodes(file) if isinstance(node, ast.Attribute)]
        for name in [*used, *_imports(file)]:
            for prefix in ("np.random.", "numpy.random."):
                drawn = name.removeprefix(prefix).split(".")[0]
                if name.startswith(prefix) and drawn not in RANDOM_WITHOUT_STATE:
                    found.append(f"{file}: {name}")
    assert not found


def test_nothing_is_read_that_could_hold_a_program() -> None:
    """Pickles and their kin run what they say when they are read."""
    runs = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")
    assert not _importing(FILES, runs)
    found = []
    for file in FILES:
        for node in (node for node in _nodes(file) if isinstance(node, ast.Call)):
            called = _dotted(node.func)
            if called in {"eval", "exec"} or called.endswith(("read_pickle", "to_pickle")):
                found.append(f"{file}, line {node.lineno}: {called}")
            found += [
                f"{file}, line {node.lineno}: allow_pickle"
                for keyword in node.keywords
                if keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False"
            ]
    assert not found
