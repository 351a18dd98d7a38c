"""What a search says about hits beyond their connectivity: tau, p by theory, and sRGES."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gpar_core.data.compendium import Compendium
from gpar_core.progress import Report, Tables, silent
from gpar_core.search.connectivity import normalized
from gpar_core.search.list_null import TERMS, signature_p
from gpar_core.search.query import Query
from gpar_core.search.reference import known_reference
from gpar_core.search.scores import SPACE
from gpar_core.search.srges import reversal
from gpar_core.search.tau import reference_p, standing, tau

if TYPE_CHECKING:
    from gpar_core.search.search import Connectivity

Compare = Callable[[Sequence[Query], Report], "Connectivity"]


@dataclass(frozen=True, eq=False)
class Details:
    """Columns by name, each (n,), (m,) or (d,) as in `search.Connectivity`; and tables."""

    signatures: Mapping[str, np.ndarray] = field(default_factory=dict)
    cells: Mapping[str, np.ndarray] = field(default_factory=dict)
    compounds: Mapping[str, np.ndarray] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)


def details(
    compendium: Compendium,
    query: Query,
    score: str,
    found: "Connectivity",
    compare: Compare,
    *,
    threads: int = 1,
    report: Report = silent,
) -> Details:
    """tau and p_reference; p of signatures for a score of `list_null.TERMS` and a query of lists;
    rges, srges and the table adjustments for a query of lists.

    found: the answer to the query. compare: answers others by the same score. report: may raise to
    stop.
    """

    def answers(queries: Sequence[Query], now: Report) -> tuple[np.ndarray, np.ndarray]:
        return _ncs(compare(queries, now), score)

    reference = known_reference(
        compendium, score, answers, found.drugs, found.drug_of, report=report
    )
    own = np.concatenate([each[:, 0] for each in _ncs(found, score)])
    among = standing(own, reference.blocks(report))
    in_line, of_drug = np.split(tau(own, among), [len(found.drug_of)])
    cells = {"tau": in_line}
    compounds = {"tau": of_drug, "p_reference": reference_p(among)[len(found.drug_of) :]}
    if query.profile is not None:
        return Details(cells=cells, compounds=compounds)
    signatures = {}
    if score in TERMS:
        signatures["p"] = signature_p(compendium, query, score, report=report)
    reversed_ = reversal(
        compendium, query, found.line_of, found.drug_of, threads=threads, report=report
    )
    signatures["rges"], compounds["srges"] = reversed_.signature, reversed_.drug
    return Details(signatures, cells, compounds, {"adjustments": reversed_.adjustments})


def _ncs(found: "Connectivity", score: str) -> tuple[np.ndarray, np.ndarray]:
    """Scores of compounds in one line, and of compounds, that compare between queries.

    In GPAR's space cosines grow with the number of genes of a query; they are divided by the mean
    of their sign. Other scores are, in each cell line, already.
    """
    if score != SPACE:
        return found.line, found.drug
    line, drug = (normalized(each, np.zeros(len(each), int)) for each in (found.line, found.drug))
    return line, drug
