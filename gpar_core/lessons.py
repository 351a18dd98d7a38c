"""The case studies as lessons: what to look at, and questions with their answers explained."""

from dataclasses import dataclass

from gpar_core.case_studies import CASES
from gpar_core.errors import NotFoundError


@dataclass(frozen=True)
class Question:
    """right: position of the right answer in `answers`. why: shown after any answer."""

    asks: str
    answers: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True)
class Lesson:
    """case: title of a case study. aim: what a student can do afterwards. look: steps in order."""

    case: str
    aim: str
    look: tuple[str, ...]
    questions: tuple[Question, ...]


LESSONS = (
    Lesson(
        case="Digoxin alone",
        aim="Understand what a cross-validation by signature shows, and what it cannot show.",
        look=(
            "Run the case study, open the model and read the verdict.",
            "Under Ranked drugs, look at the known MOA of the first ten.",
            "Click the first one: where do its signatures rank among all signatures?",
        ),
        questions=(
            Question(
                "There is only one training drug. What was held out?",
                ("Another cardiac glycoside", "Some of digoxin's own signatures", "Nothing"),
                1,
                "With one drug, no other drug can be held out, so its signatures are divided "
                "among the folds. The AUROC shows how similar they are to each other, not how "
                "well another drug of the class would be found.",
            ),
            Question(
                "Most of the first ten are ATPase inhibitors. What is evidence that the model "
                "found the mechanism?",
                (
                    "The AUROC of 0.99",
                    "Drugs that it never saw, annotated by others, rank first",
                    "The small p-values",
                ),
                1,
                "Training on one drug uses no annotation. Unseen drugs of the class at the top "
                "of the list are independent evidence; the AUROC describes only digoxin itself.",
            ),
        ),
    ),
    Lesson(
        case="Serotonin transporter inhibitors",
        aim="Judge a weak signal by its interval, its base rate and a simpler model.",
        look=(
            "Compare the mean AUROC, its interval and logistic regression on the same folds.",
            "In the verdict, read how often permuted labels do as well.",
            "Compare the average precision with its base rate.",
            "Under Quality, see how much the folds differ.",
        ),
        questions=(
            Question(
                "Why are these antidepressants harder to learn than cardiac glycosides?",
                (
                    "They are newer drugs",
                    "Their target acts in neurons, but most of the cells measured are cancer "
                    "cell lines",
                    "They have more signatures",
                ),
                1,
                "If the target matters little to the cell, expression changes little, and the "
                "changes differ between cell lines.",
            ),
            Question(
                "The 95% interval of the mean AUROC is wide. What would narrow it most?",
                ("More training steps", "More drugs of the class", "Another seed"),
                1,
                "The interval comes from resampling the drugs. It shows how much the mean AUROC "
                "depends on which drugs happen to be in the set.",
            ),
            Question(
                "Average precision is 0.4 and its base rate 0.03. What does that mean?",
                (
                    "40% of all compounds are members",
                    "The top of the list is far purer than by chance, but still contains many "
                    "others",
                    "The model is worse than chance, since 0.4 is below 0.5",
                ),
                1,
                "A random ranking has an average precision equal to the base rate, not 0.5.",
            ),
        ),
    ),
    Lesson(
        case="NF-kB inhibitors",
        aim="See that drugs of one class can act differently.",
        look=(
            "Under Training drugs, find those that do not beat the negatives.",
            "Under Map, see whether the training drugs cluster together.",
        ),
        questions=(
            Question(
                "Why is a class named after a pathway harder to learn than one named after an "
                "enzyme?",
                (
                    "Its drugs may act on different proteins of the pathway",
                    "Pathways have no landmark genes",
                    "It contains too many drugs",
                ),
                0,
                "One name can cover several mechanisms, each with its own signature.",
            ),
            Question(
                "A proteasome inhibitor ranks high on the list. Is that an error?",
                (
                    "Yes: it has another MOA",
                    "Not necessarily: the proteasome is needed to activate NF-kB",
                    "There is no way to know whether it was measured",
                ),
                1,
                "Inhibitors that act upstream leave a similar signature. A hit with another "
                "annotation is a hypothesis, and sometimes the more interesting one.",
            ),
        ),
    ),
    Lesson(
        case="HSP inhibitors and VER-155008",
        aim="Find a training drug that does not belong.",
        look=(
            "Compare the mean AUROC with and without VER-155008.",
            "In the model of all six, under Training drugs, find the outlier drugs.",
        ),
        questions=(
            Question(
                "Leaving one drug out raises the mean AUROC. When may you exclude it permanently?",
                (
                    "Always: a higher AUROC is better",
                    "When the change is beyond noise and there is an independent reason",
                    "Never",
                ),
                1,
                "If you exclude every drug that lowers the mean AUROC, you can make it as high "
                "as you like. Here there is a reason: VER-155008 binds HSP70, the others HSP90.",
            ),
            Question(
                "When five or six drugs are left out in turn, one of them stands out by chance. "
                "How does the curation guard against that?",
                (
                    "It repeats the cross-validation with other folds and estimates the noise",
                    "It uses more genes",
                    "Nothing",
                ),
                0,
                "A drug becomes a suspect only if the change is larger than chance explains, "
                "given how the other drugs vary.",
            ),
        ),
    ),
    Lesson(
        case="Chloroquine",
        aim="Distinguish a hypothesis from a finding.",
        look=(
            "Look at the first thirty drugs and their p-values.",
            "Click one with few signatures and one with many.",
        ),
        questions=(
            Question(
                "Two anti-inflammatory drugs are among the first ten. What is the next step?",
                (
                    "Tell patients",
                    "A laboratory experiment that could prove it wrong",
                    "A lower limit for p",
                ),
                1,
                "The question came up because of COVID-19; in large trials, chloroquine did not "
                "help against it. A ranking can only suggest what to test.",
            ),
            Question(
                "Why do the p-values look better than they are?",
                (
                    "They assume that signatures of one drug are independent, which they are not",
                    "They are rounded",
                    "There are too few permutations",
                ),
                0,
                "Five signatures of one drug in similar cells are closer to one observation than "
                "to five.",
            ),
        ),
    ),
    Lesson(
        case="Estrogen receptor agonists by cell line",
        aim="See that a mechanism is visible only in cells that express its target.",
        look=("Compare the two selections of cell lines. Is the difference beyond noise?",),
        questions=(
            Question(
                "In PC3 and A549 there is little to learn. Why?",
                (
                    "These cells express little or no estrogen receptor",
                    "There are fewer signatures",
                    "The model is too small",
                ),
                0,
                "Without the target, there is no signature. Choose cell lines in which the "
                "target is expressed.",
            ),
            Question(
                "A drug has no effect in any cell line of the compendium. What does that mean?",
                (
                    "It is inactive",
                    "It is inactive in these cells at these doses and times",
                    "It is wrongly annotated",
                ),
                1,
                "Absence of a signal here does not mean absence elsewhere.",
            ),
        ),
    ),
)


def lesson(case: str) -> Lesson:
    """The lesson of a case study by its title. Raises NotFoundError."""
    for each in LESSONS:
        if each.case == case:
            return each
    raise NotFoundError(
        f"There is no lesson '{case[:40]}'. Choose from: {', '.join(each.title for each in CASES)}."
    )
