"""Training settings by name."""

from dataclasses import dataclass
from typing import ClassVar

from gpar_core.errors import RequestError


@dataclass(frozen=True)
class LayeredSettings:
    """The network of Gao et al. 2021.

    hidden: widths of the hidden layers. steps: updates of the weights. batch: signatures per step.
    dropout: share of hidden units left out at each step. l1: weight of the L1 penalty.
    scaling: how signatures are scaled, a key of `rank.scoring.SCALINGS`.
    """

    hidden: tuple[int, ...] = (978, 512, 256)
    steps: int = 2000
    batch: int = 128
    learning_rate: float = 1e-3
    dropout: float = 0.1
    l1: float = 1e-5
    scaling: str = "none"


@dataclass(frozen=True)
class MatchingSettings:
    """Compare compounds with remembered ones, in a space learned without any MOA.

    center_prior: signatures by which the mean of a cell line is shrunk toward the mean of all.
    shrinkage: minimum share by which the scatter within compounds is shrunk toward a multiple of
    the identity. flattening: how much of the shape of the spread of compounds is kept, from 1, all
    of it, to 0, all directions alike. dimensions: of the space. sharpness: weight of a cosine in
    the exponent. max_memory: how many positive, and how many negative, compounds are remembered.
    steps: counted as progress.
    """

    center_prior: float = 10.0
    shrinkage: float = 0.5
    flattening: float = 0.8
    dimensions: int = 200
    sharpness: float = 13.0
    max_memory: int = 2000
    scaling: ClassVar[str] = "none"
    steps: ClassVar[int] = 1


@dataclass(frozen=True)
class LinearSettings:
    """Logistic regression with an L2 penalty and balanced classes.

    c: inverse of the weight of the penalty, as in scikit-learn. scaling: as in `LayeredSettings`.
    steps: counted as progress; the solver reports none of its own.
    """

    c: float = 1e-3
    scaling: str = "signed-root"
    steps: ClassVar[int] = 1


Settings = LayeredSettings | MatchingSettings | LinearSettings

LINEAR = LinearSettings()
PAPER = "paper"
PRESETS: dict[str, Settings] = {
    "fast": MatchingSettings(),
    "linear": LINEAR,
    PAPER: LayeredSettings(),
}
"""'paper' is Gao et al. 2021: 978-512-256, dropout 0.1, L1, 2,000 iterations. Batch size, optimizer
(Adam), learning rate and L1 weight are not in the paper; they are Keras' defaults and a mild L1.
'fast' is this project's own choice; docs/training.md has the measurements. 'linear' is the logistic
regression that every model is compared with."""


def preset(name: str) -> Settings:
    """Settings by name. Raises RequestError."""
    if name not in PRESETS:
        *others, last = PRESETS
        raise RequestError(f"There is no preset '{name[:40]}'. Use {', '.join(others)} or {last}.")
    return PRESETS[name]
