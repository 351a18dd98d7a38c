"""Every outward link, built and escaped in one place. Nothing is fetched; the user clicks."""

from urllib.parse import quote

ENRICHR = "https://maayanlab.cloud/Enrichr/"
"""Takes a pasted list of gene symbols, one a line."""


def pubchem(name: str, *, cid: str = "", inchi_key: str = "") -> str:
    """PubChem page of a compound: by CID, else by InChIKey, else a search for the name."""
    if cid.isascii() and cid.isdigit():
        return f"https://pubchem.ncbi.nlm.nih.gov/compound/{cid}"
    return f"https://pubchem.ncbi.nlm.nih.gov/compound/{quote(inchi_key or name, safe='')}"


def ilincs(name: str) -> str:
    """iLINCS' chemical perturbagen signatures (library LIB_5) that match the name or a synonym."""
    return (
        "https://www.ilincs.org/api/SignatureMeta/findTermWithSynonyms"
        f"?term={quote(name, safe='')}&library=LIB_5"
    )


def chembl(name: str, *, inchi_key: str = "") -> str:
    """ChEMBL's search for a compound, by InChIKey where there is one."""
    wanted = quote(inchi_key or name, safe="")
    return f"https://www.ebi.ac.uk/chembl/g/#search_results/all/query={wanted}"


def ncbi_gene(entrez_id: int) -> str:
    """NCBI's page of a gene."""
    return f"https://www.ncbi.nlm.nih.gov/gene/{int(entrez_id)}"


def clue(name: str) -> str:
    """CLUE's page of a compound."""
    return f"https://clue.io/command?q={quote(name, safe='')}"
