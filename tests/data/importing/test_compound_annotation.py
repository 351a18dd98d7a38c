"""The findings of an import account for every compound: by what it was found, or why it was not."""

from pathlib import Path

import pandas as pd
import pytest

from gpar_core.data.findings import Finding
from gpar_core.data.importing.compound_annotation import annotate
from tests.geo_files import write_text

KEY = "WSEQXVZVJXJVFP-UHFFFAOYSA-N"
MIRROR = "WSEQXVZVJXJVFP-FQEVSTJZSA-N"
SIGNATURES = pd.DataFrame(
    {
        "pert_id": [f"BRD-K0000000{i}" for i in (1, 2, 3, 4, 5, 1)],
        "pert_iname": ["alpha", "beta", "gamma", "delta", "MK-886", "alpha"],
    }
)
DRUGS = "pert_iname\tmoa\nalpha\tX inhibitor\ngamma\t\nomega\tY\n"
SAMPLES = (
    "broad_id\tpert_iname\tsmiles\tInChIKey\tpubchem_cid\n"
    f"BRD-K00000001-001-02-3\talpha\tCC\t{KEY}\t7\n"
    f"BRD-K00000009-001-02-3\tomega\tCC\tnot one\t7\n"
)
INFO = (
    "pert_id\tcmap_name\ttarget\tmoa\tcanonical_smiles\tinchi_key\tcompound_aliases\n"
    "BRD-K00000001\talpha\tT\tZ inhibitor\tC\tNA\t\n"
    f"BRD-K77777777\tx\tT\tW\tC\t{KEY}\tMK886\n"
    f"BRD-K88888888\ty\tT\tW\tC\t{MIRROR}\tMK 886\n"
    "BRD-K00000002\tbeta\tT\tW\trestricted\tNA\tBee\n"
)


@pytest.fixture
def found(tmp_path: Path) -> tuple[pd.DataFrame, dict[str, Finding]]:
    moas = [
        write_text(tmp_path / name, text)
        for name, text in (("drugs", DRUGS), ("samples", SAMPLES), ("info.gz", INFO))
    ]
    pert_info = write_text(
        tmp_path / "pert_info", "pert_id\tinchi_key\nBRD-K00000002\trestricted\n"
    )
    compounds, findings = annotate(SIGNATURES, pert_infos=[pert_info], moas=moas)
    return compounds, {finding.what: finding for finding in findings}


def test_moas_and_identifiers_come_from_all_tables(
    found: tuple[pd.DataFrame, dict[str, Finding]],
) -> None:
    compounds, _ = found
    assert compounds["moa"].tolist() == ["X inhibitor|Z inhibitor", "W", "", "", ""]
    assert compounds["annotated"].tolist() == [True, True, False, False, False]
    assert compounds["inchi_key"].tolist() == [KEY, "", "", "", ""]
    assert compounds["pubchem_cid"].tolist() == ["7", "", "", "", ""]
    assert compounds["canonical_smiles"].tolist() == ["CC", "", "", "", ""]


def test_findings_say_by_what_each_was_found_and_why_others_were_not(
    found: tuple[pd.DataFrame, dict[str, Finding]],
) -> None:
    compounds, findings = found
    assert findings["compounds found in drugs by id"].count == 1
    assert findings["compounds found in drugs by name"].count == 1
    assert findings["compounds found in info.gz by id"].count == 2
    assert findings["compounds found in a MOA table"].count == 3
    assert findings["compounds with a MOA"].count == 2
    assert findings["compounds that the MOA tables list without a MOA"].names == ("gamma",)
    (ambiguous,) = (each for what, each in findings.items() if "matches several drugs" in what)
    assert ambiguous.names == ("MK-886",)
    (unknown,) = (each for what, each in findings.items() if "are in no MOA table" in what)
    assert unknown.names == ("delta",)
    assert 2 + 1 + ambiguous.count + unknown.count == len(compounds)
    (different,) = (each for what, each in findings.items() if "different MOAs" in what)
    assert different.names == ("alpha",)
    assert findings["names with a MOA that match no compound"].names == ("omega", "y")
    (skipped,) = (each for what, each in findings.items() if "skipped" in what)
    assert skipped == Finding(skipped.what, 1, ("omega",))
    assert "rows of samples" in skipped.what
    assert findings["compounds whose inchi_key comes from a MOA table"].count == 1
