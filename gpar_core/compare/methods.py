"""The methods that can be compared, by name."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a method scores: `SIMILARITY` compares two drugs without using their MOAs."""

    NETWORK = "network"
    SIMILARITY = "similarity"
    CLASSIFIER = "classifier"


@dataclass(frozen=True)
class Method:
    """label: its name on screen. about: one line on what it does. reference: who proposed it."""

    label: str
    kind: Kind
    about: str
    reference: str


GPAR = "gpar"

MIN_CLASSES = 6
"""With fewer, Wilcoxon's signed-rank test (two-sided) cannot give a p below 0.05."""

_GAO = "Gao et al. 2021, doi:10.1186/s12859-020-03915-6"
_SCIKIT_LEARN = "scikit-learn, Pedregosa et al. 2011, JMLR 12:2825"

METHODS: dict[str, Method] = {
    GPAR: Method("GPAR", Kind.NETWORK, "GPAR's own model, by the preset chosen", _GAO),
    "gsea": Method(
        "GSEA",
        Kind.SIMILARITY,
        "20 most up and down genes in merged ranked lists",
        "Iorio et al. 2010, doi:10.1073/pnas.1000138107",
    ),
    "cosine": Method(
        "Cosine", Kind.SIMILARITY, "cosine of the angle between merged signatures", _GAO
    ),
    "jaccard": Method(
        "Jaccard", Kind.SIMILARITY, "overlap of the genes with |z| of 2 or more", _GAO
    ),
    "fisher": Method("Fisher", Kind.SIMILARITY, "p of Fisher's exact test on the same genes", _GAO),
    "drsim": Method(
        "DrSim",
        Kind.SIMILARITY,
        "cosine after discriminants learned from the same compounds",
        "Wei et al. 2022, doi:10.1016/j.gpb.2022.09.006",
    ),
    "donner": Method(
        "Donner",
        Kind.SIMILARITY,
        "cosine after a network that learned to recognize compounds; minutes",
        "Donner et al. 2018, doi:10.1021/acs.molpharmaceut.8b00284",
    ),
    "moasl": Method(
        "MOASL",
        Kind.SIMILARITY,
        "cosine after a network that learned the classes from other drugs; minutes",
        "Jiang et al. 2024, Computers in Biology and Medicine",
    ),
    "balanced_logistic": Method(
        "Logistic regression",
        Kind.CLASSIFIER,
        "balanced, C = 0.001, signed roots: preset 'linear'",
        _SCIKIT_LEARN,
    ),
    "default_logistic": Method(
        "Logistic regression (C = 1)",
        Kind.CLASSIFIER,
        "scikit-learn's C, classes not balanced, fitted until it converges",
        _SCIKIT_LEARN,
    ),
    "knn": Method("Nearest neighbors", Kind.CLASSIFIER, "scikit-learn's defaults", _SCIKIT_LEARN),
    "forest": Method(
        "Random forest",
        Kind.CLASSIFIER,
        "scikit-learn's defaults; hours with many signatures",
        _SCIKIT_LEARN,
    ),
    "bayes": Method("Naive Bayes", Kind.CLASSIFIER, "scikit-learn's defaults", _SCIKIT_LEARN),
    "tuned_logistic": Method(
        "Logistic regression (C tuned)",
        Kind.CLASSIFIER,
        "C by inner folds, signed roots",
        _SCIKIT_LEARN,
    ),
    "svm": Method("RBF SVM", Kind.CLASSIFIER, "balanced, signed roots", _SCIKIT_LEARN),
}

SLOW = ("donner", "moasl", "tuned_logistic", "forest")
USUAL = tuple(name for name in METHODS if name not in SLOW)
"""The paper's methods but for the forest, DrSim, a support vector machine, and logistic regression,
both a strong one and the default one."""

DRUG, PAIR = "drug", "pair"
PROTOCOLS = (DRUG, PAIR)
"""What is ranked, see `compare.evaluation`."""

PROTOCOL_NAMES = {DRUG: "Ranking drugs", PAIR: "Ranking pairs (the paper's)"}
ABOUT_PROTOCOLS = {
    DRUG: (
        "The drugs of each held-out fold are ranked; the mean AUROC is over the folds that hold a "
        "member."
    ),
    PAIR: (
        "As in Gao et al. 2021: similarity methods rank pairs of positives against pairs of a "
        "positive and a negative. Methods that learn do not compare pairs and keep their ranking "
        "of drugs."
    ),
}

MIN_DRUGS = 4
"""Of a class to be evaluated, unless asked otherwise."""
