"""The words and numbers of GPAR: what each means, and what it does not."""

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
        "It is what a table of annotation says; drugs have effects that no table lists, and "
        "annotations can be wrong.",
    ),
    "compendium": Term(
        "Compendium",
        "A collection of gene-expression signatures with their drugs, cell lines, doses, times and "
        "MOAs: what GPAR learns from and searches in.",
    ),
    "signature": Term(
        "Signature",
        "How one drug at one dose and time changed the expression of genes in one cell line: one "
        "z-score a gene (LINCS Level 5), from several replicates.",
        "It shows cells in a dish, mostly cancer cells, mostly after 6 or 24 hours.",
    ),
    "z-score": Term(
        "z-score",
        "How far a gene's expression lies from that of its plate's other wells, in units of their "
        "spread. 0 is no change; positive is up.",
    ),
    "landmark-genes": Term(
        "Landmark genes",
        "The 978 genes that the L1000 assay measures. GPAR uses these and no inferred ones.",
        "They were chosen to stand for many others, so a pathway's best-known genes may be "
        "missing.",
    ),
    "perturbagen": Term(
        "Perturbagen",
        "Whatever cells were treated with; here always a compound. One drug may have several ids.",
    ),
    "molecule": Term(
        "Molecule",
        "Two names are one molecule when their parent compounds, without salts and counter-ions, "
        "share the first block of the InChIKey, else the BRD core id, else the name; or when their "
        "signatures are identical.",
        "The first block of the InChIKey leaves out stereochemistry: enantiomers count as one "
        "molecule even where only one of them is active.",
    ),
    "tas": Term(
        "TAS (transcriptional activity score)",
        "0 to 1: how strong a signature is and how well its replicates agree. Below 0.2 a compound "
        "counts as inactive.",
        "It is no measure of the effect in patients, and an inactive compound may act in other "
        "cells or at other doses.",
    ),
    "cc-q75": Term(
        "Replicate correlation",
        "The 75th percentile of the correlations between the replicates of a signature: how far "
        "the measurement repeats itself.",
    ),
    "representative": Term(
        "Representative signature",
        "The one signature of a drug in a cell line that models are trained on: the one with the "
        "highest mean Pearson correlation to the drug's other signatures in that cell line; where "
        "there are only two, the one with the higher TAS. All others are scored too.",
    ),
    "positive-set": Term(
        "Positive set", "The drugs whose common mark the network is to learn: yours, or a MOA's."
    ),
    "negative-set": Term(
        "Negative set",
        "What the network learns to tell them from: compounds without MOA and with low TAS, or, "
        "where there are few, all compounds that do not share the MOA.",
        "'Without a known MOA' is not 'without the MOA'.",
    ),
    "fold": Term(
        "Cross-validation, fold",
        "The drugs are split into folds; each time the network learns without one fold and is "
        "then asked about it. A drug is never on both sides.",
    ),
    "mean-auroc": Term(
        "Mean AUROC",
        "The chance that a held-out drug of the set scores above a negative, mean over the folds. "
        "1 is perfect, 0.5 is chance; 0.6 is the line from which the paper calls a model well "
        "trained. GPAR asks for more: see the verdict.",
        "It does not say how many of the first hits are right: with thousands of compounds even "
        "0.95 can leave many wrong ones on top. Average precision says more of that.",
    ),
    "pooled-auroc": Term(
        "Pooled AUROC",
        "The same over the held-out scores of all folds together. Folds are different networks, so "
        "it is usually a little lower than the mean.",
    ),
    "interval": Term(
        "95% interval",
        "Where the figure would lie in 95 of 100 repetitions with other drugs of the same kind, by "
        "resampling the drugs. With few drugs it is wide, and below five it is rough.",
        "It does not cover what all drugs here share: the compendium, its cell lines, its batches.",
    ),
    "average-precision": Term(
        "Average precision",
        "How pure the top of the list is, averaged over all places where a member is found. Always "
        "read it beside its base rate, what it would be without skill.",
    ),
    "logistic-regression": Term(
        "Logistic regression beside it",
        "A simple linear model on the same folds. Where it is as good, the network adds nothing.",
    ),
    "verdict": Term(
        "Verdict",
        "Three questions: does the mean AUROC reach the paper's line of 0.6, does its 95% interval "
        "lie above 0.5, and do permuted labels reach it in at most 5% of the runs? Three times yes "
        "is well trained, three times no is no better than chance, anything between is uncertain.",
        "Uncertain does not mean wrong: more drugs of the class would decide it.",
    ),
    "permuted-labels": Term(
        "Permuted labels",
        "The same cross-validation with the labels shuffled among the drugs of each fold: what "
        "mean AUROC comes by chance. In quick runs a nearest-mean classifier stands in for the "
        "network; full runs train the network itself each time, if you ask for them.",
        "Chance is the share of runs that reach the model's own mean AUROC, the model counted as "
        "one of them.",
    ),
    "score": Term(
        "Score",
        "What the network puts out for a signature, 0 to 1.",
        "Each network has a scale of its own: scores of different models cannot be compared.",
    ),
    "es": Term(
        "Enrichment score (ES)",
        "How far a compound's signatures gather at the top of all signatures ranked by score, -1 "
        "to 1 (a Kolmogorov-Smirnov statistic, as in GSEA).",
        "It cannot be compared between compounds with different numbers of signatures: few reach "
        "high values by chance. Sort by p for that.",
    ),
    "nes": Term(
        "Normalized ES (NES)",
        "ES divided by its mean over random sets of the same number of signatures.",
    ),
    "p": Term(
        "p (permutation)",
        "The share of 1,000 random sets of as many signatures whose ES is as high.",
        "It takes a compound's signatures as independent, which they are not, and is too small. It "
        "is a guide to what to test, not a finding. Its least value is about 0.001.",
    ),
    "exact-p": Term(
        "Exact p",
        "The same without drawing, from the exact law of the statistic; it tells small values "
        "apart.",
        "As optimistic as the other.",
    ),
    "fdr": Term(
        "FDR",
        "Of the compounds up to here on the list, the share expected to be there by chance "
        "(Benjamini-Hochberg of the exact p, over all compounds).",
        "It inherits the optimism of p.",
    ),
    "rank": Term(
        "Rank",
        "A place in the ranked list of all compounds that are not in the training set.",
        "A high rank is a hypothesis of a shared mechanism: test it.",
    ),
    "calibrated": Term(
        "Calibrated probability",
        "How often a held-out signature with such a score was a member, for a mix of drugs as in "
        "the training set.",
        "Not the chance that any drug at all has this MOA: outside, members are far rarer.",
    ),
    "percentile": Term(
        "Percentile",
        "The share of the compendium's signatures that this model scores lower. Comparable between "
        "MOAs.",
        "Not how likely the MOA is.",
    ),
    "mean-probability": Term(
        "Mean probability",
        "The network's output, mean over the signatures: the number the paper ranks MOAs by.",
        "Not comparable between models.",
    ),
    "agreement": Term(
        "Signatures in favor",
        "How many of the signatures reach the 95th percentile by themselves: whether the answer "
        "hangs on a single one.",
    ),
    "library": Term(
        "Library", "A model for each MOA with enough drugs; together they read a drug's mechanism."
    ),
    "curation": Term(
        "Curation",
        "Each training drug is left out in turn; one without which the others are found better "
        "does not belong, or is annotated wrongly.",
    ),
    "cosine": Term(
        "Cosine",
        "How alike two signatures are in direction, -1 to 1, whatever their strength.",
        "Signatures of one cell line are alike to a degree whatever the drug.",
    ),
    "wilcoxon": Term(
        "Wilcoxon's signed-rank test",
        "Whether one method is better than another over many classes, each class one pair.",
        "Classes share drugs, so its p is optimistic.",
    ),
    "integrated-gradients": Term(
        "Integrated gradients",
        "Which genes move the network's answer from that for no change to that for a signature, "
        "and by how much; the parts add up to the whole.",
        "A gene that matters to a model need not be a target or a cause.",
    ),
    "map": Term(
        "Map (t-SNE, UMAP, graph)",
        "Signatures in the plane so that neighbors stay neighbors as far as that is possible; "
        "each map says how far it was.",
        "Distances between far groups, and sizes of groups, mean nothing.",
    ),
    "tanimoto": Term(
        "Tanimoto similarity",
        "How alike two structures are: of the fragments in either, the share that is in both "
        "(Morgan fingerprints, radius 2). From about 0.4 on, commonly analogues.",
        "Like structures need not act alike, nor unlike ones differently.",
    ),
    "spearman": Term(
        "Spearman's rho", "How far two rankings agree: 1 the same order, 0 none, -1 reversed."
    ),
    "preset": Term(
        "Preset",
        "'fast': a matching network, in seconds. 'linear': logistic regression, in seconds. "
        "'paper': the network of Gao et al. 2021, in minutes.",
    ),
    "seed": Term(
        "Seed",
        "The number that fixes all that is drawn at random. The same request with the same seed "
        "gives the same result.",
    ),
    "fingerprint": Term(
        "Fingerprint",
        "A checksum of all values and annotation of a compendium: two with the same are the same.",
    ),
    "simulated": Term(
        "Simulated",
        "Made by a program with real drug names, to learn with. No laboratory measured it.",
        "Nothing found in it says anything about a real drug.",
    ),
}
"""By the name in addresses, in the order of the page."""


def term(name: str) -> Term:
    """A term by the name in addresses. Raises NotFoundError."""
    if name not in TERMS:
        raise NotFoundError(f"The glossary has no '{name[:40]}'. Look for it in the list.")
    return TERMS[name]


def explanation(name: str) -> str:
    """What a term means and what it does not, in a few sentences. Raises NotFoundError."""
    found = term(name)
    return f"{found.means} {found.beware}".strip()


def search(text: str) -> dict[str, Term]:
    """Terms with this text in their name or explanation, without case; all for ''."""
    wanted = text.strip().casefold()
    return {
        key: each
        for key, each in TERMS.items()
        if wanted in f"{key} {each.name} {each.means} {each.beware}".casefold()
    }


COLUMNS = {
    "ap": "Average precision", "average_precision": "Average precision", "auroc": "Mean AUROC",
    "mean": "Mean AUROC", "mean_auroc": "Mean AUROC", "median": "Median", "base_rate": "Base rate",
    "chance": "Chance", "verdict": "Verdict", "interval": "95% interval", "low": "95% from",
    "high": "to", "se": "±", "sd": "±", "p": "p", "p_exact": "Exact p", "fdr": "FDR", "es": "ES",
    "nes": "NES", "rank": "Rank", "score": "Score", "mean_score": "Mean score",
    "percentile": "Percentile", "mean_probability": "Mean probability",
    "calibrated": "Calibrated probability", "in_favour": "Signatures in favor",
    "pert_iname": "Drug", "drug": "Drug", "names": "All names", "pert_ids": "Compound ids",
    "moa": "MOA", "shares_moa": "Shares MOA", "class": "Class", "structure": "Structure",
    "similarity": "Similarity", "nearest_drug": "Nearest training drug",
    "canonical_smiles": "SMILES", "inchi_key": "InChIKey", "pubchem": "PubChem",
    "pubchem_cid": "PubChem CID", "ilincs": "iLINCS", "cell_id": "Cell line",
    "cell_line": "Cell line", "selection": "Cell lines", "dose": "Dose", "dose_unit": "Dose unit",
    "time": "Time", "time_unit": "Time unit", "tas": "TAS", "median_tas": "Median TAS",
    "max_tas": "Highest TAS", "sig_id": "Signature", "cosine": "Cosine", "symbol": "Gene",
    "entrez": "Entrez id", "ensembl": "Ensembl id", "n_drugs": "Drugs", "n_positive": "Drugs",
    "n_negative": "Negatives", "n_signatures": "Signatures", "n_compounds": "Compounds",
    "n_cell_lines": "Cell lines", "n_genes": "Genes", "n_moas": "MOAs", "n_inactive": "Inactive",
    "method": "Method", "folds": "Folds", "seconds": "Seconds", "created_at": "Trained",
    "hidden": "Hidden layers",
}  # fmt: skip
"""Column of a table -> its label, the same on every page."""

OPTIONS = {
    "--compendium": "Compendium", "--cells": "Cell lines", "--preset": "Preset",
    "--negatives": "Negative set", "--seed": "Seed", "--moa": "MOA", "--moas": "MOAs",
    "--drugs": "Drugs", "--null": "Full permuted-label runs", "--methods": "Methods",
    "--protocol": "Protocol", "--library": "Library", "--compound": "Compound",
    "--replicates": "Replicates", "--min-signatures": "Minimum signatures", "--max-p": "p below",
}  # fmt: skip
"""Option of the command line -> label of the same choice on a page."""

ACTIONS = (
    "Add", "Back", "Build", "Choose", "Close", "Compare", "Create", "Delete", "Download", "Find",
    "Import", "Keep", "New", "Open", "Predict", "Rebuild", "Report", "Restore", "Resume",
    "Retrain", "Run", "Show", "Sign", "Start", "Take", "Train", "Undo", "Use",
)  # fmt: skip
"""First words of buttons: each says what happens."""
