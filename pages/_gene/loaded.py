"""What the parts of the page share, computed once per server."""

import numpy as np
import pandas as pd
import streamlit as st

from gpar_core.analyses.gene import values
from gpar_core.analyses.gene.identity import Gene
from gpar_core.analyses.gene.movers import movers
from gpar_core.data.compendium import Compendium
from gpar_core.progress import Progress
from pages._shared.error_box import plain


def load_view(compendium: Compendium, kind: str) -> Compendium:
    """The signatures of one kind of perturbagen."""
    return _view(compendium.fingerprint, kind, compendium)


def load_z(compendium: Compendium, kind: str, gene: Gene) -> np.ndarray:
    """(n,) z-scores of a gene in the signatures of a kind, with progress where it takes long."""
    view = load_view(compendium, kind)
    shown = st.empty()

    def report(now: Progress) -> None:
        share = now.done / now.total if now.total else 0.0
        shown.progress(share, text=plain(f"{now.stage}: {now.message}"))

    values.prepare(view, report=report)
    shown.empty()
    return _z(compendium.fingerprint, kind, gene.place, view)


def load_movers(compendium: Compendium, kind: str, gene: Gene) -> pd.DataFrame:
    """The perturbagens of a kind by how they move a gene, as from `movers`."""
    z = load_z(compendium, kind, gene)
    return _movers(compendium.fingerprint, kind, gene.place, load_view(compendium, kind), z)


def load_spread(compendium: Compendium) -> np.ndarray:
    """(978,) how much each gene varies."""
    return _spread(compendium.fingerprint, compendium)


@st.cache_resource(max_entries=16, show_spinner=False)
def _view(fingerprint: str, kind: str, _compendium: Compendium) -> Compendium:
    return _compendium.of_kinds([kind])


@st.cache_resource(max_entries=64, show_spinner="Reading the gene …")
def _z(fingerprint: str, kind: str, place: int, _view: Compendium) -> np.ndarray:
    return values.z_scores(_view, place)


@st.cache_resource(max_entries=64, show_spinner="Comparing drugs …")
def _movers(
    fingerprint: str, kind: str, place: int, _view: Compendium, _of_gene: np.ndarray
) -> pd.DataFrame:
    return movers(_view, _of_gene)


@st.cache_resource(max_entries=16, show_spinner="Comparing all genes …")
def _spread(fingerprint: str, _compendium: Compendium) -> np.ndarray:
    return values.spread(_compendium)
