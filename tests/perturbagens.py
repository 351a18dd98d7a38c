"""A release with a perturbagen of every kind beside two compounds."""

from tests.geo_files import Release, release

KINDS = ("trt_cp", "trt_cp", "trt_sh.cgs", "trt_oe", "trt_xpr", "trt_lig")
IDS = (
    "BRD-K00000001", "BRD-K00000002", "CGS00007157", "BRDN0000000001", "BRDN0000000002",
    "L00000001",
)  # fmt: skip
NAMES = ("drug 1", "drug 2", "tp53", "TP53", "TP53", "EGF")


def mixed_release() -> Release:
    """Four signatures of each, two in A375 and two in MCF7."""
    made = release(pert_ids=IDS)
    kind, name = dict(zip(IDS, KINDS, strict=True)), dict(zip(IDS, NAMES, strict=True))
    ids = made.sig_info["pert_id"]
    made = made.with_info(pert_type=ids.map(kind), pert_iname=ids.map(name))
    return made.with_table(
        "moa",
        pert_iname=["drug 1", "drug 2"],
        moa=["X inhibitor", ""],
        target=["TP53", "TP53|EGFR"],
    )
