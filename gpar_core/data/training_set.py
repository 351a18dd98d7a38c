"""The training set of one model: positive and negative representatives."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.chosen_rows import ChosenRows
from gpar_core.data.class_names import (
    ALL,
    MOA,
    MOAS,
    NOUNS,
    TARGET,
    Noun,
    classes_in,
    gene_of,
    noun_of,
    target_class,
)
from gpar_core.data.class_tables import class_table
from gpar_core.data.compact_matrix import as_stored
from gpar_core.data.compendium import Compendium
from gpar_core.data.compound_keys import core_id
from gpar_core.data.name_lists import read_cells, read_drugs, read_moas
from gpar_core.data.profiles import Profiles
from gpar_core.errors import NotFoundError, RequestError, TrainingSetError

MIN_INACTIVE_COMPOUNDS = 50
"""With fewer inactive compounds, 'auto' takes all compounds without the MOA as negatives."""

NEGATIVE_CHOICES = ("auto", "inactive", "others")

NEGATIVE_WORDS = {
    "inactive": "inactive compounds without a known MOA",
    "others": "all compounds that do not share the {class}",
}

UPLOADED = "uploaded: "
"""Prefix of the name of an uploaded profile's drug."""


def negative_words(negatives: str, moa: str = "") -> str:
    """`TrainingSet.negatives` as shown to users. moa: of the drug set that was trained on."""
    names = classes_in(moa)
    if negatives == "others" and len(names) > 1:
        return f"all compounds with none of the {noun_of(names).many}"
    return NEGATIVE_WORDS[negatives].replace("{class}", noun_of(names).one)


@dataclass(frozen=True)
class DrugMatch:
    """A pasted list matched with a compendium: the drugs found, and the names not found."""

    found: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Representative signatures to learn from; the positives may be uploaded profiles instead.

    rows: (n,) rows of the compendium, rising; those from its number of signatures on are the rows
    of `uploaded`, which are all positive. positive: (n,) bool. drug: (n,) molecule; for an uploaded
    one its name with the prefix `UPLOADED`, so that it is no drug of the compendium.
    negatives: 'inactive' or 'others'. note: what the user should know about the negatives, or ''.
    """

    rows: np.ndarray
    positive: np.ndarray
    drug: np.ndarray
    negatives: str
    note: str
    uploaded: Profiles | None = None

    @property
    def n_positive_compounds(self) -> int:
        return len(set(self.drug[self.positive]))

    @property
    def n_positive_signatures(self) -> int:
        return int(self.positive.sum())

    @property
    def n_negative_compounds(self) -> int:
        return len(set(self.drug[~self.positive]))

    @property
    def n_negative_signatures(self) -> int:
        return int((~self.positive).sum())

    @property
    def compendium_rows(self) -> np.ndarray:
        """The rows that belong to the compendium, rising."""
        return self.rows[: len(self.rows) - self._n_uploaded]

    def only(self, kept: np.ndarray) -> "TrainingSet":
        """The training set with only some rows, (n,) bool; it must not have uploaded profiles."""
        return replace(
            self, rows=self.rows[kept], positive=self.positive[kept], drug=self.drug[kept]
        )

    def signatures(self, compendium: Compendium) -> ChosenRows:
        """(n, 978) z-scores, read when they are indexed."""
        uploaded = None if self.uploaded is None else self.uploaded.matrix
        return ChosenRows(compendium.matrix, self.compendium_rows, uploaded)

    def z_scores(self, compendium: Compendium) -> np.ndarray:
        """(n, 978) float32."""
        return self.signatures(compendium)[:]

    def described(self, compendium: Compendium, columns: Sequence[str]) -> pd.DataFrame:
        """(n,) rows of `Compendium.signatures`; uploaded ones have only a name."""
        known = compendium.signatures[list(columns)].iloc[self.compendium_rows]
        if self.uploaded is None:
            return known.reset_index(drop=True)
        named = dict.fromkeys((fields.SIG_ID, fields.PERT_INAME), self.uploaded.names)
        ours = pd.DataFrame(named).reindex(columns=list(columns))
        texts = [column for column in columns if known[column].dtype == object]
        ours[texts] = ours[texts].fillna("")
        return pd.concat([known, ours.astype(known.dtypes)], ignore_index=True)

    @property
    def _n_uploaded(self) -> int:
        return 0 if self.uploaded is None else len(self.uploaded.matrix)


def match_drugs(compendium: Compendium, names: Iterable[str]) -> DrugMatch:
    """Look up names or pert_ids, ignoring case; duplicates and empty names are dropped.

    names: one by one, or a text for `name_lists.read_names`. Any name of a molecule finds it,
    as does a BRD id with or without its batch.
    """
    drug_of = compendium.drug_by_name
    wanted = dict.fromkeys(name.casefold() for name in read_drugs(compendium, names))
    found = {
        name: drug_of.get(" ".join(name.split())) or drug_of.get(core_id(name).casefold())
        for name in wanted
    }
    return DrugMatch(
        tuple(sorted({drug for drug in found.values() if drug})),
        tuple(name for name, drug in found.items() if not drug),
    )


def known_drugs(compendium: Compendium, names: Iterable[str]) -> tuple[str, ...]:
    """Names without case of drugs that must all exist. Raises NotFoundError or RequestError."""
    match = match_drugs(compendium, names)
    if match.unknown:
        # A misspelled name with a comma comes in parts, and any of them may resemble a drug's.
        first = match.unknown[:3]
        known = list(compendium.drug_by_name)
        near = [difflib.get_close_matches(name, known, n=3, cutoff=0.7) for name in first]
        close = list(dict.fromkeys(name for names in near for name in names))[:5]
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        named = ", ".join(f"'{name[:80]}'" for name in first)
        n_more = len(match.unknown) - len(first)
        more = f" and {n_more:,} more" if n_more else ""
        raise NotFoundError(
            f"{named}{more} not found in the compendium '{compendium.name}' "
            f"({compendium.n_drugs:,} drugs).{hint}"
        )
    if not match.found:
        raise RequestError("No drug was given. Choose at least one drug, or a MOA.")
    return match.found


def drug_name(compendium: Compendium, drug: str) -> str:
    """The display name (pert_iname) of a molecule."""
    return str(compendium.drugs.set_index(fields.DRUG)[fields.PERT_INAME][drug])


def moa_key(moa: str) -> str:
    """A MOA in the form it is compared: lower case, one space between words."""
    return " ".join(moa.casefold().split())


def drugs_of_moa(compendium: Compendium, moa: str) -> tuple[str, ...]:
    """Names without case of the drugs with this MOA, or target ('target: DRD2').

    moa: one, or several as `class_names.joined` joins them: the drugs with any of them. Raises
    NotFoundError.
    """
    if len(names := classes_in(moa)) > 1:
        return tuple(sorted({drug for name in names for drug in drugs_of_moa(compendium, name)}))
    table = compendium.compound_classes
    drugs = table.loc[table[fields.MOA].str.casefold() == moa_key(moa), fields.DRUG]
    if len(drugs):
        return tuple(sorted(set(drugs)))
    target = gene_of(moa_key(moa))
    noun, table = (TARGET, compendium.targets) if target else (MOA, compendium.moas)
    known = table[fields.MOA].tolist()
    if not known:
        raise NotFoundError(why_without(compendium, noun))
    by_name = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(moa_key(moa), by_name, n=3, cutoff=0.4)
    close = [by_name[name] for name in close]
    if noun is MOA and moa.strip().upper() in compendium.targets["moa"].map(gene_of).tolist():
        close.insert(0, target_class(moa.upper()))
    hint = f" Did you mean: {'; '.join(close)}?" if close else ""
    raise NotFoundError(
        f"No drug of the compendium '{compendium.name}' has the {noun.one} "
        f"'{(target.upper() or moa)[:80]}' ({len(known)} {noun.many} are available).{hint}"
    )


def why_without(compendium: Compendium, noun: Noun) -> str:
    """Why none of the MOAs, or targets, of a compendium that has none can be chosen."""
    if noun is MOA:
        return (
            f"The compendium '{compendium.name}' has no MOA annotation. Import it again with a "
            "MOA table, or choose drugs by name."
        )
    return (
        f"The compendium '{compendium.name}' knows no targets. Import it again with a table of "
        "them (--moa): compoundinfo_beta.txt of LINCS2020, repurposing_drugs of the Drug "
        "Repurposing Hub, or your own table with a column target."
    )


def known_moas(compendium: Compendium, moas: Iterable[str]) -> tuple[str, ...]:
    """MOAs and target classes as the compendium spells them, sorted. Raises NotFoundError."""
    wanted = {moa_key(name) for name in read_moas(compendium, moas)}
    for name in sorted(wanted):
        drugs_of_moa(compendium, name)  # its error suggests MOAs close to an unknown one
    names = compendium.compound_classes[fields.MOA].unique()
    return tuple(sorted(name for name in names if name.casefold() in wanted))


def select(
    compendium: Compendium,
    drugs: Iterable[str],
    *,
    cells: Iterable[str] = (),
    moa: str = "",
    negatives: str = "auto",
    max_tas: float = fields.INACTIVE_TAS,
    uploaded: Profiles | None = None,
) -> TrainingSet:
    """Choose positive and negative representatives.

    drugs: names without case, all in the compendium. cells: cell lines, empty for all.
    moa: the MOA, or MOAs, the drugs were chosen by, if any, as `class_names.joined` joins them.
    uploaded: profiles that are the positive set, in place of drugs. Compounds of the same names in
        the compendium are then not negatives, nor are those that share a MOA with them, unless
        inactive.
    negatives: 'inactive', compounds without MOA annotation whose 75th-percentile TAS is below
        `max_tas`; 'others', all compounds that share no MOA with the positives (or only not `moa`,
        if given); 'auto', the former if there are `MIN_INACTIVE_COMPOUNDS` and other compounds are
        left to rank, otherwise the latter.

    Raises RequestError, NotFoundError or TrainingSetError.
    """
    if negatives not in NEGATIVE_CHOICES:
        raise RequestError(
            f"'{negatives}' is not a choice of negatives. Use {', '.join(NEGATIVE_CHOICES)}."
        )
    drugs = set(drugs)
    if uploaded is not None:
        drugs = drugs_of_uploaded(compendium, uploaded)
    chosen_cells = known_cells(compendium, cells)
    signatures = compendium.signatures
    in_scope = signatures[fields.REPRESENTATIVE].to_numpy(copy=True)
    if chosen_cells:
        in_scope &= signatures[fields.CELL_ID].isin(chosen_cells).to_numpy()
    drug = signatures[fields.DRUG].to_numpy(dtype=object)
    positive = in_scope & signatures[fields.DRUG].isin(drugs).to_numpy()
    where = f" in {', '.join(chosen_cells)}" if chosen_cells else ""
    if uploaded is None and not positive.any():
        raise TrainingSetError(
            f"None of the {len(drugs)} chosen drugs has a signature{where}. Choose other cell "
            "lines or other drugs."
        )
    unlike = compendium.drugs.loc[is_inactive(compendium.drugs, max_tas), fields.DRUG]
    inactive = in_scope & ~positive & signatures[fields.DRUG].isin(unlike).to_numpy()
    note = ""
    if negatives == "auto":
        note = _why_others(compendium, drugs, set(drug[inactive]), where, max_tas)
        negatives = "others" if note else "inactive"
    negative = inactive
    if negatives == "others":
        alike = _sharing_moa(compendium, drugs, moa)
        negative = in_scope & ~positive & ~signatures[fields.DRUG].isin(alike).to_numpy()
    if not negative.any():
        raise TrainingSetError(
            f"No compound{where} can be used as a negative ({negatives}). Choose other negatives "
            "or more cell lines."
        )
    if uploaded is not None:
        rows = np.flatnonzero(negative)
        ours = len(drug) + np.arange(len(uploaded.matrix))
        named = np.array([f"{UPLOADED}{name}" for name in uploaded.drug], dtype=object)
        is_ours = np.repeat([False, True], [len(rows), len(ours)])
        return TrainingSet(
            np.concatenate([rows, ours]),
            is_ours,
            np.concatenate([drug[rows], named]),
            negatives,
            note,
            uploaded,
        )
    rows = np.flatnonzero(positive | negative)
    return TrainingSet(rows, positive[rows], drug[rows], negatives, note)


def known_cells(compendium: Compendium, cells: Iterable[str]) -> tuple[str, ...]:
    """Cell lines as the compendium spells them, sorted. Raises NotFoundError."""
    by_name = {cell.casefold(): cell for cell in compendium.cell_lines}
    wanted = read_cells(compendium, cells)
    unknown = [cell for cell in wanted if cell.casefold() not in by_name]
    if unknown:
        raise NotFoundError(
            f"No signature of '{compendium.name}' is from '{', '.join(unknown)[:80]}'. Its cell "
            f"lines are {', '.join(compendium.cell_lines[:20])}."
        )
    return tuple(sorted({by_name[cell.casefold()] for cell in wanted}))


def is_inactive(drugs: pd.DataFrame, max_tas: float = fields.INACTIVE_TAS) -> pd.Series:
    """(n,) bool: drugs without MOA annotation whose TAS is below `max_tas`.

    drugs: annotated and tas, as `Compendium.drugs` has them.
    """
    return ~drugs[fields.ANNOTATED] & (drugs[fields.TAS] < max_tas)


def _why_others(
    compendium: Compendium, positive: set[str], inactive: set[str], where: str, max_tas: float
) -> str:
    """Why inactive compounds cannot be the negatives, '' if they can."""
    instead = (
        "All compounds that share no MOA with the chosen drugs are used as negatives instead; "
        "each is ranked by the fold that held it out."
    )
    if len(inactive) < MIN_INACTIVE_COMPOUNDS:
        return (
            f"Only {len(inactive)} compounds{where} are without MOA annotation and inactive (TAS < "
            f"{max_tas:g}); {MIN_INACTIVE_COMPOUNDS} are needed. {instead}"
        )
    if set(compendium.drugs[fields.DRUG]) <= positive | inactive:
        return (
            f"With the {len(inactive)} inactive compounds as negatives, no compound would be left "
            f"to rank. {instead}"
        )
    return ""


def _sharing_moa(compendium: Compendium, drugs: set[str], moa: str) -> set[str]:
    """The drugs with a chosen MOA or target; if none is given, with any MOA of these drugs."""
    table = compendium.compound_classes if moa else compendium.compound_moas
    names = table[fields.MOA].str.casefold()
    chosen = set(map(moa_key, classes_in(moa)))
    shared = chosen or set(names[table[fields.DRUG].isin(drugs)])
    return set(table.loc[names.isin(shared), fields.DRUG])


def drugs_of_uploaded(compendium: Compendium, uploaded: Profiles) -> set[str]:
    """The compendium's drugs with the names of the profiles, or with the values of one."""
    same = set(match_drugs(compendium, uploaded.drug).found)
    gene = int(np.argmax(uploaded.matrix.std(axis=0)))
    values = np.asarray(compendium.matrix[:, gene])
    for profile in as_stored(compendium.matrix, uploaded.matrix):
        rows = np.flatnonzero(values == profile[gene])
        equal = (np.asarray(compendium.matrix[rows]) == profile).all(axis=1)
        same |= set(compendium.signatures[fields.DRUG].iloc[rows[equal]])
    return same


def with_enough_drugs(
    compendium: Compendium,
    classes: Iterable[str],
    min_drugs: int,
    *,
    among: str = MOAS,
    labelled: bool = False,
) -> tuple[str, ...]:
    """Names, sorted, of the MOAs or targets among `classes` that have enough drugs.

    classes: none for all of `among`, a key of `class_names.NOUNS`. labelled: whether the compendium
    has uploaded labels in place of its MOAs. Raises NotFoundError or RequestError.
    """
    noun, table = NOUNS[among], class_table(compendium, among)
    if wanted := known_moas(compendium, classes):
        table = class_table(compendium, ALL)
        table = table[table["moa"].isin(wanted)]
        noun = noun_of(wanted)
    elif noun is TARGET and table.empty:
        raise RequestError(why_without(compendium, noun))
    enough = tuple(sorted(table.loc[table["n_drugs"] >= min_drugs, "moa"]))
    if not enough:
        most = int(table["n_drugs"].max()) if len(table) else 0
        what, remedy = noun.one, f"import the compendium with a table of {noun.many}"
        if noun is MOA:
            remedy = "import the compendium with a MOA table"
        if labelled:
            what, remedy = "uploaded label", "label more compounds"
        raise RequestError(
            f"No {what} of '{compendium.name}' has {min_drugs} drugs; the largest has {most}. "
            f"Lower the minimum number of drugs, or {remedy}."
        )
    return enough
