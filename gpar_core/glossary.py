"""Terms and figures used in GPAR: what each means, and what it does not mean."""

from dataclasses import dataclass

from gpar_core.errors import NotFoundError


@dataclass(frozen=True)
class Term:
    """name: as on screen. means: in one or two sentences. beware: what it does not mean, or ''."""

    name: str
    means: str
    beware: str = ""


TERMS = {
    "moa": Term(
        "Mechanism of action (MOA)",
        "How a drug produces its effect, usually named by its target: 'HDAC inhibitor'.",
        "It comes from an annotation table. Drugs have effects that no table lists, and "
        "annotations can be wrong.",
    ),
    "target": Term(
        "Target",
        "A gene whose protein a drug acts on, by its symbol: DRD2. The drugs of one target are a "
        "class as those of one MOA are, and can be chosen wherever a MOA can.",
        "Lists of targets are incomplete, and many drugs have more than one. A list does not tell "
        "whether a drug activates or inhibits the target.",
    ),
    "class": Term(
        "Class",
        "The drugs that share a MOA, a target or an uploaded label. Classes overlap: one drug can "
        "be in several.",
    ),
    "compendium": Term(
        "Compendium",
        "A collection of gene-expression signatures with their drugs, cell lines, doses, times "
        "and MOAs. GPAR trains on it and searches it.",
    ),
    "signature": Term(
        "Signature",
        "How one drug at one dose and time changed the expression of genes in one cell line: one "
        "z-score per gene (LINCS Level 5), from several replicates.",
        "It comes from cultured cells, mostly cancer cell lines, mostly after 6 or 24 hours.",
    ),
    "z-score": Term(
        "z-score",
        "How far a gene's expression lies from its level in the other wells of the plate, in "
        "units of their spread. 0 is no change; positive is up.",
    ),
    "landmark-genes": Term(
        "Landmark genes",
        "The 978 genes that the L1000 assay measures. GPAR uses only these, not the inferred "
        "genes.",
        "They were chosen to represent many other genes, so a pathway's best-known genes may be "
        "missing.",
    ),
    "mean-z": Term(
        "Mean z of a gene",
        "The mean z-score of one gene over the signatures of a drug, or over the mean z-scores of "
        "the drugs of a class: how far, and in which direction, they move the gene.",
        "Means over cell lines, doses and times hide where the effect is; the signatures show it.",
    ),
    "moderated-interval": Term(
        "95% interval of a mean z",
        "The range that contains the true mean in 95 of 100 cases, by a t-interval. The spread of "
        "a few signatures is uncertain, so it is combined with the usual spread over all drugs "
        "(Smyth 2004). A single signature has none.",
        "It takes signatures as independent. Those of one cell line or plate are not quite, so it "
        "is a little too narrow.",
    ),
    "perturbagen": Term(
        "Perturbagen",
        "The treatment applied to the cells: a compound, a ligand, or the knock-down, knock-out or "
        "over-expression of a gene. One drug can have several ids. Analyses of drugs use compounds "
        "alone.",
    ),
    "molecule": Term(
        "Molecule",
        "Two names count as one molecule if their parent compounds (without salts and "
        "counter-ions) share the first block of the InChIKey or, if that is unknown, the BRD "
        "core id or, failing that, the name. They also count as one if their signatures are "
        "identical.",
        "The first block of the InChIKey ignores stereochemistry: enantiomers count as one "
        "molecule even if only one of them is active.",
    ),
    "tas": Term(
        "TAS (transcriptional activity score)",
        "0 to 1: how strong a signature is and how well its replicates agree. Below 0.2 a compound "
        "counts as inactive.",
        "It does not measure the effect in patients, and an inactive compound may act in other "
        "cells or at other doses.",
    ),
    "cc-q75": Term(
        "Replicate correlation",
        "The 75th percentile of the correlations between the replicates of a signature: how "
        "reproducible the measurement is.",
    ),
    "representative": Term(
        "Representative signature",
        "The signature that models are trained on for a drug in a cell line: the one with the "
        "highest mean Pearson correlation to the drug's other signatures in that cell line or, "
        "if there are only two, the one with the higher TAS. The others are scored too.",
    ),
    "positive-set": Term(
        "Positive set",
        "The drugs whose shared pattern the model learns: the ones you choose, or those of a MOA.",
    ),
    "negative-set": Term(
        "Negative set",
        "The compounds that a model learns to distinguish from the positive set. By default, these "
        "are all compounds that do not share the MOA; with the preset 'paper', as in the paper, "
        "compounds without a known MOA and with low TAS.",
        "From inactive negatives a model learns what is active, not what shares the mechanism. "
        "'Without a known MOA' is not 'without the MOA'.",
    ),
    "fold": Term(
        "Cross-validation, fold",
        "The drugs are split into folds. In turn, each fold is held out: the model trains on "
        "the other folds and then scores the held-out drugs. A drug is never in both training "
        "and test.",
    ),
    "mean-auroc": Term(
        "Mean AUROC",
        "The chance that a signature of a held-out drug scores above one of a negative, mean over "
        "the folds. 1 is perfect, 0.5 is chance; the paper calls a model well trained from 0.6 on. "
        "GPAR asks for more: see the verdict.",
        "It does not show how many of the top hits are right: with thousands of compounds, even "
        "0.95 can leave many wrong ones at the top. Average precision shows that better.",
    ),
    "pooled-auroc": Term(
        "Pooled AUROC",
        "The AUROC of the held-out scores of all folds pooled. Each fold is a different model, "
        "so it is usually a little lower than the mean.",
    ),
    "interval": Term(
        "95% interval",
        "The range expected in 95 of 100 repetitions with other drugs of the same kind, "
        "estimated by resampling the drugs. With few drugs it is wide; with fewer than five it "
        "is only rough.",
        "It does not cover effects that all drugs here share: the compendium, its cell lines, "
        "its batches.",
    ),
    "average-precision": Term(
        "Average precision",
        "How pure the top of the list is: the precision averaged over the ranks of all members. "
        "Always compare it with the base rate, its value for a random ranking.",
    ),
    "mean-average-precision": Term(
        "Mean average precision (mAP)",
        "How well signatures find their own kind: each one ranks all others by similarity, and mAP "
        "is the mean of their average precisions. A compound's signatures should find "
        "those in other cell lines; the members of a class, each other. Normalized, 0 is chance "
        "and 1 is perfect.",
        "The corrected p compares it with random rankings. Signatures that share a plate or "
        "related cell lines make it optimistic.",
    ),
    "logistic-regression": Term(
        "Logistic regression baseline",
        "A simple linear model on the same folds. If it does as well, the model adds nothing.",
    ),
    "verdict": Term(
        "Verdict",
        "It asks three questions: does the mean AUROC reach the paper's threshold of 0.6, does its "
        "95% interval lie above 0.5, and do permuted labels reach it in at most 5% of the runs? "
        "Three times yes means well trained, three times no means no better than chance, and "
        "anything in between is uncertain.",
        "Uncertain does not mean wrong: more drugs of the class would settle it.",
    ),
    "permuted-labels": Term(
        "Permuted labels",
        "The same cross-validation with the labels shuffled among the drugs of each fold. It "
        "shows which mean AUROC arises by chance. Quick runs use a nearest-mean classifier in "
        "place of the model; full runs, which are optional, train the model each time.",
        "Chance is the share of runs that reach the model's own mean AUROC; the model itself "
        "counts as one run.",
    ),
    "score": Term(
        "Score",
        "The model's output for a signature, 0 to 1.",
        "Each model has its own scale, so scores of different models cannot be compared.",
    ),
    "compound-score": Term(
        "Score of a compound",
        "The output for the compound as a whole, 0 to 1: for its signatures pooled over cell "
        "lines with the preset 'fast', otherwise the mean over its signatures. The list is sorted "
        "by it, because held-out members of a MOA rank higher this way than by ES.",
    ),
    "other-moas": Term(
        "Other MOAs",
        "The number of other MOAs that rank this compound among their first 20. 0 means that it "
        "stands out for this mechanism alone.",
        "Related mechanisms, such as PI3K and mTOR, share their compounds. Targets do not count, "
        "nor, for a model of a target, the MOAs of its drugs: they are mostly the same drugs.",
    ),
    "es": Term(
        "Enrichment score (ES)",
        "How strongly a compound's signatures cluster at the top of all signatures ranked by "
        "score, -1 to 1 (a Kolmogorov-Smirnov statistic, as in GSEA).",
        "Do not compare it between compounds with different numbers of signatures: with few "
        "signatures, high values arise by chance. Sort by p instead.",
    ),
    "nes": Term(
        "Normalized ES (NES)",
        "ES divided by the mean ES of random sets with the same number of signatures.",
    ),
    "p": Term(
        "p (permutation)",
        "The share of 1,000 random sets of equally many signatures with an ES at least as high.",
        "It assumes that a compound's signatures are independent, which they are not, so it is "
        "too small. Use it as a guide to what to test, not as a finding. The smallest possible "
        "value is about 0.001.",
    ),
    "exact-p": Term(
        "Exact p",
        "The p-value from the exact distribution of the statistic instead of random sets. It "
        "resolves small values.",
        "It is as optimistic as the permutation p.",
    ),
    "connectivity": Term(
        "Connectivity",
        "How strongly a compound mimics (above 0) or reverses (below 0) a query. In GPAR's space "
        "it is the cosine between the query and the compound's pooled signatures. With other "
        "scores, it is the score divided by the mean score of the same sign in that cell line, "
        "summarized over cell lines by CMap's quantile rule.",
        "Values of different scores cannot be compared, nor can those of different queries.",
    ),
    "tau": Term(
        "Specificity (tau)",
        "The share of reference queries that the compound answers less strongly than this one, in "
        "percent, with the sign of its connectivity: at 100 it mimics this query more strongly "
        "than it answers any of them, at -100 it reverses it more strongly. The reference queries "
        "are up to 500 signatures of the compendium, without the compound's own.",
        "A value near 0 means that the compound answers almost every reference query at least as "
        "strongly, so it tells you nothing about this one. For any query, about one compound in "
        "ten is above 90 or below -90: use tau to discard hits, not to find them.",
    ),
    "p-reference": Term(
        "p (reference queries)",
        "The share of the reference queries behind tau that the compound answers at least as "
        "strongly as this one.",
        "If it disagrees with the p of random gene lists, trust this one: genes change together "
        "in real queries, and in random lists they do not. It cannot fall below about 0.002.",
    ),
    "srges": Term(
        "sRGES",
        "How strongly a compound reverses the gene lists (Chen et al. 2017): the enrichment of the "
        "up list at the top of a signature minus that of the down list, adjusted to 10 µM and "
        "24 hours and averaged over cell lines. Below 0 it reverses the lists, above 0 it mimics "
        "them.",
        "Where dose and time are unknown, or the compendium has few signatures of the same "
        "compound and cell line to compare, nothing is adjusted.",
    ),
    "class-es": Term(
        "Enrichment score of a class",
        "Down the compounds from mimics to reversers, a running sum rises at each compound of the "
        "class, by its share of their connectivity, and falls at the others. The score is its "
        "largest deviation from 0: near 1 the class mimics the query, near -1 it reverses it.",
        "p is that of 1,000 random classes of the same size. If a few compounds are far stronger "
        "than all others, any class with one of them scores high; rely on AUROC then.",
    ),
    "leading-edge": Term(
        "Leading edge",
        "The compounds of a class that produce its enrichment score: those up to the peak of its "
        "running sum or, if the score is negative, from the peak on.",
    ),
    "fdr": Term(
        "FDR",
        "Of the compounds with an FDR this low or lower, the share that is expected to be there by "
        "chance (Benjamini-Hochberg over all compounds; in a model's ranking, on the exact p).",
        "It is optimistic because p is.",
    ),
    "rank": Term(
        "Rank",
        "The position in the ranked list. Training drugs are not ranked; nor are inactive "
        "negatives.",
        "A high rank suggests a shared mechanism; test it in an experiment.",
    ),
    "calibrated": Term(
        "Calibrated probability",
        "How often held-out signatures with such a score belonged to the class, given the mix of "
        "drugs in the training set.",
        "It is not the chance that any given drug has this MOA: outside the training set, "
        "members are far rarer.",
    ),
    "evidence": Term(
        "Evidence",
        "How many times higher the odds of the MOA are, by the calibrated score, than its share "
        "of the training set. Unlike the probability, it does not follow the size of the class.",
    ),
    "target-probability": Term(
        "Probability of a target",
        "The share of cases (a compound and a gene) with such evidence in which the gene was a "
        "known target of the compound, counted among compounds whose targets are known.",
        "Known targets are those that an annotation lists. A gene can be a target that nobody has "
        "listed, or respond to the compound without being one.",
    ),
    "genetic-evidence": Term(
        "Genetic evidence",
        "How much a compound resembles the loss of a gene: its knock-down, its knock-out, and the "
        "reverse of its over-expression, in standard deviations over all genes.",
        "The loss of a gene that acts with the target, or that kills the cell in the same way, "
        "looks alike.",
    ),
    "moa-fdr": Term(
        "FDR of a MOA",
        "Each MOA has a p-value: the share of signatures of drugs without it that score as high. "
        "The FDR corrects it for the number of MOAs (Benjamini-Hochberg); up to 0.1 a MOA is "
        "supported.",
        "Many drugs have MOAs that nobody has annotated, and related MOAs are supported together.",
    ),
    "percentile": Term(
        "Percentile",
        "The share of the compendium's signatures that this model scores lower. It can be "
        "compared between MOAs.",
        "It is not the probability of the MOA.",
    ),
    "mean-probability": Term(
        "Mean probability",
        "The model's output averaged over the signatures; the paper ranks MOAs by this number.",
        "It cannot be compared between models.",
    ),
    "agreement": Term(
        "Signatures in favor",
        "How many of the signatures reach the 95th percentile individually. It shows whether the "
        "answer depends on a single one.",
    ),
    "library": Term(
        "Library",
        "One model for each MOA or target with enough drugs. Together they predict a drug's "
        "mechanism.",
    ),
    "curation": Term(
        "Curation",
        "Leaves out each training drug in turn. If the others are found better without a drug, "
        "that drug does not belong to the set or is wrongly annotated.",
    ),
    "cosine": Term(
        "Cosine",
        "How similar two signatures are in direction, -1 to 1, regardless of their strength.",
        "Signatures of the same cell line are somewhat similar regardless of the drug.",
    ),
    "wilcoxon": Term(
        "Wilcoxon's signed-rank test",
        "Tests whether one method is better than another over many classes; each class is one "
        "pair.",
        "Classes share drugs, so its p is optimistic.",
    ),
    "integrated-gradients": Term(
        "Integrated gradients",
        "How much each gene contributes to the difference between the model's output for a "
        "signature and its output for no change in expression. The contributions add up to the "
        "whole difference.",
        "A gene that matters to a model need not be a target or a cause.",
    ),
    "map": Term(
        "Map (t-SNE, UMAP, graph)",
        "A two-dimensional layout of signatures that keeps neighbors together as far as "
        "possible. Each map shows how well that worked.",
        "Distances between distant groups and the sizes of groups have no meaning.",
    ),
    "tanimoto": Term(
        "Tanimoto similarity",
        "How similar two structures are: the share of their fragments that both have (Morgan "
        "fingerprints, radius 2). Pairs above about 0.4 are often analogs.",
        "Similar structures can act differently, and different structures can act alike.",
    ),
    "spearman": Term(
        "Spearman's rho",
        "How well two rankings agree: 1 means the same order, 0 no relation, -1 reversed.",
    ),
    "preset": Term(
        "Preset",
        "'fast': compounds are compared in a space learned from all compounds, without their MOAs, "
        "in seconds. 'linear': logistic regression, in seconds. 'paper': the network of Gao et "
        "al. 2021, in minutes.",
    ),
    "seed": Term(
        "Seed",
        "The number that sets all random choices. The same request with the same seed gives the "
        "same result.",
    ),
    "fingerprint": Term(
        "Fingerprint",
        "A checksum of all values and annotations of a compendium. Compendia with the same "
        "fingerprint are identical.",
    ),
    "simulated": Term(
        "Simulated",
        "Generated by a program, with real drug names, for learning how to use GPAR. No "
        "laboratory measured it.",
        "No result from it says anything about a real drug.",
    ),
}
"""By the name in addresses, in the order of the page."""


def term(name: str) -> Term:
    """A term by the name in addresses. Raises NotFoundError."""
    if name not in TERMS:
        raise NotFoundError(f"The glossary has no '{name[:40]}'. Choose a term from the list.")
    return TERMS[name]


def explanation(name: str) -> str:
    """What a term means and what it does not mean, in a few sentences. Raises NotFoundError."""
    found = term(name)
    return f"{found.means} {found.beware}".strip()


def search(text: str) -> dict[str, Term]:
    """Terms with this text in their name or explanation, ignoring case; all terms for ''."""
    wanted = text.strip().casefold()
    return {
        key: each
        for key, each in TERMS.items()
        if wanted in f"{key} {each.name} {each.means} {each.beware}".casefold()
    }
