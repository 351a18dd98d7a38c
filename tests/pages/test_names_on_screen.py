"""One thing has one name: labels of columns, buttons and inputs are those of the glossary."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from gpar_core import fields
from gpar_core.__main__ import _parser
from gpar_core.names_on_screen import ACTIONS, COLUMNS, OPTIONS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "pages").rglob("*.py"))
CALLS = [
    node
    for path in PAGES
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.Call)
]
BUTTONS = (
    "button", "download_analysis", "download_button", "download_menu", "download_table",
    "form_submit_button", "popover",
)  # fmt: skip
INPUTS = (
    "selectbox", "multiselect", "number_input", "text_input", "checkbox", "toggle", "radio",
    "segmented_control", "slider", "pills",
)  # fmt: skip
OUT_OF_USE = re.compile(
    r"\b(anew|whoever|whatever|for ever|afresh|grey|lay out|done before|analys(e|ed|ing))\b|"
    r"colour|neighbour|behaviour|favour|recognis|optimis[ei]",
    re.IGNORECASE,
)
"""British spelling and old turns of phrase."""
KEPT = re.compile('n_neighbours|in_favour|"colour"')
"""Columns of saved results, and an address, that keep their spelling."""
TWO_TABLES = {
    # Tables differ in what they count, or in how much room they have.
    "rank": {"Rank", "#"},
    "k": {"Folds", "Signatures"},
    "moa": {"MOA", "Known MOA", "Target"},
    "pert_iname": {"Drug", "Perturbation"},
    "drug": {"Drug", "Perturbation"},
    "n_drugs": {"Drugs", "Drugs in both"},
    "cell_id": {"Cell line", "Neighbor's cell line"},
}


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).rpartition(".")[2]


def _texts(node: ast.expr) -> Iterator[str]:
    """What an expression may show: a literal, or either of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _labels(kinds: tuple[str, ...]) -> set[str]:
    return {
        text
        for node in CALLS
        if _called(node) in kinds and node.args
        for text in _texts(node.args[0])
    }


def _columns() -> dict[str, set[str]]:
    """Labels of each column, from the dictionaries that configure tables."""
    labels: dict[str, set[str]] = defaultdict(set)
    for node in CALLS:
        for keyword in node.keywords:
            if keyword.arg != "column_config" or not isinstance(keyword.value, ast.Dict):
                continue
            for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                name = _column(key)
                shown = value.args[0] if isinstance(value, ast.Call) and value.args else value
                labels[name] |= {text.strip() for text in _texts(shown)}
    return labels


def _column(key: ast.expr | None) -> str:
    if isinstance(key, ast.Constant):
        return str(key.value)
    if isinstance(key, ast.Attribute) and ast.unparse(key.value) == "fields":
        return str(getattr(fields, key.attr))
    return ""


def test_a_column_has_the_same_label_in_every_table() -> None:
    found = _columns()
    assert len(set(found) & set(COLUMNS)) >= 30
    for column, labels in found.items():
        if column in COLUMNS:
            allowed = TWO_TABLES.get(column, {COLUMNS[column]})
            assert labels <= allowed, column


def test_a_button_says_what_happens() -> None:
    labels = _labels(BUTTONS)
    assert len(labels) >= 40
    assert {label for label in labels if label.split()[0] not in ACTIONS} == set()


def test_a_choice_is_called_alike_on_screen_and_on_the_command_line() -> None:
    options: set[str] = set()
    pending = [_parser()]
    while pending:
        for action in pending.pop()._actions:
            options |= set(action.option_strings)
            if isinstance(action.choices, dict):
                pending += action.choices.values()
    assert set(OPTIONS) <= options
    assert set(OPTIONS.values()) <= _labels(INPUTS)


def test_no_text_uses_words_that_were_replaced() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    sources = [*PAGES, *(ROOT / "gpar_core").rglob("*.py")]
    for path in [*documents, *sources]:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            found = OUT_OF_USE.search(KEPT.sub("", line))
            assert not found, f"{path.name}, line {number}: {line.strip()}"
