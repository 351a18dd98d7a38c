"""Tables of compounds, molecules and their classes, derived from the signatures."""

import pandas as pd

from gpar_core import fields

ACTIVITY_QUANTILE = 0.75
"""Quantile of the TAS of a compound's signatures that serves as the compound's TAS."""
TAS_DIGITS = 9
"""Decimals kept of that quantile: the last bit of an interpolation differs between processors."""


def moas_of(compounds: pd.DataFrame, column: str = fields.MOA) -> pd.DataFrame:
    """One row per compound and MOA, or target: pert_id, drug, and the column."""
    table = compounds.loc[compounds[column] != "", [fields.PERT_ID, fields.DRUG, column]]
    each = table.assign(**{column: table[column].str.split(fields.MOA_SEPARATOR, regex=False)})
    return each.explode(column, ignore_index=True)


def drugs_of(compounds: pd.DataFrame, signatures: pd.DataFrame) -> pd.DataFrame:
    """`fields.DRUG_COLUMNS`, one row per molecule that has a signature, sorted by pert_id.

    compounds: `fields.COMPOUND_COLUMNS`. signatures: drug, cell_id, tas. A molecule has the pert_id
    and pert_iname of the compound that names it, all MOAs of its compounds, and the first known
    value of each identifier.
    """
    named = compounds[fields.PERT_INAME].str.casefold() == compounds[fields.DRUG]
    in_order = compounds.assign(main=~named).sort_values(["main", fields.PERT_ID])
    known = [fields.PUBCHEM_CID, fields.INCHI_KEY, fields.SMILES]
    in_order[known] = in_order[known].replace("", pd.NA)
    groups = in_order.groupby(fields.DRUG, sort=False)
    table = groups[[fields.PERT_ID, fields.PERT_INAME, *known]].first()
    table[known] = table[known].fillna("")
    table[fields.ANNOTATED] = groups[fields.ANNOTATED].any()
    several = in_order[in_order[fields.DRUG].duplicated(keep=False)].groupby(fields.DRUG)
    for column, of in ((fields.PERT_IDS, fields.PERT_ID), (fields.NAMES, fields.PERT_INAME)):
        table[column] = table[of]
        joined = several[of].agg(lambda values: fields.MOA_SEPARATOR.join(dict.fromkeys(values)))
        table.loc[joined.index, column] = joined
    for column in (fields.MOA, fields.TARGET):
        pairs = moas_of(compounds, column)[[fields.DRUG, column]].drop_duplicates()
        joined = pairs.sort_values(column).groupby(fields.DRUG)[column].agg("|".join)
        table[column] = joined.reindex(table.index, fill_value="")
    table[fields.PERT_TYPE] = groups[fields.PERT_TYPE].first()
    table = table.join(_counted(signatures, fields.DRUG), how="inner").reset_index()
    return table[list(fields.DRUG_COLUMNS)].sort_values(fields.PERT_ID, ignore_index=True)


def compound_table(signatures: pd.DataFrame, annotation: pd.DataFrame) -> pd.DataFrame:
    """`fields.COMPOUND_COLUMNS`, one row per pert_id, sorted by it.

    signatures: drug, pert_id, cell_id, tas. annotation: as for `compendium.write`; compounds whose
    molecule has no signature are left out.
    """
    here = annotation[annotation[fields.DRUG].isin(signatures[fields.DRUG].unique())]
    counted = _counted(signatures, fields.PERT_ID)
    own = [name for name in fields.COMPOUND_COLUMNS if name not in counted]
    table = here[own].merge(counted, left_on=fields.PERT_ID, right_index=True, how="left")
    counts = ["n_signatures", "n_cell_lines"]
    table[counts] = table[counts].fillna(0).astype(int)
    return table[list(fields.COMPOUND_COLUMNS)].sort_values(fields.PERT_ID, ignore_index=True)


def _counted(signatures: pd.DataFrame, by: str) -> pd.DataFrame:
    """n_signatures, n_cell_lines and tas of each compound, or of each molecule."""
    groups = signatures.groupby(by)
    return pd.DataFrame(
        {
            "n_signatures": groups.size(),
            "n_cell_lines": groups[fields.CELL_ID].nunique(),
            fields.TAS: groups[fields.TAS].quantile(ACTIVITY_QUANTILE).round(TAS_DIGITS),
        }
    )
