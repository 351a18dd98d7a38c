"""Plan a target prediction or its evaluation, ready to be queued."""

from gpar_core import fields
from gpar_core.analyses.library.result import Library
from gpar_core.analyses.target_prediction.library_evidence import target_entries
from gpar_core.analyses.target_prediction.request import TargetEvaluationRequest, TargetRequest
from gpar_core.data.compendium import Compendium
from gpar_core.data.profile_tables import cleaned
from gpar_core.data.profiles import Profiles, profiles_id
from gpar_core.data.training_set import drug_name, known_drugs
from gpar_core.errors import RequestError, check_seed

MAX_NAME = 80
MAX_QUERIES = 100
"""Drugs of one upload: each has a ranking of all genes."""
NO_GENETIC = (
    "The compendium has no knock-downs, knock-outs or over-expressions. To get them, run "
    "`python -m gpar_core fetch lincs2020 --pert-types "
    f"{' '.join((fields.COMPOUND_PERT_TYPE, *fields.GENETIC))}` and import what it downloads."
)
NO_TARGETS = (
    "No compound has a known target, so there are neither nearest drugs with targets nor "
    "probabilities. Import the compendium with a table that has a column 'target': LINCS2020's "
    "compoundinfo, the Repurposing Hub's drugs, or your own with compound names and gene symbols."
)
NO_LIBRARY = (
    "There are no models of targets. Build a library of the compendium's targets on the Library "
    "page to add their evidence."
)


def missing_evidence(compendium: Compendium, library: Library | None) -> tuple[str, ...]:
    """What the compendium lacks for a target prediction, and how to get it."""
    return (
        *((NO_GENETIC,) if compendium.genetic is None else ()),
        *((NO_TARGETS,) if compendium.targets.empty else ()),
        *((NO_LIBRARY,) if library is None and not compendium.targets.empty else ()),
    )


def plan_target_prediction(
    compendium: Compendium,
    *,
    compound: str = "",
    profiles: Profiles | None = None,
    name: str = "",
    library: Library | None = None,
) -> TargetRequest:
    """The request to rank genes as targets of a compound or of uploaded profiles.

    compound: name or pert_id. profiles: to be published with `data.uploads.publish_profiles`; name:
    theirs on screen. library: from `library_evidence.library_of_targets`. Raises NotFoundError, or
    RequestError if the compendium has no evidence.
    """
    if (compound != "") == (profiles is not None):
        raise RequestError("Give a compound or profiles, not both.")
    if compendium.genetic is None and compendium.targets.empty:
        raise RequestError(f"Nothing is known of any target. {NO_GENETIC} {NO_TARGETS}")
    of, models = _models(library)
    if profiles is not None:
        if len(set(profiles.drug)) > MAX_QUERIES:
            raise RequestError(
                f"The file has profiles of {len(set(profiles.drug)):,} drugs. Give at most "
                f"{MAX_QUERIES} at a time."
            )
        shown = cleaned(name)[:MAX_NAME] or profiles.names[0]
        return TargetRequest(
            compendium.name,
            compendium.fingerprint,
            shown,
            profiles=profiles_id(profiles),
            library=of,
            models=models,
        )
    (drug,) = known_drugs(compendium, [compound])
    shown = drug_name(compendium, drug)
    return TargetRequest(
        compendium.name,
        compendium.fingerprint,
        shown,
        compound=drug,
        library=of,
        models=models,
    )


def plan_target_evaluation(
    compendium: Compendium, *, library: Library | None = None, seed: int = 0
) -> TargetEvaluationRequest:
    """The request to count how often known targets are found. Raises RequestError."""
    check_seed(seed)
    if compendium.targets.empty:
        raise RequestError(NO_TARGETS)
    of, models = _models(library)
    return TargetEvaluationRequest(compendium.name, compendium.fingerprint, of, models, seed)


def _models(library: Library | None) -> tuple[str, tuple[str, ...]]:
    if library is None:
        return "", ()
    return library.library_id, tuple(sorted(entry.model_id for entry in target_entries(library)))
