"""Pages on paper: black on white, without what works on a screen alone."""

from typing import Final

import streamlit as st

PAPER: Final = """
@media print {
  @page { margin: 12mm; }
  [data-testid="stSidebar"], [data-testid="stSidebarCollapsedControl"],
  [data-testid="stExpandSidebarButton"], [data-testid="stHeader"], [data-testid="stToolbar"],
  [data-testid="stStatusWidget"], [data-testid="stElementToolbar"], [data-testid="stButton"],
  [data-testid="stDownloadButton"], [data-testid="stPopover"], [data-testid="stFileUploader"],
  [data-testid="stTooltipIcon"], [data-testid="stLinkButton"], [data-testid="stPageLink"] {
    display: none !important;
  }
  html, body, #root, .stApp, [data-testid="stAppViewContainer"], [data-testid="stMain"] {
    position: static !important; overflow: visible !important; height: auto !important;
    display: block !important;
  }
  /* As wide as on most screens: charts and tables keep the size they were drawn in. */
  [data-testid="stMain"] { zoom: 0.75; }
  [data-testid="stMainBlockContainer"] { max-width: none !important; padding: 0 !important; }
  [data-testid="stVegaLiteChart"] canvas, [data-testid="stVegaLiteChart"] svg, img {
    max-width: 100% !important; height: auto !important;
  }
  [data-testid="stVegaLiteChart"], [data-testid="stDataFrame"], [data-testid="stMetric"],
  [data-testid="stAlert"], [data-testid="stImage"] { break-inside: avoid; }
  h1, h2, h3 { break-after: avoid; }
  html, body { background: white !important; }
}
"""

INVERTED: Final = """
@media print {
  .stApp { background: black !important; filter: invert(1) hue-rotate(180deg) contrast(1.25); }
  [data-testid="stAppViewContainer"], [data-testid="stMain"] { background: none !important; }
}
"""
"""Charts and tables are pictures in the colors of the theme, so a dark page is inverted as a whole;
turning the hues keeps red red, and the contrast makes the ground white."""


def print_style() -> None:
    """Style what the browser's Print makes of every page."""
    dark = st.context.theme.type == "dark"
    st.html(f"<style>{PAPER}{INVERTED if dark else ''}</style>")
