"""The drugs of the simulated demo compendium and how strongly each mechanism acts.

Drug and MOA names are real and follow the Drug Repurposing Hub, and structures are real; every
strength is invented, chosen to reproduce the case studies of Gao et al. 2021. This module has only
tables; `demo` does the rest.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

from gpar_core import fields

CORE_CELLS: Final = ("A375", "A549", "HA1E", "HCC515", "HEPG2", "HT29", "MCF7", "PC3", "VCAP")
"""The nine cell lines of most LINCS signatures."""

RARE_CELLS: Final = ("ASC", "HUH7", "NEU", "NPC", "PHH", "SKB")
"""Cell lines in which few compounds were profiled."""

CELLS: Final = tuple(sorted(CORE_CELLS + RARE_CELLS))


@dataclass(frozen=True)
class Mechanism:
    """The simulated effect of a mechanism of action on the z-scores, and its drugs.

    drugs: names joined by ', '.
    strength: root mean square z-score over the landmark genes of a full response.
    spread: standard deviation of the log strength between drugs.
    cell_share: share of the program's variance that differs from cell line to cell line.
    rebound_share: share of the program's variance whose sign turns between 6 h and 24 h.
    responding: chance that a cell line responds at all, unless `cells` specifies it.
    cells: response of the cell lines named, 0-1; those not named respond with `elsewhere`.
    family: mechanisms of one family share a part of their program.
    listed: whether the drugs are annotated with it.
    """

    name: str
    drugs: str
    strength: float
    spread: float
    cell_share: float
    rebound_share: float
    responding: float
    cells: Mapping[str, float]
    elsewhere: float
    family: str
    listed: bool


NUMBERS: Final = ("strength", "spread", "cell_share", "rebound_share", "responding", "elsewhere")
"""Columns of `demo_mechanisms.tsv`, whose other columns are the other fields of `Mechanism`."""


ALSO_ACTS: Final[Mapping[str, Mapping[str, float]]] = {
    "VER-155008": {"HSP inhibitor": -0.5},
    "piperlongumine": {"NFkB pathway inhibitor": 1.0},
    "radicicol": {"NFkB pathway inhibitor": 0.9, "HSP inhibitor": 0.6},
    "MG-132": {"NFkB pathway inhibitor": 0.9},
    "nitidine": {"topoisomerase inhibitor": 1.1},
    "nortriptyline": {"selective serotonin reuptake inhibitor (SSRI)": 1.2},
    "lofepramine": {"selective serotonin reuptake inhibitor (SSRI)": 1.3},
    "tetrindole": {"selective serotonin reuptake inhibitor (SSRI)": 1.6},
    "indatraline": {"selective serotonin reuptake inhibitor (SSRI)": 1.6},
    "fluphenazine": {"selective serotonin reuptake inhibitor (SSRI)": 1.4},
    "perphenazine": {"selective serotonin reuptake inhibitor (SSRI)": 1.8},
}
"""Drug -> mechanism -> response relative to the mechanism's drugs; overrides the annotation."""

ANNOTATED_ELSEWHERE: Final = (
    "piperlongumine", "radicicol", "metformin", "caffeine", "resveratrol", "thalidomide",
    "nicotinamide", "melatonin", "allopurinol", "omeprazole", "warfarin", "riluzole",
)  # fmt: skip
"""Drugs whose mechanism is known but not in this catalogue: never in a negative set."""

UNANNOTATED: Final = ("nitidine",)
"""Real compounds that no source annotates."""

PROFILED_TWICE: Final = ("vorinostat", "dexamethasone", "sirolimus", "simvastatin", "haloperidol")
"""Drugs with a second pert_id, as for a second salt or supplier in LINCS."""

PUBCHEM_CIDS: Final[Mapping[str, str]] = {
    "acetazolamide": "1986", "amitriptyline": "2160", "aspirin": "2244", "atenolol": "2249",
    "atorvastatin": "60823", "bortezomib": "387447", "caffeine": "2519", "camptothecin": "24360",
    "captopril": "44093", "carbamazepine": "2554", "celecoxib": "2662", "chloroquine": "2719",
    "chlorpromazine": "2726", "cimetidine": "2756", "ciprofloxacin": "2764", "clonidine": "2803",
    "colchicine": "6167", "curcumin": "969516", "cycloheximide": "6197", "dexamethasone": "5743",
    "diclofenac": "3033", "digoxin": "2724385", "doxorubicin": "31703", "erlotinib": "176870",
    "estradiol": "5757", "etoposide": "36462", "fluoxetine": "3386", "genistein": "5280961",
    "gefitinib": "123631", "haloperidol": "3559", "hydrocortisone": "5754",
    "hydroxychloroquine": "3652", "ibuprofen": "3672", "imatinib": "5291", "imipramine": "3696",
    "indometacin": "3715", "ketoconazole": "456201", "lidocaine": "3676", "loratadine": "3957",
    "lovastatin": "53232", "metformin": "4091", "methotrexate": "126941", "naproxen": "156391",
    "nifedipine": "4485", "nortriptyline": "4543", "olaparib": "23725625", "ouabain": "439501",
    "paclitaxel": "36314", "paroxetine": "43815", "progesterone": "5994", "propranolol": "4946",
    "resveratrol": "445154", "sertraline": "68617", "simvastatin": "54454",
    "sirolimus": "5284616", "tamoxifen": "2733526", "testosterone": "6013", "tretinoin": "444795",
    "trichostatin-a": "444732", "venlafaxine": "5656", "verapamil": "2520", "vorinostat": "5311",
}  # fmt: skip
"""PubChem compound ids; other drugs are looked up by name."""


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a table in the folder of this module."""
    text = resources.files("gpar_core.data").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def structures() -> dict[str, str]:
    """SMILES of most drugs, by name: of the free base or acid, with stereochemistry if certain."""
    return {row[fields.PERT_INAME]: row[fields.SMILES] for row in rows_of("demo_structures.tsv")}


def _mechanism(row: dict[str, str]) -> Mechanism:
    cells = (each.split() for each in row["cells"].split(",") if each)
    return Mechanism(
        name=row["name"],
        drugs=row["drugs"],
        **{name: float(row[name]) for name in NUMBERS},
        cells={cell: float(response) for cell, response in cells},
        family=row["family"],
        listed=row["listed"] != "no",
    )


MECHANISMS: Final = tuple(_mechanism(row) for row in rows_of("demo_mechanisms.tsv"))
"""Order and values both shape the simulated numbers: any change changes the fingerprint."""


def annotated_moas() -> dict[str, str]:
    """MOA names, joined, of every annotated drug; empty where its MOA is not listed here."""
    moas: dict[str, list[str]] = {drug: [] for drug in ANNOTATED_ELSEWHERE}
    for mechanism in MECHANISMS:
        for drug in mechanism.drugs.split(", ") if mechanism.listed else ():
            moas.setdefault(drug, []).append(mechanism.name)
    return {drug: fields.MOA_SEPARATOR.join(names) for drug, names in moas.items()}
