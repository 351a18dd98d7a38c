"""Help texts: what a number means and does not mean, with a link to the glossary."""

from urllib.parse import urlencode

from gpar_core.glossary import explanation
from pages._shared.state import Key

GLOSSARY = "Glossary"
"""The tab of the Learn page."""


def explained(term: str, more: str = "") -> str:
    """Help text of a term. term: a key of `glossary.TERMS`. more: a note for this place."""
    return f"{explanation(term)} {more}".strip() + f" [Glossary]({_address(term)})"


def _address(term: str) -> str:
    return f"learn?{urlencode({Key.LEARN.value: GLOSSARY, Key.TERM.value: term})}"
