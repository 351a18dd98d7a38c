"""Every outward link, built and escaped in one place. Nothing is fetched; the user clicks."""

import re
from urllib.parse import quote

ENRICHR = "https://maayanlab.cloud/Enrichr/"
"""Takes a pasted list of gene symbols, one per line."""


def pubchem(name: str, *, cid: str = "", inchi_key: str = "") -> str:
    """PubChem page of a compound: by CID, else by InChIKey, else a search for the name."""
    if cid.isascii() and cid.isdigit():
        return f"https://pubchem.ncbi.nlm.nih.gov/compound/{cid}"
    return f"https://pubchem.ncbi.nlm.nih.gov/compound/{quote(inchi_key or name, safe='')}"


def ilincs(name: str, pert_id: str = "") -> str:
    """iLINCS' page of a compound by its LSM id, else its search for L1000 signatures of a name.

    Both addresses are those used in public code and notebooks (LDG-1188 is the L1000 data set);
    neither could be tested during development.
    """
    if re.fullmatch(r"LSM-[0-9]+", pert_id):
        return f"http://www.ilincs.org/ilincs/perturbagen/compound/{pert_id}"
    # Dots alone would lead to the parent path.
    escaped = quote(name, safe="").replace(".", "%2E")
    return f"http://www.ilincs.org/ilincs/signaturesL1000/LDG-1188/search/{escaped}/"


def chembl(name: str, *, inchi_key: str = "") -> str:
    """ChEMBL's search for a compound, by InChIKey if there is one."""
    wanted = quote(inchi_key or name, safe="")
    return f"https://www.ebi.ac.uk/chembl/g/#search_results/all/query={wanted}"


def ncbi_gene(entrez_id: int) -> str:
    """NCBI's page of a gene."""
    return f"https://www.ncbi.nlm.nih.gov/gene/{int(entrez_id)}"


def clue(name: str) -> str:
    """CLUE's page of a compound."""
    return f"https://clue.io/command?q={quote(name, safe='')}"
