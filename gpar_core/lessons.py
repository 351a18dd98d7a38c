"""The case studies as lessons: what to look at, and questions with their answers explained."""

from dataclasses import dataclass

from gpar_core.case_studies import CASES
from gpar_core.errors import NotFoundError


@dataclass(frozen=True)
class Question:
    """right: place of the right answer in `answers`. why: shown with either."""

    asks: str
    answers: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True)
class Lesson:
    """case: title of a case study. aim: what a student can do afterwards. look: steps, in order."""

    case: str
    aim: str
    look: tuple[str, ...]
    questions: tuple[Question, ...]


LESSONS = (
    Lesson(
        case="Digoxin alone",
        aim="Tell what a cross-validation by signature says, and what it cannot say.",
        look=(
            "Run the case study, open the model and read the verdict.",
            "Under Ranked drugs, look at the known MOA of the first ten.",
            "Click the first one: where do its signatures stand among all?",
        ),
        questions=(
            Question(
                "There is one training drug. What was held out?",
                ("Another cardiac glycoside", "Some of digoxin's own signatures", "Nothing"),
                1,
                "With one drug there is no other to hold out, so its signatures are shared out "
                "over the folds. The AUROC says how alike they are, not how well another drug of "
                "the class would be found.",
            ),
            Question(
                "Most of the first ten are ATPase inhibitors. What supports that the model found "
                "the mechanism?",
                (
                    "The AUROC of 0.99",
                    "That drugs it never saw, annotated by others, come first",
                    "That the p-values are small",
                ),
                1,
                "Annotation played no part in the training on one drug. That unseen drugs of the "
                "class lead the list is evidence from outside; the AUROC is about digoxin itself.",
            ),
        ),
    ),
    Lesson(
        case="Serotonin transporter inhibitors",
        aim="Read a weak signal: interval, base rate and the simpler model beside it.",
        look=(
            "Compare the mean AUROC, its interval and logistic regression on the same folds.",
            "Read in the verdict how often permuted labels do as well.",
            "Compare average precision with what it would be without skill.",
            "Under Quality, see how far the folds differ.",
        ),
        questions=(
            Question(
                "Why are these antidepressants harder to learn than cardiac glycosides?",
                (
                    "They are newer drugs",
                    "Their target acts in neurons, and the cells measured are mostly cancer lines",
                    "They have more signatures",
                ),
                1,
                "Where the target matters little to the cell, expression changes little, and "
                "differently from cell line to cell line.",
            ),
            Question(
                "The 95% interval of the mean AUROC is wide. What would narrow it most?",
                ("More training steps", "More drugs of the class", "Another seed"),
                1,
                "The interval comes from resampling the drugs. It says how much the figure depends "
                "on which drugs happen to be there.",
            ),
            Question(
                "Average precision is 0.4 and its base rate 0.03. That means:",
                (
                    "40% of all compounds are members",
                    "The list is far purer at its top than chance, and still holds many others",
                    "The model is worse than chance, since 0.4 is below 0.5",
                ),
                1,
                "Average precision starts at the base rate, not at 0.5.",
            ),
        ),
    ),
    Lesson(
        case="NF-kB inhibitors",
        aim="See that drugs under one name need not act alike.",
        look=(
            "Under Training drugs, find those that do not beat the negatives.",
            "Under Map, see whether the training drugs lie together.",
        ),
        questions=(
            Question(
                "A class is named by a pathway. Why is it harder to learn than one named by an "
                "enzyme?",
                (
                    "Its drugs may act on different proteins of the pathway",
                    "Pathways have no genes among the landmarks",
                    "There are too many drugs in it",
                ),
                0,
                "One name can cover several mechanisms, each with its own mark.",
            ),
            Question(
                "A proteasome inhibitor stands high on the list. Is that an error?",
                (
                    "Yes: it has another MOA",
                    "Not necessarily: the proteasome is needed to activate NF-kB",
                    "It cannot be said whether it was measured",
                ),
                1,
                "Inhibitors that act upstream leave a similar mark. A hit with another annotation "
                "is a hypothesis, and sometimes the more interesting one.",
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
                "Leaving one drug out raises the mean AUROC. When may you leave it out for good?",
                (
                    "Always: a higher AUROC is better",
                    "When the change is beyond noise and there is a reason from outside",
                    "Never",
                ),
                1,
                "Leaving out whatever lowers a figure makes any figure high. Here there is a "
                "reason: VER-155008 binds HSP70, the others HSP90.",
            ),
            Question(
                "With five or six drugs, each left out in turn, one stands out by chance. What "
                "does the curation hold against that?",
                (
                    "It repeats the cross-validation with other folds and tells the noise",
                    "It uses more genes",
                    "Nothing",
                ),
                0,
                "A drug is called a suspect only if the change is larger than chance explains, "
                "given how the other drugs differ.",
            ),
        ),
    ),
    Lesson(
        case="Chloroquine",
        aim="Tell a hypothesis from a finding.",
        look=(
            "Look at the first thirty drugs and their p-values.",
            "Click one with few signatures and one with many.",
        ),
        questions=(
            Question(
                "Two anti-inflammatory drugs stand among the first ten. The next step is:",
                (
                    "Tell patients",
                    "A laboratory experiment that could prove it wrong",
                    "A lower limit of p",
                ),
                1,
                "In large trials chloroquine did not help against COVID-19, for which the question "
                "was asked. A ranking can only say what to test.",
            ),
            Question(
                "Why do the p-values look better than they are?",
                (
                    "Signatures of one drug are taken as independent, and they are not",
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
        aim="See that a mechanism is visible only where its target is.",
        look=(
            "Compare the two selections of cell lines, and whether the difference is beyond noise.",
        ),
        questions=(
            Question(
                "In PC3 and A549 there is little to learn. Why?",
                (
                    "These cells do not express the estrogen receptor",
                    "There are fewer signatures",
                    "The network is too small",
                ),
                0,
                "No target, no mark. Choose cell lines in which the target is expressed.",
            ),
            Question(
                "A drug has no effect in any cell line of the compendium. It is then:",
                (
                    "Inactive",
                    "Inactive in these cells at these doses and times",
                    "Wrongly annotated",
                ),
                1,
                "Absence of a signal here is no evidence of absence elsewhere.",
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
        f"There is no lesson '{case[:40]}'. There are: {', '.join(each.title for each in CASES)}."
    )
