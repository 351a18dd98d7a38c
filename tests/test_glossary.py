"""The glossary: every term that a page explains is in it."""

import ast
from pathlib import Path

import pytest

from gpar_core.errors import NotFoundError
from gpar_core.glossary import TERMS, explanation, search, term

PAGES = sorted((Path(__file__).resolve().parents[1] / "pages").rglob("*.py"))


def explained() -> list[tuple[str, str]]:
    """File and term of every help text on a page."""
    found = []
    for path in PAGES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "explained":
                found.append((f"{path.parent.name}/{path.name}", ast.literal_eval(node.args[0])))
    return found


def test_pages_explain_only_what_the_glossary_has() -> None:
    assert {name for _, name in explained()} <= set(TERMS)


def test_every_term_is_explained_where_it_stands() -> None:
    assert set(TERMS) <= {name for _, name in explained()}


def test_every_number_of_a_verdict_is_explained() -> None:
    of_models = {name for file, name in explained() if file == "_model/view.py"}
    assert {"mean-auroc", "average-precision", "pooled-auroc", "logistic-regression"} <= of_models


def test_terms_say_what_they_mean_in_words() -> None:
    for name in TERMS:
        shown = term(name)
        assert shown.means.endswith("."), name
        assert not shown.beware or shown.beware.endswith("."), name
        assert shown.means in explanation(name), name
        assert name in search(shown.name), name


def test_search_finds_by_name_and_words() -> None:
    assert "fdr" in search("Benjamini")
    assert "es" in search(" ENRICHMENT score ")
    assert list(search("")) == list(TERMS)
    assert search("nothing of the kind") == {}


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(NotFoundError, match="nonsense"):
        term("nonsense")


def _numbers_without_help(tree: ast.Module) -> list[str]:
    """Columns of numbers and metrics that have no help."""
    kinds = ("NumberColumn", "ProgressColumn", ".metric")
    aliases = {
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target, value in _pairs(node)
        if ast.unparse(value).endswith(kinds[:2])
    }
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (ast.unparse(node.func) in aliases or ast.unparse(node.func).endswith(kinds))
        and not any(keyword.arg == "help" for keyword in node.keywords)
    ]


def _pairs(node: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs += zip(target.elts, node.value.elts, strict=True)
        else:
            pairs.append((target, node.value))
    return pairs


def test_every_number_on_screen_says_what_it_means() -> None:
    for path in PAGES:
        assert _numbers_without_help(ast.parse(path.read_text("utf-8"))) == [], path


def test_the_rule_sees_numbers_by_any_name() -> None:
    code = "number, x = st.column_config.NumberColumn, 1\nnumber('a')\nst.metric('b', 1)\n"
    assert len(_numbers_without_help(ast.parse(code))) == 2
    helped = "st.metric('b', 1, help='what it means')"
    assert _numbers_without_help(ast.parse(helped)) == []


def test_every_table_has_a_dash_where_nothing_is_known() -> None:
    tables = [
        (path, node)
        for path in PAGES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".dataframe")
    ]
    assert tables
    for path, table in tables:
        given = {keyword.arg for keyword in table.keywords}
        assert "placeholder" in given, f"{path}, line {table.lineno}"
