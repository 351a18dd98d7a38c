"""A compendium as files of other tools."""

from gpar_core.data.compendium import Compendium
from pages._shared.downloads import download_menu
from pages._shared.signature_files import signature_files


def download_signatures(compendium: Compendium) -> None:
    """Draw the download menu of the signatures of all perturbagens."""
    n = compendium.of_kinds(compendium.stored_kinds).n_signatures
    download_menu(
        "Download signatures",
        signature_files(compendium.name, n),
        "signatures",
        compendium.name,
        simulated=compendium.simulated,
    )
