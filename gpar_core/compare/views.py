"""Where retrieval works better: among z-scores, or in GPAR's space?"""

import pandas as pd

from gpar_core.compare.methods import MIN_CLASSES
from gpar_core.compare.retrieval import VIEWS
from gpar_core.compare.standings import BEHIND, standing, standings


def views(of_level: pd.DataFrame) -> pd.DataFrame:
    """Views by their mean mAP, the best first, as `standings` gives them.

    of_level: rows of one level of `retrieval.retrieval`. Only what was retrieved in all views
    counts.
    """
    wide = of_level.pivot_table(index="name", columns="view", values="map", sort=False)
    found = standings(wide.dropna(), seed=0)
    return found.sort_values("mean", ascending=False, kind="stable", ignore_index=True)


def verdict(of_level: pd.DataFrame, many: str) -> str:
    """In which view names are retrieved better, with its p, or why neither is ahead.

    many: what the names are, such as 'classes'.
    """
    found = views(of_level)
    n, best = int(found["n"].iloc[0]), found.iloc[0]
    figure = f"{best['mean']:.3f}"
    if n >= MIN_CLASSES:
        figure += f" (95% interval {best['low']:.3f}–{best['high']:.3f}, {n:,} {many})"
    if len(found) == 1:
        return f"Mean mAP of {many}: {figure} in {VIEWS[best['name']]}."
    second = found.iloc[1]
    other = f"{second['mean']:.3f} in {VIEWS[second['name']]}"
    said = f"Mean mAP of {many}: {figure} in {VIEWS[best['name']]}, {other}"
    if n < MIN_CLASSES:
        return f"{said}. {n} {many} cannot show which is better; at least {MIN_CLASSES} are needed."
    p = f"p = {second['p']:.2g}, Wilcoxon's test over the {many}"
    if standing(found)[1] == BEHIND:
        return f"{said}. The difference is clear ({p})."
    return f"{said}. The difference is within noise ({p}), so neither is ahead."
