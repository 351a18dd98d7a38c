"""How a search scores and tests compounds, in the words of a report."""

from gpar_core.search.scores import SCORES, SPACE
from gpar_core.search.significance import n_random_of

REVIEWED = (
    "Scores that compare a query with signatures are reviewed by Samart et al. 2021 "
    "(doi:10.1093/bib/bbab161)."
)


def how_scored(name: str) -> str:
    """The score, and how signatures are summarized by compound. name: a key of `SCORES`."""
    score = SCORES[name]
    reference = f" ({score.reference})" if score.reference else ""
    pooled = (
        "Signatures of a compound are pooled before they are compared, by cell line and over all."
        if name == SPACE
        else "The score of a signature is divided by the mean of those of its sign in the same "
        "cell line. The connectivity of a compound in a cell line is the 67th or the 33rd "
        "percentile of its signatures there, whichever is farther from 0; that of a compound is "
        "the same percentile over its cell lines "
        "(Subramanian et al. 2017, doi:10.1016/j.cell.2017.10.049)."
    )
    return f"Score: {score.label}, {score.about}{reference}. {pooled}"


def how_tested(name: str) -> str:
    """What p and FDR are. name: a key of `SCORES`."""
    return (
        f"p-values: {n_random_of(name)} random queries, in which as many other genes "
        "replace those of the query, are scored in the same way. Each compound's score is "
        "standardized by its scores for the random queries, and compared with the standardized "
        "random scores of all compounds, two-sided. FDR: Benjamini-Hochberg over all compounds. "
        "Genes change together in real queries, so both are optimistic."
    )
