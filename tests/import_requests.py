"""Imports that are asked for and not carried out."""

from gpar_core.data.importing.request import ImportRequest


def import_request(name: str, gctx: str = "m.gctx") -> ImportRequest:
    """Of one series, from files that are not there."""
    return ImportRequest(
        name=name,
        series=("m",),
        gctx=(gctx,),
        sig_info=("s.txt",),
        gene_info=("g.txt",),
        sig_metrics=("",),
        pert_info=("",),
    )
