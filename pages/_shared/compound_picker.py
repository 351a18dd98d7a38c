"""Choose one drug to open, or a positive set by class, by name, from a list, or as profiles."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from gpar_core import fields
from gpar_core.analyses.method import DrugSet
from gpar_core.data.class_names import gene_of, joined
from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import match_drugs
from pages._shared.error_box import error_box, plain
from pages._shared.profile_form import Upload, choose_upload
from pages._shared.state import Key, from_url

BY_MOA, BY_TARGET, BY_NAME, UPLOAD = "MOA", "Target", "Drugs by name", "Upload"
WAYS = (BY_MOA, BY_TARGET, BY_NAME, "Pasted list", UPLOAD)
EXAMPLE = "escitalopram, paroxetine, fluoxetine"
MAX_UNKNOWN = 50


@dataclass(frozen=True)
class Picked:
    """What the user chose; all but one are empty. moa: one MOA or target ('target: DRD2'), or
    several, as in `DrugSet`."""

    drugs: tuple[str, ...] = ()
    moa: str = ""
    upload: Upload | None = None

    @property
    def nothing(self) -> bool:
        return not self.drugs and not self.moa and self.upload is None

    @property
    def drug_set(self) -> DrugSet:
        return DrugSet(self.drugs, self.moa, label=self.upload.label if self.upload else "")


def pick(compendium: Compendium, *, uploads: bool = True) -> Picked:
    """The positive set. Raises GparError where an upload cannot be read."""
    absent = {BY_TARGET: compendium.targets.empty, UPLOAD: not uploads}
    ways = [way for way in WAYS if not absent.get(way)]
    key = "way" if uploads else "way-without-upload"
    if st.session_state.get(key, ways[0]) not in ways:  # chosen for a compendium with targets
        del st.session_state[key]
    way = st.segmented_control(
        "Choose by",
        ways,
        default=None if key in st.session_state else ways[0],  # another page may have chosen
        required=True,
        key=key,
        persist_state="session",
    )
    if way == BY_MOA:
        return Picked(moa=_moa(compendium))
    if way == BY_TARGET:
        return Picked(moa=_class(compendium.targets, "target"))
    if way == BY_NAME:
        names = compendium.drugs[fields.PERT_INAME].sort_values(key=_caseless)
        chosen = st.multiselect(
            "Drugs",
            names,
            key="drugs",
            placeholder="Type the start of a name",
            # Enter takes the first match, so it must begin with what was typed: sorted by name,
            # a name typed in full comes before all others that begin with it.
            filter_mode="prefix",
            select_all=False,
            persist_state="session",
        )
        return Picked(drugs=tuple(chosen))
    if way == UPLOAD:
        return Picked(upload=choose_upload("drugs"))
    return Picked(drugs=tuple(_pasted(compendium)))


def choose_moa(moa: str, *, uploads: bool = False) -> None:
    """Choose a MOA in the form of `pick`, with or without uploads, from a callback."""
    st.session_state["way" if uploads else "way-without-upload"] = BY_MOA
    st.session_state["moa"] = [moa]


def choose_drugs(names: list[str]) -> None:
    """Choose drugs by their names in the form of `pick` with uploads, from a callback."""
    st.session_state["way"] = BY_NAME
    st.session_state["drugs"] = names


def pick_one(compendium: Compendium, key: str) -> str:
    """Return the chosen name and keep it in the URL; '' if there is none.

    A name in the URL that matches no drug is returned unchanged.
    """
    drugs = compendium.drugs.sort_values(fields.DRUG)
    asked = from_url(Key.COMPOUND)
    found = match_drugs(compendium, [asked]).found
    name = st.selectbox(
        "Compound",
        drugs[fields.PERT_INAME],
        index=drugs[fields.DRUG].tolist().index(found[0]) if found else None,
        placeholder="Type a name",
        key=f"{key}-{compendium.name}",
        on_change=_into_url,
        args=(f"{key}-{compendium.name}",),
    )
    if name:
        st.query_params[Key.COMPOUND] = name
    return name or asked


def choose_one(compendium: Compendium, key: str, name: str) -> None:
    """Choose a drug of the compendium in the field of `pick_one`, from a callback."""
    st.session_state[f"{key}-{compendium.name}"] = name
    _into_url(f"{key}-{compendium.name}")


@error_box()
def _into_url(key: str) -> None:
    """Before the page runs, so that its title has the new name."""
    if name := st.session_state[key]:
        st.query_params[Key.COMPOUND] = name


def _moa(compendium: Compendium) -> str:
    moas = compendium.moas
    if moas.empty:
        st.info("This compendium has no MOA annotation. Choose drugs by name.")
        return ""
    return _class(moas, "moa")


def _class(classes: pd.DataFrame, key: str) -> str:
    """The chosen classes, with their drugs below. classes: `Compendium.moas`, or its targets."""
    n_drugs = dict(zip(classes["moa"], classes["n_drugs"], strict=True))
    chosen = st.multiselect(
        "Targets" if key == "target" else "MOAs",
        classes["moa"],
        format_func=lambda name: f"{gene_of(name) or name} ({n_drugs[name]})",
        placeholder="Type a gene" if key == "target" else "Type a mechanism",
        help="Choose several to train on the drugs of all of them",
        select_all=False,
        key=key,
        persist_state="session",
    )
    for name, drugs in classes.loc[classes["moa"].isin(chosen), ["moa", "drugs"]].to_numpy():
        st.caption(plain(drugs if len(chosen) == 1 else f"{gene_of(name) or name}: {drugs}"))
    return joined(chosen)


def _pasted(compendium: Compendium) -> list[str]:
    text = st.text_area(
        "Names or pert_ids, one per line or separated by commas or semicolons",
        key="pasted",
        placeholder=EXAMPLE,
        persist_state="session",
        max_chars=100_000,
    )
    match = match_drugs(compendium, text)
    if text.strip():
        st.markdown(f"**{len(match.found)} found**, {len(match.unknown)} unknown")
    if match.unknown:
        more = ", …" if len(match.unknown) > MAX_UNKNOWN else ""
        st.caption("Unknown: " + plain(", ".join(match.unknown[:MAX_UNKNOWN])) + more)
    return list(match.found)


def _caseless(names):  # type: ignore[no-untyped-def]
    return names.str.casefold()
