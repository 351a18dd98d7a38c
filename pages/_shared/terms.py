"""Help texts: what a number means and what it does not, with the way to the glossary."""

from urllib.parse import urlencode

from gpar_core.glossary import explanation
from pages._shared.state import Key

GLOSSARY = "Glossary"
"""The tab of the page Learn."""


def explained(term: str, more: str = "") -> str:
    """Help of a number or a word. term: a key of `glossary.TERMS`. more: what is special here."""
    address = f"learn?{urlencode({Key.LEARN.value: GLOSSARY, Key.TERM.value: term})}"
    return f"{explanation(term)} {more}".strip() + f" [Glossary]({address})"
