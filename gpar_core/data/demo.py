"""The demo compendium: a simulation that behaves like LINCS L1000, with real drug names.

One signature is, gene by gene,

    z = response of each mechanism x its program in this cell line and at this time
      + off-target response x the compound's own program
      + toxicity x the stress program, which dominates in strong compounds
      + plate effect + correlated noise + independent noise.

A program is a pattern over the landmark genes with root mean square 1 (`demo_programs`), so every
strength is the root mean square z-score it causes. `demo_catalogue` says which drug does what.
Signatures of genes are made alike (`demo_genes`).

The demo is bit-identical on every processor, and so is its fingerprint. Every line here follows the
two rules of `exact_draws`: what enters a sum or a matrix product is on its grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data import compendium
from gpar_core.data import demo_catalogue as catalogue
from gpar_core.data.demo_catalogue import CELLS, MECHANISMS
from gpar_core.data.demo_genes import draw_genes, lay_out_genes, simulate_genes
from gpar_core.data.demo_programs import (
    N_REPLICATES,
    Programs,
    cell_programs,
    draw_programs,
    measured,
    signal_of,
)
from gpar_core.data.demo_targets import TARGETS, Target, targets_of_drugs
from gpar_core.data.exact_draws import exponential, lognormal, on_grid
from gpar_core.data.importing.compound_annotation import other_perturbagens
from gpar_core.data.molecules import molecules_of
from gpar_core.progress import Progress, Report, silent

NAME: Final = "demo"
SOURCE: Final = "Simulated by GPAR with real drug names: not measured, not for research"

DOSES: Final = (0.04, 0.12, 0.37, 1.11, 3.33, 10.0)
TIMES: Final = (6.0, 24.0)

DRAW: Final = 6
"""Added to the seed: chosen among a few so that seed 0 shows every case study clearly."""

N_SIMULATED: Final = 750
"""Unnamed compounds, in addition to the drugs of the catalogue."""

MEMBERS_PER_MECHANISM: Final = 2
"""Unannotated compounds that act like the drugs of a mechanism, for a ranking to find."""

N_BATCHES: Final = 16


@dataclass(frozen=True)
class Compounds:
    """The compounds, one per row of every array.

    annotation: as `compendium.write` takes it. response: (n, n_mechanisms) rms z-score of the full
    response. off_target: (n,) rms z-score. half_dose, off_half_dose: (n,) um at half response.
    batch: (n,) from 0. n_cells: (n,) number of core cell lines. planted: mechanism by compound
    name.
    """

    annotation: pd.DataFrame
    response: np.ndarray
    off_target: np.ndarray
    half_dose: np.ndarray
    off_half_dose: np.ndarray
    batch: np.ndarray
    n_cells: np.ndarray
    planted: dict[str, str]


def build(
    folder: Path,
    *,
    seed: int = 0,
    targets: Sequence[Target] = TARGETS,
    report: Report = silent,
) -> None:
    """Write the demo compendium into `folder`, an existing empty folder.

    The same seed gives the same compendium, to the fingerprint, on every processor. targets: what
    the loss or gain of each gene does; which drugs target it stays.
    """
    seeds = np.random.SeedSequence((DRAW, seed)).spawn(4 + 2 * len(CELLS))
    # Genes come last, so that the compounds do not depend on them.
    rngs = [np.random.default_rng(each) for each in seeds]
    compounds_rng, signatures_rng, programs_rng = rngs[:3]
    *gene_cell_rngs, genes_rng = rngs[3 + len(CELLS) :]
    compounds = draw_compounds(compounds_rng)
    of_compounds, compound_row = lay_out(compounds, signatures_rng)
    programs = draw_programs(len(compounds.annotation), programs_rng)
    genes = draw_genes(programs.modules, targets, genes_rng)
    of_genes, gene_row = lay_out_genes(genes, genes_rng)
    programs_of_genes = replace(programs, own=genes.own)
    signatures = pd.concat([of_compounds, of_genes], ignore_index=True)
    matrix = np.empty((len(signatures), fields.N_LANDMARKS), dtype=np.float32)
    tas, correlation = np.empty((2, len(signatures)))
    for number, cell in enumerate(CELLS):
        report(Progress("Simulating signatures", number, len(CELLS), cell))
        rng = rngs[3 + number]
        local = cell_programs(programs.modules, rng)
        rows = np.flatnonzero(of_compounds[fields.CELL_ID] == cell)
        matrix[rows], tas[rows], correlation[rows] = simulate_cell(
            number, of_compounds.iloc[rows], compound_row[rows], compounds, programs, local, rng
        )
        here = np.flatnonzero(of_genes[fields.CELL_ID] == cell)
        if len(here):
            rows = len(of_compounds) + here
            matrix[rows], tas[rows], correlation[rows] = simulate_genes(
                cell, gene_row[here], genes, programs_of_genes, local, gene_cell_rngs[number]
            )
    report(Progress("Writing the compendium", len(CELLS), len(CELLS)))
    annotation = compounds.annotation.assign(
        drug=molecules_of(compounds.annotation, of_compounds).drug
    )
    np.save(folder / compendium.MATRIX, matrix)
    compendium.write(
        folder,
        name=NAME,
        source=SOURCE,
        simulated=True,
        signatures=_with_quality(signatures, tas.round(4), correlation.round(4)),
        annotation=pd.concat([annotation, other_perturbagens(of_genes)], ignore_index=True),
        report={"seed": seed, "planted": compounds.planted},
    )


def _with_quality(
    signatures: pd.DataFrame, tas: np.ndarray, correlation: np.ndarray
) -> pd.DataFrame:
    """Add the quality columns that `compendium.write` needs; exemplars have the best TAS."""
    groups = pd.Series(tas).groupby([signatures[fields.CELL_ID], signatures[fields.PERT_ID]])
    exemplar = np.zeros(len(tas), dtype=bool)
    exemplar[groups.idxmax()] = True
    described = signatures.copy()
    described[fields.TAS] = tas
    described[fields.CC_Q75] = correlation
    described[fields.N_REPLICATES] = float(N_REPLICATES)
    described[fields.EXEMPLAR] = pd.array(exemplar, dtype="boolean")
    described[fields.SERIES] = NAME
    return described


def draw_compounds(rng: np.random.Generator, n_simulated: int = N_SIMULATED) -> Compounds:
    """The drugs of the catalogue, and `n_simulated` unnamed compounds."""
    moas = catalogue.annotated_moas()
    drugs = sorted([*moas, *catalogue.PROFILED_TWICE, *catalogue.UNANNOTATED])
    simulated = [f"SIM-{number:04d}" for number in range(1, n_simulated + 1)]
    names = drugs + simulated
    n = len(names)
    planted = _plant(simulated, rng)
    structures, targets = catalogue.structures(), targets_of_drugs()
    annotation = pd.DataFrame(
        {
            fields.PERT_ID: [f"DEMO-{number:04d}" for number in range(1, n + 1)],
            fields.PERT_INAME: names,
            fields.MOA: [moas.get(name, "") for name in names],
            fields.ANNOTATED: [name in moas for name in names],
            fields.PUBCHEM_CID: [catalogue.PUBCHEM_CIDS.get(name, "") for name in names],
            fields.INCHI_KEY: "",
            fields.SMILES: [structures.get(name, "") for name in names],
            fields.TARGET: [targets.get(name, "") for name in names],
            fields.PERT_TYPE: fields.COMPOUND_PERT_TYPE,
        }
    )
    response = _relative_response(names, planted, rng) * [m.strength for m in MECHANISMS]
    annotated = annotation[fields.ANNOTATED].to_numpy()
    active = ~annotated & (rng.random(n) < 0.3)
    total = np.sqrt(np.sum(on_grid(response) ** 2, axis=1))
    off_target = np.where(active, 1.3, 0.22) + 0.25 * total
    return Compounds(
        annotation=annotation,
        response=response,
        off_target=off_target * lognormal(rng, 0.45, n),
        half_dose=0.6 * lognormal(rng, 0.8, n),
        off_half_dose=3.0 * lognormal(rng, 0.8, n),
        batch=rng.integers(0, N_BATCHES, n),
        n_cells=np.where(annotated, rng.integers(4, 10, n), rng.integers(2, 8, n)),
        planted=planted,
    )


def _plant(names: list[str], rng: np.random.Generator) -> dict[str, str]:
    """Assign some of the named compounds the mechanism of a MOA that can be learned."""
    mechanisms = [m.name for m in MECHANISMS if m.listed and m.strength > 0]
    members = mechanisms * MEMBERS_PER_MECHANISM
    chosen = rng.choice(names, size=len(members), replace=False)
    return dict(sorted(zip(chosen.tolist(), members, strict=True)))


def _relative_response(
    names: list[str], planted: dict[str, str], rng: np.random.Generator
) -> np.ndarray:
    """(n, n_mechanisms) response relative to the mechanism's strength, 0 without the mechanism."""
    columns = []
    for mechanism in MECHANISMS:
        members = set(mechanism.drugs.split(", "))
        acts = [name in members or planted.get(name) == mechanism.name for name in names]
        potency = lognormal(rng, mechanism.spread, len(names)) * acts
        stated = [catalogue.ALSO_ACTS.get(name, {}).get(mechanism.name) for name in names]
        columns.append([p if s is None else s for p, s in zip(potency, stated, strict=True)])
    return np.array(columns).T


def lay_out(compounds: Compounds, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Which compound was profiled where, at which doses and times.

    Returns the signatures in the order of a compendium, and their (n_signatures,) rows in
    `compounds`.
    """
    n = len(compounds.annotation)
    core = _first(rng.random((n, len(catalogue.CORE_CELLS))), compounds.n_cells)
    rare = rng.random((n, len(catalogue.RARE_CELLS))) < 0.04
    profiled = np.hstack([core, rare])
    compound, cell = np.nonzero(profiled)

    conditions = [(dose, time) for time in TIMES for dose in DOSES]
    # As in LINCS, most compounds were profiled at high doses.
    weight = np.array([1.0 + DOSES.index(dose) for dose, _ in conditions])
    count = rng.choice(6, size=len(compound), p=(0.22, 0.26, 0.22, 0.14, 0.09, 0.07)) + 1
    waiting = exponential(rng, (len(compound), len(conditions))) / weight
    pair, condition = np.nonzero(_first(waiting, count))

    cell_names = np.array(catalogue.CORE_CELLS + catalogue.RARE_CELLS)
    row = compound[pair]
    signatures = pd.DataFrame(
        {
            fields.PERT_ID: compounds.annotation[fields.PERT_ID].to_numpy()[row],
            fields.PERT_INAME: compounds.annotation[fields.PERT_INAME].to_numpy()[row],
            fields.CELL_ID: cell_names[cell[pair]].astype(object),
            fields.DOSE: np.array(conditions)[condition, 0],
            fields.DOSE_UNIT: "um",
            fields.TIME: np.array(conditions)[condition, 1],
            fields.TIME_UNIT: "h",
            "batch": compounds.batch[row],
            "row": row,
            fields.PERT_TYPE: fields.COMPOUND_PERT_TYPE,
        }
    )
    signatures[fields.SIG_ID] = [
        f"DEMO{s.batch:02d}_{s.cell_id}_{s.pert_time:.0f}H:{s.pert_id}:{s.pert_dose:g}"
        for s in signatures.itertuples()
    ]
    signatures = signatures.sort_values(compendium.ROW_ORDER, ignore_index=True)
    return signatures.drop(columns=["batch", "row"]), signatures["row"].to_numpy()


def _first(values: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Mark the `count` smallest values of each row; on ties, the first ones.

    values: (n, m). count: (n,). Returns (n, m).
    """
    order = values.argsort(axis=1, kind="stable")
    return order.argsort(axis=1, kind="stable") < count[:, None]


def simulate_cell(
    cell: int,
    signatures: pd.DataFrame,
    row: np.ndarray,
    compounds: Compounds,
    programs: Programs,
    local: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulate the signatures of compounds in one cell line.

    cell: index into `CELLS`. row: (n,) rows of `compounds`. local: of `cell_programs`.
    Returns z-scores (n, 978) float32, TAS (n,) and correlation of replicates (n,).
    """
    dose = signatures[fields.DOSE].to_numpy()
    late = signatures[fields.TIME].to_numpy() > TIMES[0]
    pace = np.where(late, 1.0, 0.75)
    reached = pace * dose / (dose + compounds.half_dose[row])
    response = on_grid(compounds.response[row] * programs.sensitivity[:, cell] * reached[:, None])
    off_reached = pace * dose / (dose + compounds.off_half_dose[row])
    off_target = compounds.off_target[row] * off_reached
    signal = signal_of(response, off_target, late, row, programs, local, rng)
    return measured(signal, compounds.batch[row] * len(TIMES) + late, programs.modules, rng)
