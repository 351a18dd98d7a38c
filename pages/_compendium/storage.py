"""The choice of how z-scores are stored."""

import streamlit as st


def choose_compact(key: str) -> bool:
    return st.checkbox(
        "Store compactly",
        help="Rounds z-scores to steps of 0.08, up to ±10, and takes a quarter of the disk. Ranks "
        "and accuracies hardly change. The exact values are not kept.",
        key=key,
    )
