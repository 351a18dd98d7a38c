"""Figures of the benchmarks: one table to read, one JSON file to keep."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from textwrap import wrap

HEADINGS = ("figure", "median", "range", "goal", "reached", "how")
HOW_WIDTH = 72
PACKAGES = ("numpy", "pandas", "scipy", "scikit-learn", "streamlit", "tensorflow")


@dataclass(frozen=True)
class Figure:
    """One figure, measured in one round or several.

    name: 'item: what'. values: one per round. how: what was measured, and how.
    at_least, at_most: the goal, if there is one.
    """

    name: str
    values: tuple[float, ...]
    unit: str
    how: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def value(self) -> float:
        """Median of the rounds."""
        return median(self.values)

    @property
    def reached(self) -> bool | None:
        """Whether the median reaches the goal; None where there is no goal."""
        if self.at_least is not None:
            return self.value >= self.at_least
        if self.at_most is not None:
            return self.value <= self.at_most
        return None


def table(figures: Sequence[Figure]) -> str:
    """One line per figure, and more where `how` is long."""
    cells = [HEADINGS, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS) - 1)]
    lines = []
    for *row, how in cells:
        first, *more = wrap(how, HOW_WIDTH)
        padded = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        lines += [f"{padded}  {first}", *(" " * (len(padded) + 2) + line for line in more)]
    return "\n".join(lines)


def to_json(figures: Sequence[Figure]) -> str:
    """All figures, and on what they were measured."""
    measured_on = {
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }
    rows = [
        {**asdict(figure), "value": figure.value, "reached": figure.reached} for figure in figures
    ]
    return json.dumps({"measured_on": measured_on, "figures": rows}, indent=1) + "\n"


def _cells(figure: Figure) -> tuple[str, ...]:
    low, high = min(figure.values), max(figure.values)
    spread = f"{_number(low)} to {_number(high)}" if len(figure.values) > 1 else ""
    return (
        figure.name,
        f"{_number(figure.value)} {figure.unit}".strip(),
        spread,
        _goal(figure),
        {True: "yes", False: "NO", None: ""}[figure.reached],
        figure.how,
    )


def _goal(figure: Figure) -> str:
    if figure.at_least is not None:
        return f">= {_number(figure.at_least)}"
    return "" if figure.at_most is None else f"<= {_number(figure.at_most)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
