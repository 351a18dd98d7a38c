"""What a map shows and how far it can be trusted, in words."""

import pandas as pd

from gpar_core.analyses.map.request import MapRequest
from gpar_core.analyses.result import Analysis
from pages._shared.error_box import plain


def laid_out(request: MapRequest) -> str:
    """What is on the map and by what, in words; '' where it is all signatures by their z-scores."""
    parts = []
    if request.cells:
        parts.append(f"Cell lines: {', '.join(request.cells)}")
    if request.moas:
        parts.append(f"MOAs: {', '.join(request.moas)}")
    if request.representatives:
        parts.append("One signature per compound and cell line")
    if request.model:
        parts.append("Neighbors in the last hidden layer of a network")
    return plain(" · ".join(parts))


def trust(done: Analysis) -> str:
    """How many signatures are on the map, and how far it can be trusted, in words."""
    quality = done.tables["quality"].iloc[0]
    n, shown, k = (int(quality[name]) for name in ("n", "n_shown", "k"))
    text = (
        f"**{shown:,} signatures.** Of the {k} nearest neighbors of a signature, "
        f"**{_percent(quality, 'knn_recall')}** are among the {k} nearest on the map "
        f"({quality['chance']:.1%} on a map at random). Trustworthiness "
        f"{quality['trustworthiness']:.3f} ± {quality['trustworthiness_se']:.3f}: 1 means that "
        "what is near on the map is near in the data, 0.5 is chance. ±: standard error, "
        f"{int(quality['n_sampled']):,} signatures sampled. Distances between far groups mean "
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
    """Whether learning pulls drugs together that the network did not see; '' without a network."""
    quality = done.tables["quality"].iloc[0]
    if not done.request.model:
        return ""
    if pd.isna(quality["purity_after"]):
        return (
            "Neighbors are those of a network's last hidden layer. The drugs that it was "
            "trained on lie together because it learned them; there were too few to say what that "
            "is worth for others."
        )
    k, n = int(quality["n_neighbours"]), int(quality["n_drugs"])
    text = (
        f"**Does learning pull drugs together that the network did not see?** Of the {k} nearest "
        f"neighbors of a held-out drug, **{_percent(quality, 'purity_after')}** share its class "
        f"in the hidden layer and {_percent(quality, 'purity_before')} among z-scores "
        f"({quality['purity_chance']:.0%} by chance; {n} drugs, ± standard error; difference "
        f"{_percent(quality, 'purity_gain', '+')})."
    )
    if pd.notna(quality["batch_after"]):
        text += (
            f" From the same cell line are {_percent(quality, 'batch_after')} after and "
            f"{_percent(quality, 'batch_before')} before ({quality['batch_chance']:.0%} by chance)."
        )
    return text + " Drugs that it was trained on lie together here because it learned them."


def _percent(quality: pd.Series, name: str, sign: str = "") -> str:
    return f"{quality[name]:{sign}.0%} ± {quality[f'{name}_se']:.1%}"
