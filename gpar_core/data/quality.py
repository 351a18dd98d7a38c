"""A filter of signatures by quality, dose, time and cell line."""

from dataclasses import asdict, dataclass
from typing import Any

from gpar_core.errors import RequestError
from gpar_core.storage.saved_json import as_dataclass

SHARES = {"min_tas": "TAS", "min_cc_q75": "correlation of replicates"}
AMOUNTS = {"min_replicates": "number of replicates", "min_dose": "dose", "max_dose": "dose"}


@dataclass(frozen=True)
class QualityFilter:
    """The limits of a quality filter; None, False or () means no limit.

    min_tas: transcriptional activity score, 0-1. min_cc_q75: 75th percentile of the correlations
    between replicates, 0-1. min_replicates: profiles that a signature is made of. exemplars_only:
    only those that the source calls the best signature of their compound in their cell line.
    min_dose, max_dose: in um, inclusive. times: in hours. cells: cell lines, in any case.

    A signature with an unknown value does not meet a criterion for it. Raises RequestError for a
    limit that no signature or every signature would meet.
    """

    min_tas: float | None = None
    min_cc_q75: float | None = None
    min_replicates: int | None = None
    exemplars_only: bool = False
    min_dose: float | None = None
    max_dose: float | None = None
    times: tuple[float, ...] = ()
    cells: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field, what in SHARES.items():
            limit = getattr(self, field)
            if limit is not None and not 0 <= limit <= 1:
                raise RequestError(f"The minimum {what} is {limit:g}. It must be between 0 and 1.")
        for field, what in AMOUNTS.items():
            limit = getattr(self, field)
            if limit is not None and not 0 < limit < float("inf"):
                raise RequestError(f"The limit of the {what} is {limit:g}. It must be above 0.")
        if self.min_dose and self.max_dose and self.min_dose > self.max_dose:
            raise RequestError(
                f"The lowest dose, {self.min_dose:g} µM, is above the highest, {self.max_dose:g} "
                "µM. Swap them."
            )
        if not all(0 < time < float("inf") for time in self.times):
            raise RequestError("A time is not above 0. Give hours, such as 6 and 24.")

    def as_json(self) -> dict[str, Any]:
        """Only the limits that are set."""
        nothing = asdict(EVERYTHING)
        return {key: value for key, value in asdict(self).items() if value != nothing[key]}


EVERYTHING = QualityFilter()
"""The filter that every signature passes."""


def from_json(content: dict[str, Any]) -> QualityFilter:
    """The filter from parsed output of `as_json`. Raises DataError or RequestError."""
    return as_dataclass(QualityFilter, content)
