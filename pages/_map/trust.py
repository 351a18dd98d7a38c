"""The content of a map, and how far you can trust it, in words."""

import pandas as pd

from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from gpar_core.data.class_names import noun_of, shown
from pages._shared.error_box import plain


def laid_out(request: MapRequest) -> str:
    """Describe the selection and method of the map; '' for all signatures by their z-scores."""
    parts = []
    if request.cells:
        parts.append(f"Cell lines: {', '.join(request.cells)}")
    if request.moas:
        many = noun_of(request.moas).many
        parts.append(f"{many[0].upper()}{many[1:]}: {', '.join(shown(request.moas))}")
    if request.representatives:
        parts.append(f"One signature per {request.noun} and cell line")
    if request.model:
        parts.append("Neighbors in the space of a model")
    return plain(" · ".join(parts))


def trust(done: Analysis) -> str:
    """Describe how many signatures are on the map, and how far you can trust it."""
    quality = done.tables["quality"].iloc[0]
    n, shown, k = (int(quality[name]) for name in ("n", "n_shown", "k"))
    text = (
        f"**{shown:,} signatures.** Of the {k} nearest neighbors of a signature, "
        f"**{_percent(quality, 'knn_recall')}** are among the {k} nearest on the map "
        f"({quality['chance']:.1%} on a random map). Trustworthiness "
        f"{quality['trustworthiness']:.3f} ± {quality['trustworthiness_se']:.3f}: 1 means that "
        "neighbors on the map are neighbors in the data; 0.5 is chance. ±: standard error, "
        f"{int(quality['n_sampled']):,} signatures sampled. Distances between distant groups mean "
        "little."
    )
    if shown < n:
        reasons = done.tables["dropped"]
        listed = [
            f"{int(count):,} {reason}"
            for reason, count in zip(reasons["reason"], reasons["count"], strict=True)
        ]
        text += f" Not on the map: {plain('; '.join(listed))}."
    return text


def learned(done: Analysis) -> str:
    """Describe whether learning groups drugs that the model did not see; '' without a model."""
    quality = done.tables["quality"].iloc[0]
    if not done.request.model:
        return ""
    if pd.isna(quality["purity_after"]):
        return (
            "Neighbors are those in the space of a model. Its training drugs may be closer "
            "together because the model has seen them; there were too few to measure whether "
            "other drugs of the class are, too."
        )
    k, n = int(quality["n_neighbours"]), int(quality["n_drugs"])
    text = (
        f"**Does learning group drugs that the model did not see?** Of the {k} nearest "
        f"neighbors of a held-out drug, **{_percent(quality, 'purity_after')}** share its class "
        f"in the space of the model and {_percent(quality, 'purity_before')} among z-scores "
        f"({quality['purity_chance']:.1%} by chance; {n} drugs, ± standard error; difference "
        f"{_percent(quality, 'purity_gain', '+')})."
    )
    if pd.notna(quality["batch_after"]):
        text += (
            f" The share from the same cell line is {_percent(quality, 'batch_after')} in the "
            f"space of the model and {_percent(quality, 'batch_before')} among z-scores "
            f"({quality['batch_chance']:.1%} by chance)."
        )
    return text + " Training drugs may be closer together here because the model has seen them."


def _percent(quality: pd.Series, name: str, sign: str = "") -> str:
    return f"{quality[name]:{sign}.1%} ± {quality[f'{name}_se']:.1%}"
