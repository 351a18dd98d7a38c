"""The training set of one model: positive and negative representatives."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gpar_core import fields
from gpar_core.data.compendium import Compendium
from gpar_core.data.compound_keys import core_id, core_ids
from gpar_core.data.name_lists import read_cells, read_drugs, read_moas
from gpar_core.data.profiles import Profiles
from gpar_core.errors import NotFoundError, RequestError, TrainingSetError

MIN_INACTIVE_COMPOUNDS = 50
"""With fewer inactive compounds 'auto' takes all compounds without the MOA as negatives."""

NEGATIVE_CHOICES = ("auto", "inactive", "others")

UPLOADED = "uploaded: "
"""Before the name of an uploaded profile's drug."""


@dataclass(frozen=True)
class DrugMatch:
    """A pasted list against a compendium: names without case that are there, and those not."""

    found: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Representative signatures to learn from, or uploaded profiles against representatives.

    rows: (n,) rows of the compendium, rising; those from its number of signatures on are the rows
    of `uploaded`, which are all positive. positive: (n,) bool. drug: (n,) name without case, that
    of an uploaded one behind `UPLOADED`, so that it is no drug of the compendium.
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
        """The rows that are of the compendium, rising."""
        return self.rows[: len(self.rows) - self._n_uploaded]

    def z_scores(self, compendium: Compendium) -> np.ndarray:
        """(n, 978) float32."""
        x = np.asarray(compendium.matrix[self.compendium_rows], np.float32)
        return x if self.uploaded is None else np.concatenate([x, self.uploaded.matrix])

    def described(self, compendium: Compendium, columns: Sequence[str]) -> pd.DataFrame:
        """(n,) rows of `Compendium.signatures`; uploaded ones have a name and nothing else."""
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
    """Look names or pert_ids up, without regard to case; doubles and empty names are dropped.

    names: one by one, or a text that `name_lists.read_names` takes apart. BRD ids count without
    their batch.
    """
    by_id = dict(
        zip(
            core_ids(compendium.compounds[fields.PERT_ID]).str.casefold(),
            compendium.compounds[fields.DRUG],
            strict=True,
        )
    )
    drugs = set(by_id.values())
    wanted = dict.fromkeys(core_id(name).casefold() for name in read_drugs(compendium, names))
    found = {name if name in drugs else by_id.get(name) for name in wanted} - {None}
    unknown = tuple(name for name in wanted if name not in drugs and name not in by_id)
    return DrugMatch(tuple(sorted(name for name in found if name)), unknown)


def known_drugs(compendium: Compendium, names: Iterable[str]) -> tuple[str, ...]:
    """Names without case of drugs that must all be there. Raises NotFoundError or RequestError."""
    match = match_drugs(compendium, names)
    if match.unknown:
        drugs = compendium.compounds[fields.DRUG].unique().tolist()
        name = match.unknown[0]
        close = difflib.get_close_matches(name, drugs, n=3, cutoff=0.7)
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        more = f" and {len(match.unknown) - 1} more names" if len(match.unknown) > 1 else ""
        raise NotFoundError(
            f"'{name[:80]}'{more} not found in the compendium '{compendium.name}' "
            f"({len(drugs)} drugs).{hint}"
        )
    if not match.found:
        raise RequestError("No drug was given. Name at least one drug, or a MOA.")
    return match.found


def drugs_of_moa(compendium: Compendium, moa: str) -> tuple[str, ...]:
    """Names without case of the drugs with this MOA. Raises NotFoundError."""
    table = compendium.compound_moas
    drugs = table.loc[table[fields.MOA].str.casefold() == moa.strip().casefold(), fields.DRUG]
    if len(drugs):
        return tuple(sorted(set(drugs)))
    names = sorted(set(table[fields.MOA]))
    if not names:
        raise NotFoundError(
            f"The compendium '{compendium.name}' has no MOA annotation at all. Import it again "
            "with a MOA table, or name the drugs."
        )
    by_name = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(moa.strip().casefold(), by_name, n=3, cutoff=0.4)
    hint = f" Did you mean: {'; '.join(by_name[name] for name in close)}?" if close else ""
    raise NotFoundError(
        f"No drug of the compendium '{compendium.name}' has the MOA '{moa[:80]}' "
        f"({len(names)} MOAs are listed).{hint}"
    )


def known_moas(compendium: Compendium, moas: Iterable[str]) -> tuple[str, ...]:
    """MOAs as the compendium spells them, sorted. Raises NotFoundError."""
    wanted = {name.casefold() for name in read_moas(compendium, moas)}
    for name in sorted(wanted):
        drugs_of_moa(compendium, name)  # names what is close to a MOA that is unknown
    names = compendium.compound_moas[fields.MOA].unique()
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
    moa: the MOA the drugs were chosen by, if any.
    uploaded: profiles that are the positive set, with no drugs. What the compendium knows under the
        same names is then no negative, nor is what shares a MOA with that, unless it is inactive.
    negatives: 'inactive', compounds without MOA annotation whose 75th-percentile TAS is below
        `max_tas`; 'others', all compounds that share no MOA with the positives (with `moa` alone,
        if given); 'auto', the former where there are `MIN_INACTIVE_COMPOUNDS`, else the latter.

    Raises RequestError, NotFoundError or TrainingSetError.
    """
    if negatives not in NEGATIVE_CHOICES:
        raise RequestError(
            f"'{negatives}' is no choice of negatives. Use {', '.join(NEGATIVE_CHOICES)}."
        )
    drugs = set(drugs)
    if uploaded is not None:
        drugs = set(uploaded.drug) & set(compendium.signatures[fields.DRUG])
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
    compounds = compendium.compounds
    unlike = compounds.loc[is_inactive(compounds, max_tas), fields.PERT_ID]
    inactive = in_scope & ~positive & _of_compounds(compendium, unlike)
    n_inactive = len(set(drug[inactive]))
    note = ""
    if negatives == "auto":
        negatives = "inactive" if n_inactive >= MIN_INACTIVE_COMPOUNDS else "others"
        if negatives == "others":
            note = (
                f"Only {n_inactive} compounds{where} are without MOA annotation and inactive "
                f"(TAS < {max_tas:g}); {MIN_INACTIVE_COMPOUNDS} are needed. All compounds that "
                "share no MOA with the chosen drugs serve as negatives instead; each of them is "
                "ranked by the fold that did not see it."
            )
    negative = inactive
    if negatives == "others":
        negative = in_scope & ~positive & _of_compounds(compendium, _others(compendium, drugs, moa))
    if not negative.any():
        raise TrainingSetError(
            f"No compound{where} can serve as a negative ({negatives}). Choose other negatives or "
            "more cell lines."
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
            f"No signature of '{compendium.name}' is from {', '.join(unknown)[:80]}. It has: "
            f"{', '.join(compendium.cell_lines[:20])}."
        )
    return tuple(sorted({by_name[cell.casefold()] for cell in wanted}))


def _of_compounds(compendium: Compendium, pert_ids: pd.Series) -> np.ndarray:
    return compendium.signatures[fields.PERT_ID].isin(set(pert_ids)).to_numpy()


def is_inactive(compounds: pd.DataFrame, max_tas: float = fields.INACTIVE_TAS) -> pd.Series:
    """(n,) bool: compounds of a drug without MOA annotation whose TAS is below `max_tas`.

    compounds: drug, annotated, tas, as `Compendium.compounds` has them.
    """
    annotated_drugs = set(compounds.loc[compounds[fields.ANNOTATED], fields.DRUG])
    unannotated = ~compounds[fields.DRUG].isin(annotated_drugs)
    return unannotated & (compounds[fields.TAS] < max_tas)


def _others(compendium: Compendium, drugs: set[str], moa: str) -> pd.Series:
    table = compendium.compound_moas
    names = table[fields.MOA].str.casefold()
    of_drugs = table[fields.DRUG].isin(drugs)
    shared = {moa.strip().casefold()} if moa else set(names[of_drugs])
    same = set(table.loc[names.isin(shared), fields.DRUG])
    compounds = compendium.compounds
    return compounds.loc[~compounds[fields.DRUG].isin(same), fields.PERT_ID]
