"""Expression programs of the demo, and the signatures that they and noise make.

A program is a pattern over the landmark genes with root mean square 1, so every strength is the
root mean square z-score it causes. Every line follows the two rules of `exact_draws`.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from gpar_core import fields
from gpar_core.data.demo_catalogue import CELLS, MECHANISMS
from gpar_core.data.exact_draws import lognormal, mean_square, normal, on_grid

N_MODULES: Final = 40
KINSHIP: Final = 0.5
"""Share of a program's variance that the mechanisms of a family have in common."""

PLATE_SD: Final = 0.35
COMMON_NOISE_SD: Final = 0.4
OWN_NOISE_SD: Final = 0.85
N_REPLICATES: Final = 3
Z_LIMIT: Final = 10.0


@dataclass(frozen=True)
class Programs:
    """Expression programs shared by all cell lines, each row one program over the landmark genes.

    modules: (N_MODULES, 978) genes that move together, of mean square 1. core, rebound:
    (n_mechanisms, 978). own: (n_perturbagens, 978). stress: (1, 978). All these are on the grid.
    sensitivity: (n_mechanisms, n_cells), 0 to about 1.
    """

    modules: np.ndarray
    core: np.ndarray
    rebound: np.ndarray
    own: np.ndarray
    stress: np.ndarray
    sensitivity: np.ndarray


def draw_programs(n_compounds: int, rng: np.random.Generator) -> Programs:
    """The simulated effects of mechanisms, compounds and cell lines on the genes."""
    modules = normal(rng, (N_MODULES, fields.N_LANDMARKS))
    families = sorted({m.family for m in MECHANISMS if m.family})
    kin = draw_program(len(families), modules, rng)
    own = draw_program(len(MECHANISMS), modules, rng)
    core = np.array(
        [
            math.sqrt(1 - KINSHIP) * row + math.sqrt(KINSHIP) * kin[families.index(m.family)]
            if m.family
            else row
            for m, row in zip(MECHANISMS, own, strict=True)
        ]
    )
    core_share = [1 - m.cell_share - m.rebound_share for m in MECHANISMS]
    rebound = draw_program(len(MECHANISMS), modules, rng)
    return Programs(
        modules=modules,
        core=on_grid(core * _root(core_share)),
        rebound=on_grid(rebound * _root([m.rebound_share for m in MECHANISMS])),
        own=draw_program(n_compounds, modules, rng),
        stress=draw_program(1, modules, rng),
        sensitivity=_draw_sensitivity(rng),
    )


def cell_programs(modules: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(n_mechanisms, 978) parts of the mechanisms' programs that are specific to one cell line."""
    local = draw_program(len(MECHANISMS), modules, rng)
    return on_grid(local * _root([m.cell_share for m in MECHANISMS]))


def _draw_sensitivity(rng: np.random.Generator) -> np.ndarray:
    """(n_mechanisms, n_cells) response of the cell lines, in the order of `CELLS`."""
    responds = rng.random((len(MECHANISMS), len(CELLS)))
    variation = lognormal(rng, 0.15, responds.shape)
    sensitivity = [
        [m.cells.get(cell, m.elsewhere) for cell in CELLS]
        if m.cells
        else np.where(chance < m.responding, 1.0, 0.1)
        for m, chance in zip(MECHANISMS, responds, strict=True)
    ]
    return np.array(sensitivity) * variation


def draw_program(n: int, modules: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw (n, 978) programs: partly genes of their own, partly gene modules."""
    shape = (n, fields.N_LANDMARKS)
    genes = normal(rng, shape)
    genes *= 2.0 * (rng.random(shape, dtype=np.float32) < 0.2)
    genes += _moved(0.4 * normal(rng, (n, len(modules))), modules)
    genes = on_grid(genes)
    return on_grid(genes / np.sqrt(mean_square(genes))[:, None])


def _moved(strength: np.ndarray, modules: np.ndarray) -> np.ndarray:
    """(n, 978) effects of modules on genes. strength: (n, N_MODULES) rms z-score of each module."""
    return on_grid(strength / math.sqrt(N_MODULES)) @ modules


def _root(shares: list[float]) -> np.ndarray:
    """Factors that give programs these shares of the variance, as a column."""
    return np.sqrt(np.array(shares))[:, None]


def signal_of(
    response: np.ndarray,
    off_target: np.ndarray,
    late: np.ndarray,
    row: np.ndarray,
    programs: Programs,
    local: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """(n, 978) signatures of one cell line before plate effect and noise.

    response: (n, n_mechanisms) rms z-scores, on the grid. off_target: (n,) rms z-scores. late: (n,)
    whether the rebound has turned. row: (n,) rows of `programs.own`. local: of `cell_programs`.
    Strong signatures are less specific, and toxic.
    """
    strength = np.sqrt(np.sum(response**2, axis=1) + off_target**2)
    toxicity = np.maximum(strength - 0.5, 0.0)
    turn = np.where(late, 1.0, -1.0)[:, None]
    signal = response @ (programs.core + local) + (turn * response) @ programs.rebound
    present, index = np.unique(row, return_inverse=True)
    own = _mix(programs.own[present], 0.4, programs.modules, rng)
    signal += off_target[:, None] * own[index]
    signal /= (1.0 + 0.3 * toxicity)[:, None]
    stress = _mix(programs.stress, 0.3, programs.modules, rng)
    signal += (0.6 * toxicity)[:, None] * stress
    return signal


def measured(
    signal: np.ndarray, plate: np.ndarray, modules: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add plate effect and noise. signal: (n, 978). plate: (n,) numbers from 0.

    Returns z-scores (n, 978) float32, TAS (n,) and correlation of replicates (n,).
    """
    z = np.clip(signal + _noise(plate, modules, rng), -Z_LIMIT, Z_LIMIT).astype(np.float32)
    return z, *_quality(z, on_grid(signal), rng)


def _mix(
    programs: np.ndarray, share: float, modules: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Replace a share of the programs' variance by a part specific to one cell line."""
    local = draw_program(len(programs), modules, rng)
    return math.sqrt(1 - share) * programs + math.sqrt(share) * local


def _noise(plate: np.ndarray, modules: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(n, 978) noise; the signatures of one plate, (n,) numbers from 0, share a part of it."""
    plate_effect = PLATE_SD * normal(rng, (plate.max() + 1, len(modules)))
    common = COMMON_NOISE_SD * normal(rng, (len(plate), len(modules)))
    own = OWN_NOISE_SD * normal(rng, (len(plate), fields.N_LANDMARKS))
    return _moved(plate_effect[plate] + common, modules) + own


def _quality(
    z: np.ndarray, signal: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(n,) transcriptional activity scores, 0-1: sqrt(SS x CC / 978); and (n,) CC.

    SS counts the genes with |z x sqrt(replicates)| >= 2. CC, the correlation of replicates, is
    derived from the share of signal in one replicate. signal: on the grid.
    """
    power = mean_square(signal)
    noise = N_REPLICATES * (COMMON_NOISE_SD**2 + OWN_NOISE_SD**2)
    correlation = np.clip(power / (power + noise) + 0.02 + 0.03 * normal(rng, len(z)), 0.0, 1.0)
    breadth = np.mean(np.abs(z) * np.sqrt(N_REPLICATES) >= 2, axis=1)
    return np.sqrt(breadth * correlation), correlation
