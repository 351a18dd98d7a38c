"""The drugs and the method of an analysis.

Plain values, so that code that waits for jobs need not load a compendium.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class DrugSet:
    """The positive set: drugs, MOAs, or uploaded profiles.

    drugs: names or pert_ids as requested; once known, names without case, sorted, also those of a
    MOA. moa: the MOA they were chosen by, or several, joined by '|'; else ''. profiles: id of the
    uploaded profiles, or ''. label: the name of the set on screen.
    """

    inlined: ClassVar[bool] = True
    drugs: tuple[str, ...] = ()
    moa: str = ""
    profiles: str = ""
    label: str = ""


@dataclass(frozen=True)
class Method:
    """The method of a training.

    cells: cell lines; empty for all. preset: a key of `learn.presets.PRESETS`. negatives:
    'inactive' (unannotated, low TAS), 'others' (all compounds without the MOA), or 'auto': all
    others, except for the paper's network, which takes inactive ones if there are enough.
    """

    inlined: ClassVar[bool] = True
    cells: tuple[str, ...] = ()
    preset: str = "fast"
    negatives: str = "auto"
    seed: int = 0
