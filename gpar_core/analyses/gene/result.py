"""All tables about one gene, for the command line and for Python."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.analyses import result as analyses
from gpar_core.analyses.gene.distribution import described, place_by_spread
from gpar_core.analyses.gene.identity import find_gene
from gpar_core.analyses.gene.movers import classes, movers
from gpar_core.analyses.gene.relations import in_models, perturbations, targeting
from gpar_core.analyses.gene.values import spread, z_scores
from gpar_core.analyses.genes.request import GeneImportanceRequest
from gpar_core.analyses.result import Analysis
from gpar_core.data.compendium import Compendium
from gpar_core.errors import DataError, NotFoundError
from gpar_core.progress import Report, Tables, silent
from gpar_core.storage.cache import Cache


def gene_tables(
    compendium: Compendium,
    name: str,
    importance: Iterable[Analysis] = (),
    *,
    report: Report = silent,
) -> Tables:
    """What moves a gene, and what else is known about it.

    name: symbol (old or new), Entrez id or Ensembl id. importance: as for `relations.in_models`.
    report: may raise to stop. Raises NotFoundError for a gene that the compendium does not know.

    Returns by name
    gene: one row: symbol, current_symbol, entrez_id, ensembl_id, measured and, if it is, sd (of its
        z-scores) and sd_rank (1 for the landmark gene that varies most).
    movers: as from `movers.movers`, of all kinds, with kind in words.
    moas: as from `movers.classes`.
    kinds, cell_lines: as from `distribution.described`, by kind and by cell_id of compounds.
    targeted_by, perturbations, models: as from `relations`.
    Of a gene that is not measured, only gene, targeted_by and perturbations.
    """
    gene = find_gene(compendium, name)
    about: dict[str, object] = {
        "symbol": gene.symbol,
        "current_symbol": gene.current_symbol,
        "entrez_id": gene.entrez_id,
        "ensembl_id": gene.ensembl_id,
        "measured": gene.is_measured,
    }
    if not gene.is_measured:
        return {
            "gene": pd.DataFrame([about]),
            "targeted_by": targeting(compendium, gene, None),
            "perturbations": perturbations(compendium.genetic, gene, {}),
        }
    z, moved = {}, {}
    for kind in compendium.stored_kinds:
        view = compendium.of_kinds([kind])
        z[kind] = z_scores(view, gene.place, report=report)
        moved[kind] = movers(view, z[kind])
    (shown, *_) = compendium.kinds
    shown_alone = compendium.of_kinds([shown])
    every_spread = spread(shown_alone, report=report)
    about |= {
        "sd": every_spread[gene.place],
        "sd_rank": place_by_spread(every_spread, gene.place),
    }
    genetic = {kind: table for kind, table in moved.items() if kind in fields.GENETIC}
    words = np.concatenate(
        [np.full(len(each), fields.PERT_TYPES[kind], object) for kind, each in z.items()]
    )
    return {
        "gene": pd.DataFrame([about]),
        "movers": with_kinds(moved),
        "moas": classes(moved[shown], shown_alone.compound_moas),
        "kinds": described(np.concatenate(list(z.values())), words, "kind"),
        "cell_lines": described(
            z[shown], shown_alone.signatures[fields.CELL_ID].to_numpy(), fields.CELL_ID
        ),
        "targeted_by": targeting(shown_alone, gene, moved[shown]),
        "perturbations": perturbations(compendium.genetic, gene, genetic),
        "models": in_models(importance, gene),
    }


def with_kinds(moved: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Movers of several kinds in one table, with kind in words."""
    parts = [each.assign(kind=fields.PERT_TYPES[kind]) for kind, each in moved.items()]
    return pd.concat(parts, ignore_index=True)


def found_importance(cache: Cache, compendium: Compendium) -> list[Analysis]:
    """The readable results of which genes the compendium's models use."""
    found = []
    for analysis_id in cache.analysis_ids():
        try:
            folder = cache.existing_analysis(analysis_id)
            request = analyses.load(folder, tables=False).request
            if (
                isinstance(request, GeneImportanceRequest)
                and request.fingerprint == compendium.fingerprint
            ):
                found.append(analyses.load(folder))
        except (NotFoundError, DataError):
            continue
    return found
