"""Texts shared by all reports, and numbers as text."""

import pandas as pd

from gpar_core import __version__
from gpar_core.report.document import Origin, Section

CITE = (
    "Gao S, Han L, Luo D, Liu G, Xiao Z, Shan G, Zhang Y, Zhou W. Modeling drug mechanism of "
    "action with large scale gene-expression profiles using GPAR, an artificial intelligence "
    "platform. BMC Bioinformatics 2021;22:17. doi:10.1186/s12859-020-03915-6",
    "Subramanian A, Narayan R, Corsello SM, et al. A next generation connectivity map: L1000 "
    "platform and the first 1,000,000 profiles. Cell 2017;171:1437-1452. "
    "doi:10.1016/j.cell.2017.10.049",
)


def reproduction(origin: Origin) -> Section:
    """How to reproduce the result and check that it is the same."""
    facts = {
        "Result": origin.result_id,
        "Compendium": origin.compendium + (" (simulated)" if origin.simulated else ""),
        "Fingerprint of the compendium": origin.fingerprint,
        "Seed": str(origin.seed),
        "Computed": origin.created_at,
        "Versions": ", ".join(f"{name} {number}" for name, number in origin.versions.items()),
        "Digest of the result": origin.outcome.digest,
    }
    if not origin.request:
        said = (
            "This result comes from uploaded profiles or from another version of the method, so "
            "it cannot be run again from this report."
        )
        return Section("To reproduce this", (said,), facts)
    said = (
        "The same request on the same compendium with the same seed and versions gives the same "
        "result: to nine digits on the same kind of processor, within a stated tolerance on "
        "another. Run 'python -m gpar_core reproduce' with this file to repeat the analysis and "
        "compare the results, or use the command below to start from the beginning."
    )
    return Section("To reproduce this", (said,), facts, command=origin.command)


def citation(origin: Origin) -> Section:
    """The citation, and a note about the data."""
    data = (
        "The data are SIMULATED: no laboratory measured them. Nothing here says anything about a "
        "real drug, so do not publish it."
        if origin.simulated
        else "Cite the source of the compendium too, with its accession number."
    )
    version = origin.versions.get("gpar", __version__)
    return Section("How to cite", (f"Computed with GPAR {version}. Cite:", *CITE, data))


def number(value: float, digits: int = 3) -> str:
    """A number as text, or a dash if it is missing."""
    return "—" if pd.isna(value) else f"{value:.{digits}f}"


def small(value: float) -> str:
    """A p-value as text."""
    return "—" if pd.isna(value) else f"{value:.2g}"
