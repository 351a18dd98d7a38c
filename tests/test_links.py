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
        (links.ilincs, "term", "www.ilincs.org"),
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


def test_a_gene_is_linked_by_its_entrez_id() -> None:
    assert links.ncbi_gene(3312) == "https://www.ncbi.nlm.nih.gov/gene/3312"
    assert urlsplit(links.ENRICHR).netloc == "maayanlab.cloud"
