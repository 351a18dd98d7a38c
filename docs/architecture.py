"""Draw the imports between the packages of `gpar_core` into CONTRIBUTING.md.

Run `python docs/architecture.py`.
"""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "gpar_core"
DOCUMENT = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- architecture: begin -->", "<!-- architecture: end -->"
FILES = sorted(path.relative_to(CORE).as_posix() for path in CORE.rglob("*.py"))
LAYERS = (
    ("errors.py", "fields.py", "links.py", "progress.py", "glossary.py", "gpu.py",
     "names_on_screen.py", "processes.py", "processors.py", "__init__.py"),
    ("storage/",),
    ("server/",),
    ("data/",),
    ("learn/", "rank/", "compare/", "maps/", "search/", "chemistry/", "charts/",
     "targets/"),
    ("analyses/",),
    (
        "jobs/__init__.py", "jobs/events.py", "jobs/interrupted.py", "jobs/job.py", "jobs/order.py",
        "jobs/store.py", "jobs/table.py", "jobs/workers.py",
    ),
    ("upkeep/",),
    ("jobs/",),
    ("export.py", "lessons.py", "case_studies.py", "profile_cases.py", "report/", "reading/",
     "formats/"),
    ("api/", "commands/", "workspace/"),
    ("__main__.py",),
)  # fmt: skip
"""From the ground up: nothing imports what is above it. The longest beginning of a path counts."""


def imports_of(file: str) -> set[str]:
    """Files of the core that a file imports, wherever in it."""
    modules = set()
    for node in ast.walk(ast.parse((CORE / file).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules |= {f"{node.module}", *(f"{node.module}.{name.name}" for name in node.names)}
    return {found for module in modules if (found := file_of(module))}


def file_of(module: str) -> str:
    """The file of a module of the core; '' for any other module."""
    if module.partition(".")[0] != "gpar_core":
        return ""
    path = module.removeprefix("gpar_core").lstrip(".").replace(".", "/")
    return next((each for each in (f"{path}.py", f"{path}/__init__.py") if each in FILES), "")


def layer_of(file: str) -> int:
    """The number of a file's layer, 0 for the ground. Raises ValueError where it has none."""
    ranked = [
        (len(start), number)
        for number, layer in enumerate(LAYERS)
        for start in layer
        if file.startswith(start)
    ]
    if not ranked:
        raise ValueError(f"{file} belongs to no layer")
    return max(ranked)[1]


def diagram() -> str:
    """The packages by layer, the highest first, and their imports, in Mermaid's language."""
    nodes = {_node(file) for file in FILES if layer_of(file)}
    edges = {
        (_node(file), _node(imported))
        for file in FILES
        for imported in imports_of(file)
        if layer_of(imported) and _node(file) != _node(imported)
    }
    lines = ["```mermaid", "flowchart TD"]
    for number in range(len(LAYERS) - 1, 0, -1):
        lines.append(f'  subgraph layer{number}[" "]')
        lines += [f'    {_id(node)}["{node[1]}"]' for node in sorted(nodes) if node[0] == number]
        lines.append("  end")
    lines += [f"  {_id(user)} --> {_id(used)}" for user, used in sorted(edges, reverse=True)]
    return "\n".join([*lines, "```"])


def with_diagram(text: str) -> str:
    """The text with the diagram of today between its two markers."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


def _node(file: str) -> tuple[int, str]:
    """Layer and package of a file. `jobs` has files in two layers and is two nodes."""
    return layer_of(file), file.partition("/")[0].removesuffix(".py")


def _id(node: tuple[int, str]) -> str:
    return f"{node[1]}{node[0]}"


if __name__ == "__main__":
    DOCUMENT.write_text(with_diagram(DOCUMENT.read_text("utf-8")), "utf-8")
