"""The paragraph for a paper has what a reader needs, for every kind of result."""

import pytest

from gpar_core.analyses.registry import KINDS
from gpar_core.data.compendium import read_manifest
from gpar_core.report.methods import methods_of
from gpar_core.report.words import CITE
from tests.report.test_calls import CASES, SEARCHES, Here, here  # noqa: F401 -- the fixture

ASKED = CASES | SEARCHES
COMPENDIA = ("demo", "select", "fetch", "import")


@pytest.mark.parametrize("case", [case for case in ASKED if case.split()[0] not in COMPENDIA])
def test_every_result_has_its_methods(here: Here, case: str) -> None:  # noqa: F811
    made = ASKED[case][0](here)
    request = made[0] if isinstance(made, tuple) else made
    data = read_manifest(here.cache.existing_compendium("small"))
    text = methods_of(request, data, {"gpar": "1.2.3"})
    assert f"{data['n_signatures']:,} L1000 signatures" in text
    assert f"of {data['n_drugs']:,} molecules" in text
    assert data["fingerprint"][:12] in text
    assert "Software: GPAR 1.2.3." in text
    assert all(each in text for each in CITE)
    seed = getattr(request, "seed", getattr(getattr(request, "method", None), "seed", None))
    assert (f"the seed {seed}." in text) == (seed is not None)
    assert "  " not in text
    assert "()" not in text


def test_what_gives_no_result_has_none() -> None:
    assert set(COMPENDIA) <= set(KINDS)
