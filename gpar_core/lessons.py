"""Lessons, most of them on a case study: what to look at, and questions with explained answers."""

from dataclasses import dataclass

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
    """case: title of a case study, or of the lesson if it has a story of its own. aim: what a
    student can do afterwards. look: steps in order. story: '' for that of the case study.
    """

    case: str
    aim: str
    look: tuple[str, ...]
    questions: tuple[Question, ...]
    story: str = ""


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
                "Most of the first ten are ATPase inhibitors. Which is evidence that the model "
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
    Lesson(
        case="Knock-downs and inhibitors",
        story=(
            "A knock-down silences one gene: a short hairpin RNA destroys its messenger RNA. A "
            "knock-out cuts the gene itself, an over-expression adds copies of it. If a drug "
            "inhibits a protein, the loss of its gene may leave a similar signature, and so point "
            "to the target. Often it does not."
        ),
        aim="Judge what it means that a drug resembles the loss of a gene, or does not.",
        look=(
            "On the demo, in Which target?, look for the target of digoxin, a cardiac glycoside. "
            "ATP1A1 should be near the top.",
            "Look for the target of fluoxetine. Where is SLC6A4, the serotonin transporter?",
            "Look for the target of dexamethasone, which activates its receptor, NR3C1.",
            "Look for the target of vincristine, which binds tubulin, TUBB.",
        ),
        questions=(
            Question(
                "Why is the target of fluoxetine not found?",
                (
                    "Fluoxetine has no target",
                    "The cell lines do not express the transporter, so silencing it changes "
                    "nothing",
                    "Knock-downs of transporters do not work",
                ),
                1,
                "Without the protein, neither the knock-down nor the inhibition of it changes the "
                "cell. What fluoxetine does change there comes from other effects.",
            ),
            Question(
                "What should resemble dexamethasone?",
                (
                    "The over-expression of NR3C1; its knock-down should be the opposite",
                    "The knock-down of NR3C1",
                    "Both",
                ),
                0,
                "An agonist activates its target, so the loss of the target is the opposite. "
                "Always ask whether a drug inhibits or activates.",
            ),
            Question(
                "No tubulin is near the top for vincristine. Which explanation is likely?",
                (
                    "Vincristine does not bind tubulin",
                    "There are too few genes",
                    "Cells have several tubulin genes; if one is silenced, the others replace it",
                ),
                2,
                "A drug can inhibit all members of a gene family at once; a knock-down silences "
                "one. Kinases are similar: an inhibitor often has many, and an enzyme that a drug "
                "traps on DNA is not simply missing.",
            ),
            Question(
                "One knock-down resembles your hit in one cell line. What could deceive you?",
                (
                    "A knock-down is always specific",
                    "The hairpin also silences genes that match its seed",
                    "Knock-downs are stronger than drugs",
                ),
                1,
                "Off-target effects of hairpins are large. Look for the same gene in several cell "
                "lines, and by knock-out, before you trust it.",
            ),
        ),
    ),
)


def lesson(case: str) -> Lesson:
    """A lesson by its title. Raises NotFoundError."""
    for each in LESSONS:
        if each.case == case:
            return each
    known = ", ".join(each.case for each in LESSONS)
    raise NotFoundError(f"There is no lesson '{case[:40]}'. Choose from: {known}.")
