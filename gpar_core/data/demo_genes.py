"""Knock-downs, knock-outs and over-expressions of genes in the demo.

The signature of one is that of a compound (`demo`) with other parts: the response is that to the
drugs of a mechanism, as far as the loss or gain of the gene resembles them (`demo_targets`); the
off-target response has a part that all perturbagens of the gene share, with turned sign for its
gain, and a part of the construct alone, which is large in knock-downs: a hairpin also silences the
genes that its seed matches (Smith et al. 2017, doi:10.1371/journal.pbio.2003213). If the gene is a
landmark gene, it changes itself.

Every line follows the two rules of `exact_draws`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium
from gpar_core.data.demo_catalogue import CELLS, CORE_CELLS, MECHANISMS
from gpar_core.data.demo_programs import Programs, draw_program, measured, signal_of
from gpar_core.data.demo_targets import GENES, Target
from gpar_core.data.exact_draws import lognormal, on_grid

TIME: Final = 96.0
N_PLATES: Final = 8


@dataclass(frozen=True)
class Kind:
    """One kind of genetic perturbagen.

    reach: share of the loss, or gain, of the gene that it brings about. off_target: rms z-score.
    construct_share: share of the variance of the off-target response that is the construct's own.
    itself: z-score of the gene itself, if it is expressed or gained. n_cells: of the core.
    """

    code: str
    gain: bool
    reach: float
    off_target: float
    construct_share: float
    itself: float
    n_cells: int


KINDS: Final = {
    "trt_oe": Kind("OE", True, 0.8, 0.6, 0.4, 6.0, 4),
    "trt_sh.cgs": Kind("KD", False, 0.7, 0.8, 0.75, -4.0, 5),
    "trt_xpr": Kind("KO", False, 0.9, 0.5, 0.4, -1.5, 2),
}


@dataclass(frozen=True)
class GenePerturbagens:
    """One perturbagen of each gene and kind, one per row of every array.

    names: pert_id, pert_iname, pert_type. response: (n, n_mechanisms) rms z-score in a cell line
    that responds fully. off_target: (n,) rms z-score. own: (n, 978) program of it. landmark: (n,)
    column of the gene, -1 if it is no landmark gene. itself: (n,) z-score of the gene.
    plate: (n,) from 0. n_cells: (n,) number of core cell lines.
    """

    names: pd.DataFrame
    response: np.ndarray
    off_target: np.ndarray
    own: np.ndarray
    landmark: np.ndarray
    itself: np.ndarray
    plate: np.ndarray
    n_cells: np.ndarray


def draw_genes(
    modules: np.ndarray, targets: Sequence[Target], rng: np.random.Generator
) -> GenePerturbagens:
    """The knock-down, knock-out and over-expression of every gene. modules: of `Programs`."""
    pairs = [(kind, gene) for kind in KINDS for gene in GENES]
    kinds = [KINDS[kind] for kind, _ in pairs]
    n = len(pairs)
    silent = {target.gene for target in targets if not target.expressed}
    column = {symbol: number for number, symbol in enumerate(fields.LANDMARK_SYMBOLS)}
    of_gene = np.tile(draw_program(len(GENES), modules, rng), (len(KINDS), 1))
    of_construct = draw_program(n, modules, rng)
    share = np.array([kind.construct_share for kind in kinds])[:, None]
    turned = np.where([kind.gain for kind in kinds], -1.0, 1.0)[:, None]
    own = on_grid(turned * np.sqrt(1 - share) * of_gene) + on_grid(np.sqrt(share) * of_construct)
    efficacy = lognormal(rng, 0.2, n)
    response = [
        _response(gene, targets, kind.gain) for (_, gene), kind in zip(pairs, kinds, strict=True)
    ]
    itself = [
        0.0 if gene in silent and not kind.gain else kind.itself
        for (_, gene), kind in zip(pairs, kinds, strict=True)
    ]
    return GenePerturbagens(
        names=pd.DataFrame(
            {
                fields.PERT_ID: [f"DEMO-{KINDS[kind].code}-{gene}" for kind, gene in pairs],
                fields.PERT_INAME: [f"{gene} {fields.PERT_TYPES[kind]}" for kind, gene in pairs],
                fields.PERT_TYPE: [kind for kind, _ in pairs],
            }
        ),
        response=np.array(response) * (efficacy * [kind.reach for kind in kinds])[:, None],
        off_target=lognormal(rng, 0.4, n) * [kind.off_target for kind in kinds],
        own=own,
        landmark=np.array([column.get(gene, -1) for _, gene in pairs]),
        itself=np.array(itself) * lognormal(rng, 0.2, n),
        plate=rng.integers(0, N_PLATES, n),
        n_cells=np.array([kind.n_cells for kind in kinds]),
    )


def _response(gene: str, targets: Sequence[Target], gain: bool) -> list[float]:
    """(n_mechanisms,) response to the complete loss, or the gain, of a gene."""
    relative = {t.mechanism: t.gain if gain else t.loss for t in targets if t.gene == gene}
    return [m.strength * relative.get(m.name, 0.0) for m in MECHANISMS]


def lay_out_genes(
    genes: GenePerturbagens, rng: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray]:
    """Which perturbagen was profiled in which core cell lines; each once, after `TIME` hours.

    Returns the signatures in the order of a compendium, and their (n_signatures,) rows in `genes`.
    """
    order = rng.random((len(genes.names), len(CORE_CELLS))).argsort(axis=1, kind="stable")
    profiled = order.argsort(axis=1, kind="stable") < genes.n_cells[:, None]
    row, cell = np.nonzero(profiled)
    signatures = genes.names.iloc[row].reset_index(drop=True)
    signatures[fields.CELL_ID] = np.array(CORE_CELLS).astype(object)[cell]
    signatures[fields.DOSE] = np.nan
    signatures[fields.DOSE_UNIT] = ""
    signatures[fields.TIME] = TIME
    signatures[fields.TIME_UNIT] = "h"
    signatures["row"] = row
    signatures[fields.SIG_ID] = [
        f"DEMO{plate:02d}_{cell_line}_{TIME:.0f}H:{pert_id}"
        for plate, cell_line, pert_id in zip(
            genes.plate[row],
            signatures[fields.CELL_ID],
            signatures[fields.PERT_ID],
            strict=True,
        )
    ]
    signatures = signatures.sort_values(compendium.ROW_ORDER, ignore_index=True)
    return signatures.drop(columns="row"), signatures["row"].to_numpy()


def simulate_genes(
    cell: str,
    row: np.ndarray,
    genes: GenePerturbagens,
    programs: Programs,
    local: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulate signatures of `genes` in one cell line.

    row: (n,) rows of `genes`. programs: with their `own`. local: of `cell_programs`.
    Returns z-scores (n, 978) float32, TAS (n,) and correlation of replicates (n,).
    """
    response = on_grid(genes.response[row] * programs.sensitivity[:, CELLS.index(cell)])
    late = np.ones(len(row), dtype=bool)
    signal = signal_of(response, genes.off_target[row], late, row, programs, local, rng)
    of_landmark = np.flatnonzero(genes.landmark[row] >= 0)
    signal[of_landmark, genes.landmark[row][of_landmark]] += genes.itself[row][of_landmark]
    return measured(signal, genes.plate[row], programs.modules, rng)
