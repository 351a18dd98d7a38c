"""A lesson on screen: a case study or a story, steps to follow, and questions."""

import streamlit as st

from gpar_core.case_studies import case
from gpar_core.lessons import LESSONS, Question, lesson
from pages._shared.state import Key, go


def show_lessons() -> None:
    """Show one lesson at a time."""
    title = st.selectbox(
        "Lesson", [each.case for each in LESSONS], key=Key.LESSON, bind="query-params"
    )
    shown = lesson(title)
    st.header(shown.case, anchor=False)
    st.markdown(f"**Aim.** {shown.aim}")
    st.markdown(shown.story or case(shown.case).story)
    st.markdown("\n".join(f"{number}. {step}" for number, step in enumerate(shown.look, start=1)))
    if not shown.story and st.button("Open case study", type="primary"):
        go("case_studies", case=shown.case)
    st.header("Questions", anchor=False)
    answers = [_question(number, each, shown.case) for number, each in enumerate(shown.questions)]
    answered = [right for right in answers if right is not None]
    if answered:
        st.markdown(f"**{sum(answered)} of {len(answers)}** correct so far.")


def _question(number: int, question: Question, case: str) -> bool | None:
    """Show a question; return whether the answer is correct, None without one."""
    answer = st.radio(
        f"{number + 1}. {question.asks}",
        range(len(question.answers)),
        index=None,
        format_func=question.answers.__getitem__,
        key=f"question-{case}-{number}",
        persist_state="session",
    )
    if answer is None:
        return None
    if answer == question.right:
        st.success(f"Correct. {question.why}")
    else:
        st.warning(f"Not correct. {question.why}")
    return answer == question.right
