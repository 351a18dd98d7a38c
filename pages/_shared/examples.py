"""Examples to click, and compounds that nearly every compendium has."""

from collections.abc import Callable, Iterable, Mapping

import streamlit as st

from gpar_core.data.compendium import Compendium
from gpar_core.data.training_set import drug_name
from pages._shared.compound_picker import choose_one, pick_one
from pages._shared.error_box import error_box, plain

COMPOUNDS = ("digoxin", "dexamethasone", "vorinostat", "sirolimus", "tamoxifen", "lovastatin")
N_SHOWN = 3


def known_compounds(compendium: Compendium) -> list[str]:
    """Up to `N_SHOWN` well-known compounds of a compendium, as it names them."""
    of_it = compendium.drug_by_name
    return [drug_name(compendium, of_it[name]) for name in COMPOUNDS if name in of_it][:N_SHOWN]


def example_buttons(
    examples: Iterable[str],
    use: Callable[[str], None],
    *,
    lead: str = "**Examples**",
    helps: Mapping[str, str] | None = None,
) -> None:
    """Draw a row with a button for each example; nothing where there are none.

    use: called with the example's name after a click, before the page is drawn; it shows its own
    errors. lead: Markdown before the buttons. helps: what to expect of an example.
    """
    names = list(examples)
    if not names:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(lead, width="content")
        for name in names:
            st.button(
                f"Use {plain(name)}",
                key=f"example-{name}",
                icon=":material/bolt:",
                on_click=use,
                args=(name,),
                help=(helps or {}).get(name),
            )


def pick_or_example(compendium: Compendium, key: str, examples: Iterable[str]) -> str:
    """Return the chosen compound, as `pick_one`; before that the first example, said to be one."""
    if name := pick_one(compendium, key):
        return name

    @error_box()
    def use(name: str) -> None:
        choose_one(compendium, key, name)

    first, *others = [*examples] or [""]
    if first:
        lead = f"**Example: {plain(first)}.** Type a name above to see another compound, or"
        example_buttons(others, use, lead=lead)
    return first
