"""The methods that can be compared, by name."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a method comes to a score: `SIMILARITY` compares two drugs, and looks at no MOA."""

    NETWORK = "network"
    SIMILARITY = "similarity"
    CLASSIFIER = "classifier"


@dataclass(frozen=True)
class Method:
    """label: its name on screen. about: one line on what it does."""

    label: str
    kind: Kind
    about: str


GPAR = "gpar"

MIN_CLASSES = 6
"""Over fewer, Wilcoxon's signed-rank test (two-sided) cannot give a p below 0.05."""

METHODS: dict[str, Method] = {
    GPAR: Method("GPAR", Kind.NETWORK, "this tool's model, of the preset"),
    "gsea": Method("GSEA", Kind.SIMILARITY, "20 most up and down genes in merged ranked lists"),
    "cosine": Method("Cosine", Kind.SIMILARITY, "cosine of the angle between merged signatures"),
    "jaccard": Method("Jaccard", Kind.SIMILARITY, "overlap of the genes with |z| of 2 or more"),
    "fisher": Method("Fisher", Kind.SIMILARITY, "p of Fisher's exact test on the same genes"),
    "drsim": Method(
        "DrSim", Kind.SIMILARITY, "cosine after discriminants learned from the same compounds"
    ),
    "balanced_logistic": Method(
        "Logistic regression", Kind.CLASSIFIER, "balanced, C = 0.001, signed roots: preset 'linear'"
    ),
    "default_logistic": Method(
        "Logistic regression (scikit-learn defaults)", Kind.CLASSIFIER, "as in the paper's methods"
    ),
    "knn": Method("Nearest neighbors", Kind.CLASSIFIER, "scikit-learn's defaults"),
    "forest": Method("Random forest", Kind.CLASSIFIER, "scikit-learn's defaults"),
    "bayes": Method("Naive Bayes", Kind.CLASSIFIER, "scikit-learn's defaults"),
    "tuned_logistic": Method(
        "Logistic regression (C tuned)", Kind.CLASSIFIER, "C by inner folds, signed roots"
    ),
    "svm": Method("RBF SVM", Kind.CLASSIFIER, "balanced, signed roots"),
}

USUAL = tuple(METHODS)[:11]
"""The paper's methods, DrSim, and logistic regressions: a strong one and one at the defaults."""

DRUG, PAIR = "drug", "pair"
PROTOCOLS = (DRUG, PAIR)
"""What is ranked, see `compare.evaluation`."""

PROTOCOL_NAMES = {DRUG: "Ranking drugs", PAIR: "Ranking pairs (the paper's)"}
ABOUT_PROTOCOLS = {
    DRUG: "The drugs of each held-out fold are ranked; AUROC is the mean over those with members.",
    PAIR: (
        "As in Gao et al. 2021: similarity methods rank pairs of positives against pairs of a "
        "positive and a negative. Methods that learn do not compare pairs and keep their ranking "
        "of drugs."
    ),
}

MIN_DRUGS = 4
"""Of a class to be evaluated, unless asked otherwise."""
