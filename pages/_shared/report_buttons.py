"""Buttons that download a result as a report."""

from collections.abc import Callable

import streamlit as st

from gpar_core.export import download_name
from gpar_core.report.child import made_in_child
from pages._shared.state import cache

FILES = {
    ".html": (
        "Download report",
        "text/html",
        "One page to read, print and send: settings, figures, ranked lists, versions, and how to "
        "reproduce it. Creating it takes a few seconds.",
    ),
    ".zip": (
        "Download all files",
        "application/zip",
        "A zip with the report, every figure as SVG and PNG, every table as CSV and Parquet, and "
        "checksums.",
    ),
}


def report_buttons(
    result_id: str, title: str, *, simulated: bool, beside: Callable[[], None] | None = None
) -> None:
    """Draw two download buttons; the files are created on a click.

    beside: draws what stands beside them.
    """
    view = cache()
    with st.container(horizontal=True):
        for ending, (label, kind, explanation) in FILES.items():
            st.download_button(
                label,
                lambda ending=ending: made_in_child(view, result_id, ending),
                download_name("report", title, simulated=simulated, ending=ending[1:]),
                kind,
                key=f"report-{ending}-{result_id}",
                help=explanation,
                on_click="ignore",
            )
        if beside is not None:
            beside()
