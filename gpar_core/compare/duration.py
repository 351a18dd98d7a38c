"""About how long the parts of an evaluation take beside each other, for the time left.

Measured on the demo with all its MOAs. Similarities grow with pairs of drugs, classifiers with
signatures and classes, those that compare signatures with their pairs, and retrieval with pairs up
to the size of its sample.
"""

from collections.abc import Sequence
from typing import Final

from gpar_core.compare.drug_scores import Question
from gpar_core.compare.methods import METHODS, Kind
from gpar_core.compare.retrieval import MAX_SIGNATURES
from gpar_core.learn.presets import LayeredSettings, Settings

SPACE: Final = "\nspace"
CLASSES: Final = "\nclasses"
RETRIEVAL: Final = "\nretrieval"
"""The parts that are no method: keys that no class has for its name."""

_SIGNATURES, _DRUGS, _CLASSES = 7_624, 1_357, 70
_SECONDS: Final = {
    "gsea": 3, "cosine": 0.2, "jaccard": 0.2, "fisher": 2, "drsim": 12, "donner": 300, "moasl": 300,
    "balanced_logistic": 70, "default_logistic": 94, "knn": 6, "forest": 600, "bayes": 47,
    "tuned_logistic": 400, "svm": 200, SPACE: 5, RETRIEVAL: 20,
}  # fmt: skip
"""Of a sample as large as its limit, for retrieval, which runs beside the classes. A support vector
machine takes 4,000 on the demo, and about 70 on real data of that size."""
_OF_PAIRS: Final = {"knn", "svm"}
_EACH_CLASS, _EACH_NETWORKS = 1.8, 60.0
_FIRST: Final = 15
"""What classifiers share takes as long as so many classes."""


def expected(
    questions: Sequence[Question], methods: Sequence[str], settings: Settings
) -> dict[str, float]:
    """Expected seconds of all methods but GPAR, of the space, the classes and retrieval."""
    rows = max(len(each.training_set.rows) for each in questions)
    n = rows / _SIGNATURES
    drugs = max(len(each.drugs) for each in questions) / _DRUGS
    classes = (len(questions) + _FIRST) / (_CLASSES + _FIRST)
    seconds = {}
    for name in methods:
        if METHODS[name].kind is Kind.SIMILARITY:
            seconds[name] = _SECONDS[name] * drugs**2
        elif METHODS[name].kind is Kind.CLASSIFIER:
            seconds[name] = _SECONDS[name] * classes * n * (n if name in _OF_PAIRS else 1)
    each_class = _EACH_NETWORKS if isinstance(settings, LayeredSettings) else _EACH_CLASS
    return {
        **seconds,
        SPACE: _SECONDS[SPACE] * n,
        CLASSES: each_class * len(questions) * drugs,
        RETRIEVAL: _SECONDS[RETRIEVAL] * min(rows / MAX_SIGNATURES, 1) ** 2,
    }
