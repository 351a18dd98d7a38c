"""What the documents promise exists: files, pages, commands, options, benchmarks, targets."""

import argparse
import ast
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from gpar_core.__main__ import _parser
from gpar_core.commands.output import FORMATS

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
TEXT = {path.name: path.read_text("utf-8") for path in DOCUMENTS}
EVERYTHING = "\n".join(TEXT.values())


def page_titles() -> dict[str, str]:
    """Title and file of every page, from the navigation."""
    tree = ast.parse((ROOT / "pages/_shared/navigation.py").read_text("utf-8"))
    return {
        keyword.value.value: node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.Page"
        for keyword in node.keywords
        if keyword.arg == "title"
    }


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command of the command line, those with two words too."""
    found: dict[str, argparse.ArgumentParser] = {}

    def walk(parser: argparse.ArgumentParser, words: tuple[str, ...]) -> None:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, sub in action.choices.items():
                    walk(sub, (*words, name))
                return
        found[" ".join(words)] = parser

    walk(_parser(), ())
    return found


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings}


COMMANDS = commands()


@pytest.mark.parametrize("name", TEXT)
def test_every_link_to_a_file_leads_to_one(name: str) -> None:
    folder = ROOT if (ROOT / name).exists() else ROOT / "docs"
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", TEXT[name])
    for link in links:
        if not link.startswith(("http://", "https://")):
            assert (folder / link).exists(), link


def test_every_page_is_told_of_and_exists() -> None:
    titles = page_titles()
    assert len(titles) >= 16
    for title, file in titles.items():
        assert (ROOT / file).is_file()
        assert title == "Home" or f"**{title}" in TEXT["README.md"], title


def test_every_command_is_told_of() -> None:
    for name in COMMANDS:
        told = rf"^ +{re.escape(name)}\b|gpar_core {re.escape(name)}\b"
        assert re.search(told, TEXT["command-line.md"], re.MULTILINE), name


def used() -> list[str]:
    """Every command line of GPAR in the documents, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", EVERYTHING)
    found = re.findall(r"-m gpar_core ([^\n`']+)", joined)
    overview = TEXT["command-line.md"].split("```")[1]
    flat = re.sub(r"\n {8,}", " ", overview)
    return found + [line.strip() for line in flat.splitlines() if line.startswith("    ")]


@pytest.mark.parametrize("line", used())
def test_every_command_line_has_a_command_with_these_options(line: str) -> None:
    line = re.sub(r"\[--cache DIR\] ?", "", line)
    if line.startswith("COMMAND"):
        return
    words = shlex.split(line.replace("'", ""), posix=False)
    name = next((n for n in (" ".join(words[:2]), words[0]) if n in COMMANDS), None)
    assert name or words[0] in {n.split()[0] for n in COMMANDS}, line
    if name:
        known = options(COMMANDS[name])
        for option in re.findall(r"--[a-z][a-z0-9-]*", line):
            assert option in known, f"{name}: {option}"


def test_every_command_that_writes_a_table_writes_each_format() -> None:
    formats = {f"--{name}" for name in FORMATS}
    written = [options(parser) & formats for parser in COMMANDS.values()]
    assert [found for found in written if found] == [formats] * sum(map(bool, written))
    assert sum(map(bool, written)) > 10


def test_every_benchmark_and_target_exists() -> None:
    for module in set(re.findall(r"python -m (benchmarks[.\w]*)", EVERYTHING)):
        assert find_spec(module.rstrip(".")), module
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"\bmake ([a-z-]+)\b(?= |\n|`|$)", "\n".join(
        re.findall(r"`make [^`]+`|^make .+$", EVERYTHING, re.MULTILINE)
    ))):  # fmt: skip
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_module_that_is_drawn_exists() -> None:
    drawn = TEXT["how-it-works.md"].split("## The code")[1].split("```")[1]
    core = drawn.split("gpar_core/")[1].split("cache/")[0]
    for folder in re.findall(r"^ {2,4}([a-z_]+)/", core, re.MULTILINE):
        found = [path for path in (ROOT / "gpar_core").rglob(folder) if path.is_dir()]
        assert found, folder
    for module in re.findall(r"\b([a-z_]+\.py)\b", core):
        assert (ROOT / "gpar_core" / module).is_file() or list((ROOT / "gpar_core").rglob(module))
    told = set(re.findall(r"([a-z_]+)/", core))
    for folder in (ROOT / "gpar_core").iterdir():
        if folder.is_dir() and (folder / "__init__.py").exists():
            assert folder.name in told, folder.name


def test_settings_of_the_environment_that_are_told_are_read_somewhere() -> None:
    source = "\n".join(
        path.read_text("utf-8")
        for folder in ("gpar_core", "pages")
        for path in (ROOT / folder).rglob("*.py")
    )
    for name in set(re.findall(r"\bGPAR_[A-Z_]+\b", EVERYTHING)):
        assert name in source, name


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    assert len(TEXT["README.md"].splitlines()) < 250
    for path in DOCUMENTS:
        if path.parent.name == "docs":
            assert f"](docs/{path.name})" in TEXT["README.md"], path.name
