"""The request for an evaluation of search scores."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.data.class_names import MOAS, NOUNS


@dataclass(frozen=True)
class SearchEvaluationRequest:
    """Compare scores of a signature search by the MOAs, or targets, that they retrieve.

    scores: keys of `search.scores.SCORES`. genes: lengths of the gene lists, at either end. noise:
    standard deviations of what is added to each gene before the lists are chosen. queries: another
    compendium whose compounds are the queries, '' for the compendium's own; queries_fingerprint:
    its fingerprint. seed: of the noise, the sample of queries and the intervals. among: 'moas',
    'targets' or 'all'.
    """

    kind: ClassVar[str] = "search_evaluation"
    compendium: str
    fingerprint: str
    scores: tuple[str, ...]
    genes: tuple[int, ...]
    noise: tuple[float, ...]
    queries: str = ""
    queries_fingerprint: str = ""
    seed: int = 0
    among: str = MOAS

    @property
    def unused(self) -> tuple[str, ...]:
        return ("among",) if self.among == MOAS else ()

    @property
    def title(self) -> str:
        n = len(self.scores)
        what = f"search score {self.scores[0]}" if n == 1 else f"{n} search scores"
        if self.among != MOAS:
            what += f" on {NOUNS[self.among].many}"
        return f"Evaluation of {what}" + (
            f" with queries from {self.queries}" if self.queries else ""
        )
