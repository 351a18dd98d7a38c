"""Every outward link, built and escaped in one place. Nothing is fetched; the user clicks."""

import re
from urllib.parse import quote

ENRICHR = "https://maayanlab.cloud/Enrichr/"
"""Takes a pasted list of gene symbols, one per line."""


INVENTED = re.compile(r"SIM-[0-9]{4}")
"""Names of compounds that the demo invents, which no site knows."""


def drug_pages(
    name: str, *, pert_id: str = "", cid: str = "", inchi_key: str = ""
) -> dict[str, str]:
    """Pages of a compound by the name of their site; none of an invented one."""
    if INVENTED.fullmatch(name):
        return {}
    return {
        "PubChem": pubchem(name, cid=cid, inchi_key=inchi_key),
        "iLINCS": ilincs(name, pert_id),
        "CLUE": clue(name),
        "ChEMBL": chembl(name, inchi_key=inchi_key),
    }


def pubchem(name: str, *, cid: str = "", inchi_key: str = "") -> str:
    """PubChem page of a compound: by CID, else by InChIKey, else a search for the name.

    '' for an invented one.
    """
    if INVENTED.fullmatch(name):
        return ""
    if cid.isascii() and cid.isdigit():
        return f"https://pubchem.ncbi.nlm.nih.gov/compound/{cid}"
    return f"https://pubchem.ncbi.nlm.nih.gov/compound/{quote(inchi_key or name, safe='')}"


def ilincs(name: str, pert_id: str = "") -> str:
    """iLINCS' page of a compound by its LSM id, else its search for L1000 signatures of a name.

    LDG-1188 is iLINCS' number of the L1000 data set: L1000FWD links to
    'ilincs/signaturesL1000/LDG-1188', and public readers of iLINCS' GCT files to its '/search/',
    which a name follows. Pages by LSM id are linked in public notebooks of LINCS. Neither could be
    opened during development. '' for an invented compound.
    """
    if INVENTED.fullmatch(name):
        return ""
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


def gene_pages(symbol: str, *, entrez_id: str = "", ensembl_id: str = "") -> dict[str, str]:
    """Pages of a human gene by the name of their site: by id where it is known, else a search."""
    name = quote(symbol, safe="")
    by_ensembl = quote(ensembl_id, safe="")
    return {
        "NCBI Gene": ncbi_gene(int(entrez_id))
        if entrez_id
        else f"https://www.ncbi.nlm.nih.gov/gene/?term={name}%5Bsym%5D+AND+human%5Borgn%5D",
        "Ensembl": f"https://www.ensembl.org/Homo_sapiens/Gene/Summary?g={by_ensembl or name}",
        "GeneCards": f"https://www.genecards.org/cgi-bin/carddisp.pl?gene={name}",
        "Open Targets": f"https://platform.opentargets.org/target/{by_ensembl}"
        if ensembl_id
        else f"https://platform.opentargets.org/search?q={name}&page=1&entities=target",
    }
