"""Names, identifiers, MOAs and targets of the compounds of an import."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from gpar_core import fields
from gpar_core.data.annotation import IDENTIFIERS, MoaMatch, match_moas
from gpar_core.data.compound_keys import KEYS, core_ids
from gpar_core.data.findings import Finding
from gpar_core.data.moa_tables import MoaTable, read_moa_table
from gpar_core.data.tables import read_table


def annotate(
    signatures: pd.DataFrame, *, pert_infos: Sequence[Path] = (), moas: Sequence[Path] = ()
) -> tuple[pd.DataFrame, list[Finding]]:
    """One row per pert_id with names, identifiers and MOAs, as `compendium.write` takes it.

    signatures: pert_id, pert_iname. pert_infos: tables of identifiers; for a pert_id in several,
    the first counts. moas: tables from `moa_tables.read_moa_table`; they also fill identifiers that
    pert_infos lack. Raises AnnotationError.
    """
    compounds = signatures[[fields.PERT_ID, fields.PERT_INAME]].drop_duplicates(fields.PERT_ID)
    compounds = compounds.sort_values(fields.PERT_ID, ignore_index=True)
    findings = []
    identifiers = pd.DataFrame({fields.PERT_ID: []}, dtype=str)
    if pert_infos:
        identifiers = pd.concat(
            read_table(path, needed=(fields.PERT_ID,), optional=IDENTIFIERS) for path in pert_infos
        )
        identifiers[fields.PERT_ID] = core_ids(identifiers[fields.PERT_ID])
        identifiers = identifiers.drop_duplicates(fields.PERT_ID)
        absent = compounds[~compounds[fields.PERT_ID].isin(identifiers[fields.PERT_ID])]
        findings.append(Finding.of("compounds without a row in pert_info", absent["pert_iname"]))
    compounds = compounds.merge(identifiers, on=fields.PERT_ID, how="left")
    for column in IDENTIFIERS:
        compounds[column] = compounds[column].fillna("") if column in compounds else ""
    compounds[fields.PUBCHEM_CID] = compounds[fields.PUBCHEM_CID].str.removesuffix(".0")
    if not moas:
        findings.append(
            Finding("MOA tables were given, so every compound counts as unannotated", 0)
        )
        kind = fields.COMPOUND_PERT_TYPE
        return compounds.assign(moa="", target="", annotated=False, pert_type=kind), findings
    tables = [read_moa_table(path) for path in moas]
    match = match_moas(compounds, tables)
    findings += [*_of_tables(tables, match), *_of_compounds(compounds, match)]
    return match.compounds.assign(pert_type=fields.COMPOUND_PERT_TYPE), findings


def other_perturbagens(signatures: pd.DataFrame, molecules: Iterable[str] = ()) -> pd.DataFrame:
    """One row per pert_id that is no compound's, as `compendium.write` takes it.

    signatures: pert_id, pert_iname and pert_type. molecules: the `drug` of all compounds, which no
    other perturbagen gets, even if a compound is called 'TP53 knock-down'. All signatures of one
    gene and kind count as one perturbagen, whichever constructs they come from. A gene is its own
    target; one without a symbol, which is named by its pert_id, has none.
    """
    others = signatures[signatures[fields.PERT_TYPE] != fields.COMPOUND_PERT_TYPE]
    table = others[[fields.PERT_ID, fields.PERT_INAME, fields.PERT_TYPE]]
    table = table.drop_duplicates(fields.PERT_ID).reset_index(drop=True)
    word = table[fields.PERT_TYPE].map(fields.PERT_TYPES)
    names = table[fields.PERT_INAME]
    gene = [name.removesuffix(f" {kind}") for name, kind in zip(names, word, strict=True)]
    genetic = table[fields.PERT_TYPE].isin(fields.GENETIC)
    drug = names.str.casefold()
    taken = drug.isin(set(molecules))
    drug = drug.where(~taken, drug + " (" + table[fields.PERT_TYPE] + ")")
    has_symbol = genetic & (table[fields.PERT_ID].str.upper() != pd.Series(gene, table.index))
    return table.assign(
        **dict.fromkeys((fields.MOA, *IDENTIFIERS), ""),
        **{
            fields.ANNOTATED: genetic,
            fields.TARGET: pd.Series(gene, dtype=object).where(has_symbol, ""),
            fields.DRUG: drug,
        },
    )


def _n_known(table: pd.DataFrame, column: str) -> int:
    return int((table[column] != "").sum())


def _of_tables(tables: Sequence[MoaTable], match: MoaMatch) -> list[Finding]:
    """What each table contributed: compounds by the key that found them, and skipped rows."""
    findings = []
    for table in tables:
        keys = match.found.loc[match.found["table"] == table.name, "key"].value_counts()
        findings += [
            Finding(f"compounds found in {table.name} by {key}", int(keys[key]))
            for key in KEYS
            if key in keys
        ]
        if table.has_moas and keys.empty:
            findings.append(Finding(f"compounds found in {table.name}", 0))
        if table.read_as:
            words = {fields.MOA: "MOAs", fields.TARGET: "gene symbols, so they are read as targets"}
            n = int((table.rows[table.read_as] != "").sum())
            findings.append(Finding(f"rows of {table.name} with {words[table.read_as]}", n))
        what = (
            f"rows of {table.name} skipped because their id, InChIKey or PubChem CID is not valid"
        )
        findings += [Finding.of(what, table.shifted)] if table.shifted else []
    return findings


def _of_compounds(before: pd.DataFrame, match: MoaMatch) -> list[Finding]:
    """How many compounds have a MOA, why others have none, and what else the tables contributed."""
    after = match.compounds
    names = after.set_index(fields.PERT_ID)[fields.PERT_INAME]
    found = after[fields.PERT_ID].isin(match.found[fields.PERT_ID])
    ambiguous = after[fields.PERT_ID].isin(match.ambiguous)
    without = after[fields.MOA] == ""
    named = after[fields.PERT_INAME]
    findings = [
        Finding("compounds found in a MOA table", match.n_matched),
        Finding("compounds with a MOA", int((~without).sum())),
        *([Finding("compounds with a target", n)] if (n := _n_known(after, fields.TARGET)) else []),
        Finding.of("compounds that the MOA tables list without a MOA", named[found & without]),
        Finding.of(
            "compounds whose synonym, or structure without stereochemistry, matches several "
            "drugs; they count as not found",
            named[ambiguous],
        ),
        Finding.of(
            "compounds whose id, InChIKey, name and synonyms are in no MOA table",
            named[~found & ~ambiguous],
        ),
        Finding.of(
            "compounds with different MOAs in two tables; they keep all of them",
            names[list(match.disagreeing)],
        ),
        *(
            Finding(f"compounds whose {column} comes from a MOA table", n)
            for column in IDENTIFIERS
            if (n := int((before[column] != after[column]).sum()))
        ),
        Finding.of("names with a MOA that match no compound", match.unmatched),
        Finding.of(
            "MOAs spelled in several ways, counted as one",
            [f"{name} (as {kept})" for name, kept in match.respelled],
        ),
        Finding.of(
            "MOAs joined by commas in the tables, read as separate MOAs",
            match.parted,
        ),
        Finding.of("MOAs with a comma in their name, read as one MOA", match.whole),
        Finding.of(
            "MOAs that may be another spelling of a more common one; they are kept separate, so "
            "if they are the same, correct the table and import again",
            [f"{name} (resembles {other})" for name, other in match.resembling],
        ),
    ]
    return [finding for finding in findings if finding.count or "found in" in finding.what]
