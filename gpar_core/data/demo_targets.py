"""The targets of the demo's drugs, and what the loss or gain of each gene does in the simulation.

Targets are real and follow the Drug Repurposing Hub and common pharmacology; every response is
invented. This module has only tables; `demo_genes` does the rest.
"""

from dataclasses import dataclass
from typing import Final

from gpar_core.data.demo_catalogue import MECHANISMS, rows_of

NOT_EXPRESSED: Final = "not expressed in these cell lines"
NO_DRUG: Final = "-"


@dataclass(frozen=True)
class Target:
    """A gene of a mechanism.

    mechanism: its name, '' if the demo does not simulate it.
    loss, gain: response to the complete loss of the gene, and to its over-expression, relative to
        that to the mechanism's drugs: 1 is theirs, negative is the opposite, 0 is none.
    drugs: the drugs that have it as a target.
    why: why its loss does not resemble the drugs, '' if it does.
    """

    gene: str
    mechanism: str
    loss: float
    gain: float
    drugs: tuple[str, ...]
    why: str

    @property
    def expressed(self) -> bool:
        return self.why != NOT_EXPRESSED


def _target(row: dict[str, str]) -> Target:
    drugs = row["drugs"]
    if not drugs:
        (drugs,) = (m.drugs for m in MECHANISMS if m.name == row["mechanism"])
    return Target(
        gene=row["gene"],
        mechanism=row["mechanism"],
        loss=float(row["loss"]),
        gain=float(row["gain"]),
        drugs=() if drugs == NO_DRUG else tuple(drugs.split(", ")),
        why=row["why"],
    )


TARGETS: Final = tuple(_target(row) for row in rows_of("demo_targets.tsv"))

UNRELATED: Final = (
    "APP", "ATF6", "CCND1", "CEBPA", "CREB1", "CTNNB1", "EGR1", "EZH2", "FOXO3", "GATA3", "HIF1A",
    "JUN", "KDM5B", "KEAP1", "KRAS", "LIPA", "MYC", "NFE2L2", "NOTCH1", "NPC1", "RB1", "SMAD3",
    "SMARCA4", "SOX2", "STAT3", "USP7", "VDAC1", "XBP1",
)  # fmt: skip
"""Genes that no drug of the demo targets. Their knock-downs have a program of their own."""

GENES: Final = tuple(sorted({*UNRELATED, *(target.gene for target in TARGETS)}))


def targets_of_drugs() -> dict[str, str]:
    """Symbols, sorted and joined by '|', of the targets of each drug that has any."""
    genes: dict[str, set[str]] = {}
    for target in TARGETS:
        for drug in target.drugs:
            genes.setdefault(drug, set()).add(target.gene)
    return {drug: "|".join(sorted(names)) for drug, names in genes.items()}
