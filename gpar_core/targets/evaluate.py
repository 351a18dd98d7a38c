"""How often is a known target among the first genes? Each line of evidence, and plain baselines."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from gpar_core.compare.gsea import enrichment_matrix, ranked_lists
from gpar_core.data.compendium import Compendium
from gpar_core.errors import RequestError
from gpar_core.learn.metrics import N_RESAMPLES, resample
from gpar_core.progress import Progress, Report, Tables, silent
from gpar_core.rank.neighbors import unit
from gpar_core.targets.evidence import LINES
from gpar_core.targets.fitting import LibraryOf, fit_combination, no_library, weights_table
from gpar_core.targets.genetic import SIGN, genes_of
from gpar_core.targets.known_targets import KnownTargets, known_targets
from gpar_core.targets.line_similarity import compound_queries, line_means

OTHER: Final = "other"
N_LISTS: Final = 5
"""Lists of other compounds that each molecule gets."""
FIRST: Final = (10, 50)
"""Lengths of the list that a user reads."""
EDGES: Final = (0.003, 0.01, 0.03, 0.1, 0.3)
"""Limits of the bins of probabilities, as in `learn.calibration`."""
METHODS: Final[Mapping[str, str]] = {
    "combined": "Combined",
    "genetic": "All genetic lines",
    **LINES,
    "cosine": "Cosine alone",
    "gsea": "GSEA",
    OTHER: "Another compound's list",
    "popular": "Most targeted genes",
    "chance": "Chance",
}
"""What is compared, and its name on screen."""
ABOUT: Final[Mapping[str, str]] = {
    "cosine": "Cosine alone: of mean signatures, without centering or cell lines.",
    "gsea": "GSEA: the most changed genes of a knock-down as a set in the compound's signature.",
    OTHER: "Another compound's list: each compound gets the list of another one, drawn at "
    "random. What that finds is no evidence on the compound: some genes are targets of many drugs.",
    "popular": "Most targeted genes: by the number of other compounds that target them, without "
    "any signature.",
}
"""How the methods that are no line of evidence rank, in words."""


def evaluate_targets(
    compendium: Compendium,
    library_of: LibraryOf = no_library,
    *,
    seed: int = 0,
    report: Report = silent,
) -> Tables:
    """Rank the genes for each compound with known targets, without using those, and count hits.

    The genes are those with a knock-down or knock-out (those on which there is any evidence,
    without such signatures); the molecules those with a known target among them. Tables:

    methods: method (of `METHODS`), first (10 or 50), share of molecules with a known target among
        the first, low and high (95% interval, resampling molecules), n_molecules.
    molecules: drug, n_targets, method, first_10, first_50: whether a known target is among them;
        a fraction if ties decide.
    reliability: of the cross-fitted probabilities, as `learn.calibration.reliability`.
    weights: `fitting.weights_table`.
    scope: n_molecules, n_genes, n_targets (known pairs), base_rate.

    Raises RequestError where nothing is known or nothing can be ranked.
    """
    known = known_targets(compendium)
    fit = fit_combination(compendium, known, library_of, seed=seed, report=report)
    if fit is None:
        raise RequestError(
            f"No compound of '{compendium.name}' has a known target. Import it with a table that "
            "has a column 'target', such as LINCS2020's compoundinfo or the Repurposing Hub's "
            "drugs."
        )
    evidence, loss = fit.evidence, _loss(compendium)
    genes = evidence.genes if loss is None else genes_with_signature(loss)
    columns = evidence.genes.get_indexer(genes)
    usable = np.flatnonzero(fit.known[:, columns].any(axis=1))
    if not len(usable):
        raise RequestError(
            f"No known target of a compound of '{compendium.name}' is among the {len(genes):,} "
            "genes that can be ranked. Import more genetic perturbagens."
        )
    report(Progress("Evaluation", 0, 2, f"{len(usable):,} molecules, {len(genes):,} genes"))
    names = [evidence.queries[row] for row in usable]
    place = np.ix_(usable, columns)
    is_known = fit.known[place]
    scores = {name: values[place] for name, values in evidence.lines.items()}
    if evidence.genetic is not None:
        scores["genetic"] = evidence.genetic[place]
    if loss is not None:
        scores |= baselines(compendium, loss, names, genes)
    tables: dict[str, pd.DataFrame] = {}
    if fit.combination is not None:
        lines = {name: values[usable] for name, values in evidence.lines.items()}
        probability = fit.combination.probability(lines, names)
        scores["combined"] = probability[:, columns]
        tables["reliability"] = reliability(probability, fit.known[usable])
        tables["weights"] = weights_table(fit.combination)
    report(Progress("Evaluation", 1, 2, "Hits and intervals"))
    scores["popular"] = _popular(known, names, genes)
    scores["chance"] = np.zeros(is_known.shape)
    hits = {name: _hits(scores[name], is_known, names, name) for name in scores}
    if "combined" in scores and len(names) > 1:
        hits[OTHER] = hits_of_others(scores["combined"], is_known, names, seed=seed)
    molecules = pd.concat([hits[name] for name in METHODS if name in hits], ignore_index=True)
    scope = {
        "n_molecules": len(usable),
        "n_genes": len(genes),
        "n_targets": int(is_known.sum()),
        "base_rate": float(is_known.mean()),
    }
    return {
        "methods": summary(molecules, seed=seed),
        "molecules": molecules,
        **tables,
        "scope": pd.DataFrame([scope]),
    }


def hit_probability(score: np.ndarray, is_target: np.ndarray, k: int) -> float:
    """The chance that a target is among the first k genes, ties in random order.

    score: (g,), NaN counts as lowest. is_target: (g,) bool. Genes above the k-th are certain; r
    places are left for the m genes that tie with it, t of them targets:
    1 - C(m - t, r) / C(m, r), hypergeometric. With all scores equal it is the chance level.
    """
    from scipy.stats import hypergeom  # noqa: PLC0415 -- pages start without it

    score = np.where(np.isnan(score), -np.inf, score)
    if len(score) <= k:
        return float(is_target.any())
    limit = np.partition(score, len(score) - k)[len(score) - k]
    above, tied = score > limit, score == limit
    if is_target[above].any():
        return 1.0
    t, m = int(is_target[tied].sum()), int(tied.sum())
    return float(1 - hypergeom.pmf(0, m, t, k - int(above.sum())))


def hits_of_others(
    scores: np.ndarray, known: np.ndarray, drugs: list[str], *, seed: int
) -> pd.DataFrame:
    """The hits of each molecule in the lists of other ones: what a list finds for any compound.

    scores: (n, g). known: (n, g) bool. Each molecule gets the lists of `N_LISTS` others, or of all
    if there are fewer; its hits are their mean. Returns the columns of the table molecules.
    """
    order = np.random.default_rng([seed, 0x7A29]).permutation(len(scores))
    found = []
    for shift in range(1, min(N_LISTS, len(scores) - 1) + 1):
        given = np.empty_like(scores)
        given[order] = scores[np.roll(order, shift)]
        found.append(_hits(given, known, drugs, OTHER))
    columns = [f"first_{k}" for k in FIRST]
    mean = np.mean([each[columns].to_numpy(float) for each in found], axis=0)
    return found[0].assign(**dict(zip(columns, mean.T, strict=True)))


def summary(molecules: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """The table methods of `evaluate_targets`; molecules: its table."""
    n = molecules["drug"].nunique()
    drawn = resample(n, N_RESAMPLES, np.random.default_rng([seed, 0x7A28])) / n
    rows = []
    for method, of in molecules.groupby("method", sort=False):
        for k in FIRST:
            hits = of[f"first_{k}"].to_numpy()
            low, high = np.percentile(drawn @ hits, [2.5, 97.5])
            rows.append((method, k, hits.mean(), low, high, n))
    columns = ["method", "first", "share", "low", "high", "n_molecules"]
    return pd.DataFrame(rows, columns=columns)


def reliability(probability: np.ndarray, known: np.ndarray) -> pd.DataFrame:
    """Whether probabilities come true: one row per non-empty bin, rising.

    probability: (n, g) of models that did not see the molecule, NaN without evidence. known: (n, g)
    bool. Returns predicted (mean), observed (share of known targets), low and high (95%, Wilson
    1927), n and n_positive. Cases of one molecule are not independent: the interval is optimistic.
    """
    from scipy.stats import binomtest  # noqa: PLC0415 -- pages start without it

    some = np.isfinite(probability)
    p, hit = probability[some], known[some]
    bins = np.digitize(p, EDGES)
    rows = []
    for number in np.unique(bins):
        of = bins == number
        n, n_positive = int(of.sum()), int(hit[of].sum())
        interval = binomtest(n_positive, n).proportion_ci(method="wilson")
        rows.append((p[of].mean(), n_positive / n, interval.low, interval.high, n, n_positive))
    columns = ["predicted", "observed", "low", "high", "n", "n_positive"]
    return pd.DataFrame(rows, columns=columns)


def baselines(
    compendium: Compendium, loss: Compendium, drugs: list[str], genes: pd.Index
) -> dict[str, np.ndarray]:
    """(n, g) scores without centering, cell lines or fitting, by method.

    cosine: of the mean signatures of a compound and of a gene's loss. gsea: enrichment of the most
    changed genes of the loss in the compound's mean signature (`compare.gsea`).
    """
    mean = compound_queries(compendium, drugs).mean
    _, code = genes_of(loss)
    total = np.zeros((len(genes), mean.shape[1]))
    count = np.zeros(len(genes), np.int64)
    for _, _, codes, of_line in line_means(loss, code):
        total[codes] += of_line
        count[codes] += 1
    of_genes = (total / count[:, None]).astype(np.float32)
    es = enrichment_matrix(ranked_lists(of_genes), ranked_lists(mean))
    return {"cosine": unit(mean) @ unit(of_genes).T, "gsea": es.T}


def _popular(known: KnownTargets, drugs: list[str], genes: pd.Index) -> np.ndarray:
    """(n, g) how many other molecules have each target: what a ranking without the compound's
    signatures achieves."""
    every = known.among(known.drugs, genes).sum(axis=0)
    return every - known.among(pd.Index(drugs), genes).astype(float)


def genes_with_signature(genetic: Compendium) -> pd.Index:
    """The genes with a genetic signature, sorted."""
    return genes_of(genetic)[0]


def _loss(compendium: Compendium) -> Compendium | None:
    """Knock-downs and knock-outs, None without any."""
    kinds = [kind for kind, sign in SIGN.items() if sign > 0 and kind in compendium.stored_kinds]
    return compendium.of_kinds(kinds) if kinds else None


def _hits(scores: np.ndarray, known: np.ndarray, drugs: list[str], method: str) -> pd.DataFrame:
    found = {
        f"first_{k}": [hit_probability(s, t, k) for s, t in zip(scores, known, strict=True)]
        for k in FIRST
    }
    return pd.DataFrame({"drug": drugs, "n_targets": known.sum(axis=1), "method": method, **found})
