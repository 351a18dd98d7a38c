"""Training settings by name."""

from dataclasses import dataclass

from gpar_core.errors import RequestError


@dataclass(frozen=True)
class Settings:
    """How a network is shaped and trained.

    hidden: widths of the hidden layers. steps: updates of the weights. batch: signatures per step.
    positive_share: share of positives in a batch; None draws from all signatures alike.
    dropout, input_dropout: share of hidden units and of genes left out at each step.
    l1: weight of the L1 penalty. one_cycle: learning rate up to its peak and down again.
    scaling: how signatures are scaled, a key of `rank.scoring.SCALINGS`.
    """

    hidden: tuple[int, ...] = (978, 512, 256)
    steps: int = 100
    batch: int = 256
    positive_share: float | None = 0.25
    learning_rate: float = 1e-3
    one_cycle: bool = True
    dropout: float = 0.1
    input_dropout: float = 0.8
    l1: float = 1e-5
    scaling: str = "signed-root"


PRESETS = {
    "fast": Settings(),
    "paper": Settings(
        steps=2000,
        batch=128,
        positive_share=None,
        one_cycle=False,
        input_dropout=0.0,
        scaling="none",
    ),
}
"""'paper' is Gao et al. 2021: 978-512-256, dropout 0.1, L1, 2,000 iterations. Batch size, optimiser
(Adam), learning rate and L1 weight are not in the paper; they are Keras' defaults and a mild L1.
'fast' is this project's own choice; docs/training.md has the measurements."""


def preset(name: str) -> Settings:
    """Settings by name. Raises RequestError."""
    if name not in PRESETS:
        raise RequestError(f"There is no preset '{name[:40]}'. Use {' or '.join(PRESETS)}.")
    return PRESETS[name]
