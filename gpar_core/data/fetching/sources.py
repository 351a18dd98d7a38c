"""Where to get LINCS data: the single list of hosts and file names.

Sizes are those of the files as published, rounded as in GEO's listing; the packed sizes of GSE70138
are estimated from the compression of GSE92742. They only announce the size of a download; its
progress is measured. Columns are those that the header of a table must have for GPAR to read it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

GSE92742: Final = "https://ftp.ncbi.nlm.nih.gov/geo/series/GSE92nnn/GSE92742/suppl/"
GSE70138: Final = "https://ftp.ncbi.nlm.nih.gov/geo/series/GSE70nnn/GSE70138/suppl/"
LINCS2020: Final = "https://s3.amazonaws.com/macchiato.clue.io/builds/LINCS2020/"
REPURPOSING_HUB: Final = "https://s3.amazonaws.com/data.clue.io/repurposing/downloads/"

MATRIX: Final = "matrix"
"""The role of the file of z-scores; all other files are tables."""

STARTER_CELLS: Final = ("A375", "A549", "HT29", "MCF7", "PC3")
"""Five of CMap's nine core cell lines, in which the most compounds were measured. With one
signature in each, a compound measured in all has the five that the paper's filter requires. They
are from four tissues, so an effect found in all is not specific to one tissue."""


@dataclass(frozen=True)
class SourceFile:
    """One file of a source.

    roles: its part in an import, as named in `import_files`; the first names it.
    base_url, path: where it is. n_bytes: as downloaded. unpacked: of a packed matrix, unpacked;
    else 0. columns: of a table, those its header must have. pert_types: of a matrix that is read by
    ranges, the kinds of perturbagens to read from it.
    """

    roles: tuple[str, ...]
    base_url: str
    path: str
    n_bytes: int
    unpacked: int = 0
    columns: tuple[str, ...] = ()
    pert_types: tuple[str, ...] = ()

    @property
    def role(self) -> str:
        return self.roles[0]

    @property
    def name(self) -> str:
        """Its name in the download folder."""
        return self.path.rsplit("/", 1)[-1]

    def url(self, base_url: str = "") -> str:
        """Its address. base_url: of a mirror with the same files, ending in '/'."""
        return (base_url or self.base_url) + self.path


@dataclass(frozen=True)
class Source:
    """A release that can be fetched.

    name: in commands and folders. title, about: for the user. files: in the order of fetching,
    small tables first. checksums: GEO's list of SHA-512 sums, None where there is none.
    by_ranges: the matrix is not packed, so only the chosen part is read. more: further matrices, of
    other perturbagens than compounds. cell_column: in its cell_info, '' if there are no cell lines
    to choose.
    starter: only exemplar signatures of well-known and of inactive compounds are chosen. series:
    the series of its signatures, '' if it has none.
    """

    name: str
    title: str
    about: str
    files: tuple[SourceFile, ...]
    checksums: SourceFile | None = None
    by_ranges: bool = False
    more: tuple[SourceFile, ...] = ()
    cell_column: str = ""
    starter: bool = False
    series: str = ""

    @property
    def tables(self) -> tuple[SourceFile, ...]:
        return tuple(file for file in self.files if file.role != MATRIX)

    @property
    def matrix(self) -> SourceFile | None:
        return next((file for file in self.files if file.role == MATRIX), None)

    def matrices(self, pert_types: Collection[str]) -> list[SourceFile]:
        """Those that have to be read for these kinds of perturbagens."""
        files = [*filter(None, [self.matrix]), *self.more]
        wanted = [file for file in files if set(file.pert_types) & set(pert_types)]
        return wanted if self.by_ranges else files


def _table(
    role: str, base_url: str, path: str, n_bytes: int, *columns: str, also: tuple[str, ...] = ()
) -> SourceFile:
    return SourceFile((role, *also), base_url, path, n_bytes, columns=columns)


_PERT_INFO = ("pert_id", "pert_iname", "pert_type")


def _geo_series(
    series: str,
    base_url: str,
    matrix: str,
    *,
    title: str,
    about: str,
    n_bytes: tuple[int, int, int, int, int],
    dates: tuple[str, str] = ("", ""),
) -> Source:
    """A series as GEO has it.

    n_bytes: of pert_info, sig_metrics, sig_info and the matrix, packed and unpacked. dates: at the
    end of the name of cell_info, and of the other files.
    """
    pert_info, sig_metrics, sig_info, packed, unpacked = n_bytes

    def table(role: str, n: int, *columns: str, date: str = dates[1]) -> SourceFile:
        return _table(role, base_url, f"{series}_Broad_LINCS_{role}{date}.txt.gz", n, *columns)

    return Source(
        name=series.lower(),
        title=title,
        about=about,
        files=(
            table("cell_info", 2_500, "cell_id", date=dates[0]),
            table("gene_info", 217_000, "pr_gene_id", "pr_gene_symbol"),
            table("pert_info", pert_info, *_PERT_INFO),
            table("sig_metrics", sig_metrics, "sig_id", "tas", "distil_cc_q75", "distil_ss"),
            table("sig_info", sig_info, "sig_id", *_PERT_INFO, "cell_id"),
            SourceFile((MATRIX,), base_url, matrix, packed, unpacked),
        ),
        cell_column="cell_id",
        series=series,
        checksums=SourceFile(("checksums",), base_url, f"{series}_SHA512SUMS.txt.gz", 1_400),
    )


_TOUCHSTONE = _table(
    "touchstone", GSE92742, "GSE92742_Broad_LINCS_pert_info.txt.gz", 1_150_000,
    *_PERT_INFO, "is_touchstone",
)  # fmt: skip


def _level5(what: str, n_bytes: int, pert_type: str) -> SourceFile:
    path = f"level5/level5_beta_trt_{what}x12328.gctx"
    return SourceFile((MATRIX,), LINCS2020, path, n_bytes, pert_types=(pert_type,))


_LINCS2020_FILES = (
    _table("cell_info", LINCS2020, "cellinfo_beta.txt", 40_000, "cell_iname"),
    _table(
        "gene_info", LINCS2020, "geneinfo_beta.txt", 1_100_000,
        "gene_id", "gene_symbol", "feature_space",
    ),
    _table(
        "pert_info", LINCS2020, "compoundinfo_beta.txt", 6_000_000,
        "pert_id", "cmap_name", "moa", also=("moa",),
    ),
    _table(
        "sig_info", LINCS2020, "siginfo_beta.txt", 465_000_000,
        "sig_id", "pert_id", "cmap_name", "pert_type", "cell_iname", "tas", "qc_pass",
        "is_exemplar_sig",
    ),
    _level5("cp_n720216", 35_518_405_386, "trt_cp"),
)  # fmt: skip
_LINCS2020_MORE = (
    _level5("misc_n8283", 408_500_000, "trt_lig"),
    _level5("oe_n34171", 1_690_000_000, "trt_oe"),
    _level5("sh_n238351", 11_760_000_000, "trt_sh.cgs"),
    _level5("xpr_n142901", 6_520_000_000, "trt_xpr"),
)
"""With the kinds that GPAR takes from them: 'misc' has antibodies and siRNA beside ligands, 'sh'
single hairpins and seed controls beside consensus knock-downs. 'xpr' is compressed."""

_SOURCES = (
    Source(
        name="starter",
        title="Starter of LINCS 2020",
        about=(
            "Real data in minutes: well-known and inactive compounds in "
            f"{', '.join(STARTER_CELLS)}, "
            "one signature for each compound and cell line. Downloads 1 to 2 GB."
        ),
        files=(_TOUCHSTONE, *_LINCS2020_FILES),
        by_ranges=True,
        more=_LINCS2020_MORE,
        cell_column="cell_iname",
        starter=True,
        series="LINCS2020",
    ),
    Source(
        name="lincs2020",
        title="LINCS 2020 (clue.io)",
        about=(
            "720,216 compound signatures, and those of knock-downs, knock-outs, over-expressions "
            "and ligands; only the landmark genes of the selected cell lines are downloaded."
        ),
        files=_LINCS2020_FILES,
        by_ranges=True,
        more=_LINCS2020_MORE,
        cell_column="cell_iname",
        series="LINCS2020",
    ),
    _geo_series(
        "GSE92742",
        GSE92742,
        "GSE92742_Broad_LINCS_Level5_COMPZ.MODZ_n473647x12328.gctx.gz",
        title="GSE92742 (GEO, LINCS phase I)",
        about="473,647 signatures, the data used in the paper.",
        n_bytes=(1_150_000, 12_500_000, 11_100_000, 21_400_000_000, 23_400_000_000),
    ),
    _geo_series(
        "GSE70138",
        GSE70138,
        "GSE70138_Broad_LINCS_Level5_COMPZ_n118050x12328_2017-03-06.gctx.gz",
        title="GSE70138 (GEO, LINCS phase II)",
        about="118,050 signatures, release 2017-03-06.",
        n_bytes=(100_000, 3_500_000, 2_000_000, 5_350_000_000, 5_830_000_000),
        dates=("_2017-04-28", "_2017-03-06"),
    ),
    Source(
        name="repurposing-hub",
        title="Drug Repurposing Hub (2020-03-24)",
        about="MOAs, targets and indications of 6,800 drugs, for compounds of any release.",
        files=(
            _table(
                "moa", REPURPOSING_HUB, "repurposing_drugs_20200324.txt", 1_100_000,
                "pert_iname", "clinical_phase", "moa", "target",
            ),
            _table(
                "compound_ids", REPURPOSING_HUB, "repurposing_samples_20200324.txt", 4_000_000,
                "broad_id", "pert_iname", "InChIKey",
            ),
        ),
    ),
)  # fmt: skip

SOURCES: Final[Mapping[str, Source]] = {source.name: source for source in _SOURCES}
"""All sources by name."""
