"""The component that shows notices; Streamlit's own toast is a dialog without a name."""

import secrets
from pathlib import Path
from typing import Any, Final

import streamlit as st

from gpar_core.jobs.job import Job
from pages._shared.job_words import place_of
from pages._shared.state import Key, go

BROWSER = Path(__file__).resolve().parent / "browser"
KEPT: Final = 5
"""Of the latest notices: one that was shown is not shown again."""

_show = st.components.v2.component(
    "gpar_notices", html="<i></i>", js=(BROWSER / "notices.js").read_text("utf-8")
)


def notify(text: str, job: Job | None = None, action: str = "") -> None:
    """Show a notice once, on this page or the next; action: the button that opens the job."""
    page, parameters = place_of(job) if job else ("", {})
    notice = {
        "id": secrets.token_hex(8), "text": text, "action": action,
        "page": page, "parameters": parameters,
    }  # fmt: skip
    st.session_state[Key.NOTICES] = [*_latest(), notice][-KEPT:]


def notices() -> None:
    """Draw what `notify` was given."""
    shown = _latest()
    with st.container(key="notices"):
        wanted = _show(
            key="gpar-notices",
            on_opened_change=_nothing,
            data={
                "notices": [
                    {part: each[part] for part in ("id", "text", "action")} for each in shown
                ]
            },
        ).opened
    for each in shown:
        if each["id"] == wanted:
            go(each["page"], **each["parameters"])


def _latest() -> list[dict[str, Any]]:
    return st.session_state.get(Key.NOTICES, [])


def _nothing() -> None:
    """Do nothing: Streamlit keeps a component's value only if there is a change callback."""
