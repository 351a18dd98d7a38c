"""Plan an evaluation of search scores, ready to be queued."""

from collections.abc import Iterable

from gpar_core import fields
from gpar_core.analyses.search_evaluation.request import SearchEvaluationRequest
from gpar_core.data.class_names import MOA, MOAS, NOUNS, TARGET
from gpar_core.data.class_tables import class_table
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import moa_key, why_without
from gpar_core.errors import RequestError
from gpar_core.search.scores import SCORES

LENGTHS = (10, 25, 50, 100, 250)
MAX_LENGTH = fields.N_LANDMARKS // 2
NOISE = (0.0, 1.0)
MAX_NOISE = 10.0
MAX_SETTINGS = 10
"""Maximum number of lengths, and of levels of noise."""


def plan_search_evaluation(
    compendium: Compendium,
    *,
    scores: Iterable[str] = (),
    genes: Iterable[int] = LENGTHS,
    noise: Iterable[float] = NOISE,
    queries: Compendium | None = None,
    among: str = MOAS,
    seed: int = 0,
) -> SearchEvaluationRequest:
    """The request to compare search scores.

    scores: none for all. queries: another compendium, None for the compendium's own compounds.
    Other arguments as in the request. Raises RequestError.
    """
    chosen = list(scores) or list(SCORES)
    if unknown := [name for name in chosen if name not in SCORES]:
        raise RequestError(f"There is no score '{unknown[0][:20]}'. Use {', '.join(SCORES)}.")
    lengths, levels = sorted(set(genes)), sorted({float(level) for level in noise})
    for what, values, most in (("length", lengths, MAX_LENGTH), ("noise", levels, MAX_NOISE)):
        least = 1 if what == "length" else 0
        if not 1 <= len(values) <= MAX_SETTINGS:
            raise RequestError(
                f"{len(values)} values of {what} were chosen. Choose 1 to {MAX_SETTINGS}."
            )
        if wrong := [value for value in values if not least <= value <= most]:
            raise RequestError(
                f"{wrong[0]:g} is not a possible {what}. Choose values from {least} to {most:g}."
            )
    if queries is not None and queries.name == compendium.name:
        queries = None
    _check_classes(compendium, queries, among)
    return SearchEvaluationRequest(
        compendium.name,
        compendium.fingerprint,
        tuple(name for name in SCORES if name in chosen),
        tuple(lengths),
        tuple(levels),
        queries=queries.name if queries else "",
        queries_fingerprint=queries.fingerprint if queries else "",
        seed=seed,
        among=among,
    )


def classes_to_retrieve(
    compendium: Compendium, queries: Compendium | None, among: str = MOAS
) -> list[str]:
    """Classes of two drugs or more; or, with queries from outside, those that both compendia have.

    among: 'moas', 'targets' or 'all'. Raises RequestError for another choice.
    """
    table = class_table(compendium, among)
    if queries is None:
        return table.loc[table["n_drugs"] >= 2, fields.MOA].tolist()
    theirs = set(class_table(queries, among)[fields.MOA].map(moa_key))
    return [moa for moa in table[fields.MOA] if moa_key(moa) in theirs]


def _check_classes(compendium: Compendium, queries: Compendium | None, among: str) -> None:
    if classes_to_retrieve(compendium, queries, among):
        return
    noun = NOUNS[among]
    if noun is TARGET and compendium.targets.empty:
        raise RequestError(why_without(compendium, noun))
    if queries is None:
        table = "MOA table" if noun is MOA else f"table of {noun.many}"
        raise RequestError(
            f"No two drugs of '{compendium.name}' share a {noun.one}, so there is nothing to "
            f"retrieve. Import it with a {table}."
        )
    raise RequestError(
        f"'{queries.name}' and '{compendium.name}' have no {noun.one} in common. Choose queries "
        f"whose {noun.many} are named alike."
    )
