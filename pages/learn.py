"""Learn: a tour, lessons with questions, a glossary, and a guide for teachers."""

import streamlit as st

from gpar_core.storage import folders
from pages._learn.glossary_view import show_glossary
from pages._learn.lesson_view import show_lessons
from pages._learn.tour_view import show_tour
from pages._shared.frame import compendium_in_use
from pages._shared.navigation import begin
from pages._shared.state import Key
from pages._shared.tabs import tabs


def tour() -> None:
    if (in_use := compendium_in_use()) is not None:
        show_tour(in_use)


def for_teachers() -> None:
    st.markdown((folders.app() / "docs" / "teaching.md").read_text("utf-8"))


begin("Learn")
tabs(
    {
        "Tour": tour,
        "Lessons": show_lessons,
        "Glossary": show_glossary,
        "Teachers": for_teachers,
    },
    Key.LEARN,
)
