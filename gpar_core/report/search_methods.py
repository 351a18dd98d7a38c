"""How a search scores and tests compounds, in the words of a report."""

from gpar_core.data.kind_names import plural
from gpar_core.fields import COMPOUND_PERT_TYPE, PERT_TYPES
from gpar_core.search.scores import SCORES, SPACE
from gpar_core.search.significance import n_random_of

REVIEWED = (
    "Scores that compare a query with signatures are reviewed by Samart et al. 2021 "
    "(doi:10.1093/bib/bbab161)."
)


def how_scored(name: str, kind: str = COMPOUND_PERT_TYPE) -> str:
    """The score, and how signatures are summarized by compound.

    name: a key of `SCORES`. kind: of the perturbagens that are searched.
    """
    score, noun = SCORES[name], PERT_TYPES[kind]
    reference = f" ({score.reference})" if score.reference else ""
    pooled = (
        f"Signatures of one {noun} are pooled before they are compared, by cell line and over all."
        if name == SPACE
        else "The score of a signature is divided by the mean of those of its sign in the same "
        f"cell line. The connectivity of one {noun} in a cell line is the 67th or the 33rd "
        f"percentile of its signatures there, whichever is farther from 0; that of the {noun} is "
        "the same percentile over its cell lines "
        "(Subramanian et al. 2017, doi:10.1016/j.cell.2017.10.049)."
    )
    return f"Score: {score.label}, {score.about}{reference}. {pooled}"


def how_tested(name: str, kind: str = COMPOUND_PERT_TYPE) -> str:
    """What p and FDR are. name: a key of `SCORES`. kind: of the perturbagens that are searched."""
    noun, nouns = PERT_TYPES[kind], plural(kind)
    return (
        f"p-values: {n_random_of(name)} random queries, in which as many other genes "
        f"replace those of the query, are scored in the same way. Each {noun}'s score is "
        "standardized by its scores for the random queries, and compared with the standardized "
        f"random scores of all {nouns}, two-sided. FDR: Benjamini-Hochberg over all {nouns}. "
        "Genes change together in real queries, so both are optimistic."
    )
