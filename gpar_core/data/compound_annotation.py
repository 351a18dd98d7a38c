"""Names, identifiers and MOAs of the compounds of an import."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from gpar_core import fields
from gpar_core.data.annotation import match_moas, read_moa_table
from gpar_core.data.findings import Finding
from gpar_core.data.tables import read_table

IDENTIFIERS = (fields.PUBCHEM_CID, fields.INCHI_KEY, fields.SMILES)


def annotate(
    signatures: pd.DataFrame, *, pert_infos: Sequence[Path] = (), moa: Path | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """One row per pert_id with names, identifiers and MOAs, as `compendium.write` wants it.

    signatures: pert_id, pert_iname. pert_infos: tables of identifiers; of a pert_id that stands in
    several, the first is taken. moa: as `annotation.read_moa_table` reads it.
    Raises AnnotationError.
    """
    compounds = signatures[[fields.PERT_ID, fields.PERT_INAME]].drop_duplicates(fields.PERT_ID)
    compounds = compounds.sort_values(fields.PERT_ID, ignore_index=True)
    findings = []
    identifiers = pd.DataFrame({fields.PERT_ID: []}, dtype=str)
    if pert_infos:
        tables = [
            read_table(path, needed=(fields.PERT_ID,), optional=IDENTIFIERS) for path in pert_infos
        ]
        identifiers = pd.concat(tables).drop_duplicates(fields.PERT_ID)
        absent = compounds[~compounds[fields.PERT_ID].isin(identifiers[fields.PERT_ID])]
        findings.append(Finding.of("compounds without a row in pert_info", absent["pert_iname"]))
    compounds = compounds.merge(identifiers, on=fields.PERT_ID, how="left")
    for column in IDENTIFIERS:
        compounds[column] = compounds[column].fillna("") if column in compounds else ""
    compounds[fields.PUBCHEM_CID] = compounds[fields.PUBCHEM_CID].str.removesuffix(".0")
    if moa is None:
        findings.append(Finding("MOA tables given; every compound counts as unannotated", 0))
        compounds[fields.MOA], compounds[fields.ANNOTATED] = "", False
        return compounds, findings
    match = match_moas(compounds, read_moa_table(moa))
    with_moa = int((match.compounds[fields.MOA] != "").sum())
    findings += [
        Finding("compounds found in the MOA table", match.n_matched),
        Finding("compounds with a MOA", with_moa),
        Finding.of("names in the MOA table that no compound bears", match.unmatched),
    ]
    return match.compounds, findings
