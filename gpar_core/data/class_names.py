"""Classes of drugs by name: MOAs, and targets ('target: DRD2'), in words."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gpar_core import fields

TARGET_PREFIX: Final = "target: "
"""Before the symbol of a gene, the name of the class of the compounds that target it."""

MOAS, TARGETS, ALL = CHOICES = ("moas", "targets", "all")
"""Which classes a library or an evaluation is of."""


@dataclass(frozen=True)
class Noun:
    """What a set of classes is called."""

    one: str
    many: str

    def counted(self, n: int) -> str:
        return f"{n:,} {self.one if n == 1 else self.many}"

    @property
    def title(self) -> str:
        """The heading of a column."""
        return self.one[0].upper() + self.one[1:]


MOA: Final = Noun("MOA", "MOAs")
TARGET: Final = Noun("target", "targets")
BOTH: Final = Noun("MOA or target", "MOAs and targets")
NOUNS: Final = {MOAS: MOA, TARGETS: TARGET, ALL: BOTH}


def target_class(symbol: str) -> str:
    """The name of the class of the drugs that target a gene.

    >>> target_class("DRD2"), target_class("")
    ('target: DRD2', '')
    """
    symbol = symbol.strip()
    return TARGET_PREFIX + symbol if symbol else ""


def gene_of(name: str) -> str:
    """The gene of a target class, '' for a MOA.

    >>> gene_of("target: DRD2"), gene_of("dopamine receptor antagonist")
    ('DRD2', '')
    """
    return name.removeprefix(TARGET_PREFIX) if name.startswith(TARGET_PREFIX) else ""


def joined(names: Iterable[str]) -> str:
    """The classes that a set of drugs was chosen by, as one name.

    >>> joined(["MEK inhibitor", "RAF inhibitor"]), joined([])
    ('MEK inhibitor|RAF inhibitor', '')
    """
    return fields.MOA_SEPARATOR.join(names)


def classes_in(name: str) -> tuple[str, ...]:
    """The classes that `joined` joined.

    >>> classes_in("MEK inhibitor|RAF inhibitor"), classes_in("")
    (('MEK inhibitor', 'RAF inhibitor'), ())
    """
    return tuple(filter(None, map(str.strip, name.split(fields.MOA_SEPARATOR))))


def noun_of(names: Collection[str]) -> Noun:
    """The noun for all of these classes; that of MOAs for none."""
    n_targets = sum(bool(gene_of(name)) for name in names)
    if not n_targets:
        return MOA
    return TARGET if n_targets == len(names) else BOTH


def shown(names: Sequence[str]) -> list[str]:
    """The names as they read under their noun: targets alone by their genes.

    >>> shown(["target: DRD2", "target: HTR2A"]), shown(["target: DRD2", "HDAC inhibitor"])
    (['DRD2', 'HTR2A'], ['target: DRD2', 'HDAC inhibitor'])
    """
    return [gene_of(name) for name in names] if noun_of(names) is TARGET else list(names)


def chosen_class(moa: str) -> dict[str, str]:
    """Label and name of the class, or classes, that drugs were chosen by.

    >>> chosen_class("target: DRD2"), chosen_class("")
    ({'Target': 'DRD2'}, {'MOA': 'none chosen'})
    >>> chosen_class("MEK inhibitor|RAF inhibitor")
    {'MOAs': 'MEK inhibitor, RAF inhibitor'}
    """
    names = classes_in(moa)
    noun = noun_of(names)
    title = noun.title if len(names) < 2 else noun.many[0].upper() + noun.many[1:]
    return {title: ", ".join(shown(names)) or "none chosen"}
