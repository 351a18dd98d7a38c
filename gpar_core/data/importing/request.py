"""The request for an import."""

from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar, Final

from gpar_core.data.quality import EVERYTHING, QualityFilter
from gpar_core.fields import COMPOUND_PERT_TYPE

LARGE_BYTES: Final = 300 * 10**6


@dataclass(frozen=True)
class ImportRequest:
    """Import LINCS files into a compendium.

    name: of the compendium to publish. series: names of the series; gctx to pert_info: the files
    of each. Paths are absolute; '' for an absent table. moas: tables of MOAs, in order.
    fill_missing: whether missing landmark genes are set to 0 instead of refused.
    quality: criteria that signatures must meet to be kept. pert_types: of `fields.PERT_TYPES`.
    compact: store the z-scores in 8 bits. add_to, fingerprint: the compendium to whose series these
    are added, '' for none.
    files_digest: identifies the content of the files (or their sizes and times of change).
    """

    kind: ClassVar[str] = "import"
    name: str
    series: tuple[str, ...]
    gctx: tuple[str, ...]
    sig_info: tuple[str, ...]
    gene_info: tuple[str, ...]
    sig_metrics: tuple[str, ...]
    pert_info: tuple[str, ...]
    moas: tuple[str, ...] = ()
    fill_missing: bool = False
    replace: bool = False
    files_digest: str = ""
    quality: QualityFilter = EVERYTHING
    pert_types: tuple[str, ...] = (COMPOUND_PERT_TYPE,)
    compact: bool = False
    add_to: str = ""
    fingerprint: str = ""

    @property
    def unused(self) -> tuple[str, ...]:
        """Later fields that have their default: earlier requests keep their id."""
        later = ("pert_types", "compact", "add_to", "fingerprint")
        default = {each.name: each.default for each in fields(self)}
        return tuple(name for name in later if getattr(self, name) == default[name])

    @property
    def large(self) -> bool:
        """Whether its matrices take more than seconds to read."""
        n_bytes = 0
        for path in map(Path, self.gctx):
            with suppress(OSError):  # the import itself says what is missing
                n_bytes += path.stat().st_size
        return n_bytes > LARGE_BYTES

    @property
    def title(self) -> str:
        return f"Import '{self.name}'"
