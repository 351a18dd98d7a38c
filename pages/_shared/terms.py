"""Help texts: what a number means and does not mean, with a link to the glossary."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from gpar_core.glossary import TERMS, explanation
from pages._shared.state import Key

GLOSSARY = "Glossary"
"""The tab of the Learn page."""

OF_RANKINGS: Final = (
    "compound-score", "other-moas", "es", "nes", "p", "exact-p", "fdr", "rank", "score", "tanimoto",
)  # fmt: skip
OF_QUALITY: Final = (
    "verdict",
    "mean-auroc",
    "interval",
    "average-precision",
    "pooled-auroc",
    "fold",
)
OF_TRAININGS: Final = ("positive-set", "negative-set", "preset", "seed")

ON_PAGE: Final[Mapping[str, tuple[str, ...]]] = {
    "Home": ("moa", "signature", "compendium", "perturbagen", "simulated"),
    "Drug prediction": ("moa", "target", "signature", *OF_TRAININGS, *OF_QUALITY, *OF_RANKINGS),
    "MOA prediction": ("moa", "target", "library", "evidence", "moa-fdr", "calibrated",
                       "percentile", "mean-probability", "agreement", "mean-auroc",
                       "cosine", "landmark-genes", "z-score"),
    "Which target?": ("target-probability", "genetic-evidence", "library", "fdr", "cosine", "rank",
                      "molecule", "signature"),
    "Signature search": ("connectivity", "tau", "p-reference", "srges", "class-es",
                         "leading-edge", "landmark-genes", "signature", "perturbagen", "moa",
                         "target", "fdr", "molecule"),
    "Models": ("moa", "target", *OF_TRAININGS, *OF_QUALITY, "logistic-regression",
               "permuted-labels",
               *OF_RANKINGS, "curation", "map", "fingerprint"),
    "Library": ("library", "moa", "target", "verdict", "mean-auroc", "interval", "permuted-labels",
                "average-precision", "negative-set"),
    "Compare": ("rank", "spearman", "percentile", "interval", "positive-set", "mean-auroc"),
    "Case studies": ("moa", "verdict", "mean-auroc", "interval", "permuted-labels",
                     "positive-set", "cosine"),
    "Compound": ("molecule", "target", "signature", "tas", "cc-q75", "representative",
                 "perturbagen", "rank", "es", "exact-p", "fdr", "calibrated", "cosine", "tanimoto",
                 "map"),
    "Gene": ("landmark-genes", "z-score", "mean-z", "moderated-interval", "signature",
             "perturbagen", "moa", "target", "fdr", "tas"),
    "Map": ("map", "target", "signature", "perturbagen", "cosine", "score", "tas",
            "representative"),
    "Evaluation": ("class", "target", "mean-auroc", "average-precision", "mean-average-precision",
                   "interval", "wilcoxon", "fold", "cosine", "logistic-regression", "preset"),
    "Cell influence": ("mean-auroc", "interval", "average-precision", "fold", "positive-set"),
    "Hyper-parameters": ("mean-auroc", "interval", "fold", "preset", "positive-set"),
    "Genes": ("landmark-genes", "integrated-gradients", "logistic-regression", "mean-auroc",
              "interval", "fold"),
    "Compendium": ("compendium", "signature", "molecule", "landmark-genes", "z-score",
                   "perturbagen", "tas", "cc-q75", "moa", "target", "fingerprint", "simulated"),
    "Storage": ("compendium", "library", "fingerprint"),
}  # fmt: skip
"""Terms that a page uses; the Learn page lists all of them."""


def explained(term: str, more: str = "") -> str:
    """Help text of a term. term: a key of `glossary.TERMS`. more: a note for this place."""
    return f"{explanation(term)} {more}".strip() + f" [Glossary]({_address(term)})"


def words_of(page: str) -> None:
    """Show the terms that a page uses, linked to the glossary. page: its title."""
    if terms := ON_PAGE.get(page):
        words = " · ".join(f"[{TERMS[term].name}]({_address(term)})" for term in terms)
        st.markdown(f":small[In the glossary: {words}]")


def _address(term: str) -> str:
    return f"learn?{urlencode({Key.LEARN.value: GLOSSARY, Key.TERM.value: term})}"
