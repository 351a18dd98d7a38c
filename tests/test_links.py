"""Links are escaped, whatever a compound is called."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpar_core import links

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def test_pubchem_takes_the_cid_then_the_inchi_key_then_the_name() -> None:
    base = "https://pubchem.ncbi.nlm.nih.gov/compound/"
    key = "WAEXFXRVDQXREF-UHFFFAOYSA-N"
    assert links.pubchem("vorinostat", cid="5311", inchi_key=key) == base + "5311"
    assert links.pubchem("vorinostat", inchi_key=key) == base + key
    assert links.pubchem("alpha/beta?#") == base + "alpha%2Fbeta%3F%23"


def test_an_invented_compound_has_no_page() -> None:
    assert links.drug_pages("SIM-0042", pert_id="DEMO-0658") == {}
    assert links.pubchem("SIM-0042") == links.ilincs("SIM-0042") == ""
    pages = links.drug_pages("simvastatin", pert_id="DEMO-0002")
    assert list(pages) == ["PubChem", "iLINCS", "CLUE", "ChEMBL"]
    assert all(pages.values())


@pytest.mark.parametrize("cid", ["", "-666", "5311/../x", "javascript:1", "²", "٣"])
def test_what_is_no_cid_is_never_put_in_a_link(cid: str) -> None:
    assert links.pubchem("name", cid=cid).endswith("/compound/name")


@given(name=NAMES)
def test_a_name_stays_within_its_part_of_the_pubchem_link(name: str) -> None:
    parts = urlsplit(links.pubchem(name))
    assert (parts.scheme, parts.netloc) == ("https", "pubchem.ncbi.nlm.nih.gov")
    assert (parts.query, parts.fragment) == ("", "")
    assert unquote(parts.path.removeprefix("/compound/")) == name


@pytest.mark.parametrize(
    ("link", "key", "host"),
    [
        (links.clue, "q", "clue.io"),
    ],
)
@given(name=NAMES)
def test_a_name_stays_within_its_part_of_the_query(
    link: Callable[[str], str], key: str, host: str, name: str
) -> None:
    url = link(name)
    parts = urlsplit(url)
    assert parts.netloc == host
    assert parse_qs(parts.query, keep_blank_values=True)[key] == [name]
    assert url.isascii()
    assert not set(url) & set("\"'<> ()[]")


SEARCH = "/ilincs/signaturesL1000/LDG-1188/search/"


@given(name=NAMES)
def test_a_name_stays_within_its_part_of_the_ilincs_link(name: str) -> None:
    url = links.ilincs(name)
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("http", "www.ilincs.org")
    assert (parts.query, parts.fragment) == ("", "")
    escaped = parts.path.removeprefix(SEARCH).removesuffix("/")
    assert unquote(escaped) == name
    assert "/" not in escaped
    assert not set(url) & set("\"'<> ()[]")


def test_ilincs_has_a_page_for_what_has_an_lsm_id() -> None:
    page = "http://www.ilincs.org/ilincs/perturbagen/compound/LSM-1234"
    assert links.ilincs("vorinostat", "LSM-1234") == page
    for other in ("", "BRD-K81418486", "LSM-1/../x", "LSM-1\n"):
        assert links.ilincs("vorinostat", other) == f"http://www.ilincs.org{SEARCH}vorinostat/"


def test_a_gene_is_linked_by_its_entrez_id() -> None:
    assert links.ncbi_gene(3312) == "https://www.ncbi.nlm.nih.gov/gene/3312"
    assert urlsplit(links.ENRICHR).netloc == "maayanlab.cloud"


def test_pages_of_a_gene_are_by_id_or_by_an_escaped_symbol() -> None:
    known = links.gene_pages("TP53", entrez_id="7157", ensembl_id="ENSG00000141510")
    assert known["NCBI Gene"] == links.ncbi_gene(7157)
    assert known["Ensembl"].endswith("?g=ENSG00000141510")
    assert known["GeneCards"].endswith("?gene=TP53")
    assert known["Open Targets"].endswith("/target/ENSG00000141510")
    for address in links.gene_pages("A&B=/../#x").values():
        parts = urlsplit(address)
        assert parts.fragment == ""
        assert "A&B" not in address
        assert "A&B=/../#x" in unquote(address)
