"""Names of columns, options and buttons on screen: one name for one thing, on every page."""

COLUMNS = {
    "ap": "Average precision", "average_precision": "Average precision", "auroc": "Mean AUROC",
    "mean": "Mean AUROC", "mean_auroc": "Mean AUROC", "median": "Median", "base_rate": "Base rate",
    "chance": "Chance", "verdict": "Verdict", "interval": "95% interval", "low": "95% from",
    "high": "to", "se": "±", "sd": "±", "p": "p", "p_exact": "Exact p", "fdr": "FDR", "es": "ES",
    "nes": "NES", "rank": "Rank", "score": "Score", "mean_score": "Mean score",
    "percentile": "Percentile", "mean_probability": "Mean probability",
    "calibrated": "Calibrated probability", "evidence": "Evidence",
    "supported": "Supported", "in_favour": "Signatures in favor",
    "pert_iname": "Drug", "drug": "Drug", "names": "All names", "pert_ids": "Compound ids",
    "moa": "MOA", "target": "Target", "target_2": "Target 2", "target_3": "Target 3",
    "more_targets": "More targets", "shares_moa": "Shares MOA",
    "n_other_moas": "Other MOAs", "class": "Class", "structure": "Structure",
    "similarity": "Similarity", "nearest_drug": "Nearest training drug",
    "canonical_smiles": "SMILES", "inchi_key": "InChIKey", "pubchem": "PubChem",
    "pubchem_cid": "PubChem CID", "ilincs": "iLINCS", "cell_id": "Cell line",
    "cell_line": "Cell line", "selection": "Cell lines", "dose": "Dose", "dose_unit": "Dose unit",
    "time": "Time", "time_unit": "Time unit", "tas": "TAS", "median_tas": "Median TAS",
    "max_tas": "Highest TAS", "sig_id": "Signature", "cosine": "Cosine", "symbol": "Gene",
    "entrez": "Entrez id", "ensembl": "Ensembl id", "n_drugs": "Drugs", "n_positive": "Drugs",
    "n_negative": "Negatives", "n_signatures": "Signatures", "n_compounds": "Compounds",
    "tau": "Tau", "p_reference": "p (reference queries)", "srges": "sRGES",
    "leading_edge": "Leading edge",
    "n_cell_lines": "Cell lines", "n_genes": "Genes", "n_moas": "MOAs",
    "n_inactive": "Inactive, no MOA", "pert_type": "Kind", "n_perturbagens": "Perturbagens",
    "method": "Method", "folds": "Folds", "seconds": "Seconds", "created_at": "Trained",
    "hidden": "Hidden layers", "mean_z": "Mean z", "sd_z": "SD of z", "up": "z ≥ 2",
    "down": "z ≤ −2", "same": "Same direction", "moves_itself": "Moves itself",
    "kind": "Perturbagens",
}  # fmt: skip
"""Column of a table -> its label, the same on every page."""

OPTIONS = {
    "--compendium": "Compendium", "--cells": "Cell lines", "--preset": "Preset",
    "--negatives": "Negative set", "--seed": "Seed", "--moa": "MOAs", "--moas": "MOAs",
    "--target": "Targets", "--classes": "Classes", "--drugs": "Drugs",
    "--null": "Full permuted-label runs", "--methods": "Methods",
    "--protocol": "Protocol", "--library": "Library", "--compound": "Compound",
    "--replicates": "Replicates", "--min-signatures": "Minimum signatures", "--max-p": "p below",
    "--tau": "Specificity (tau)", "--pert-types": "Perturbagens",
}  # fmt: skip
"""Option of the command line -> label of the same choice on a page."""

ACTIONS = (
    "Add", "Back", "Build", "Choose", "Close", "Compare", "Create", "Delete", "Download", "Edit",
    "Find", "Import", "Keep", "New", "Open", "Predict", "Rebuild", "Report", "Restore", "Resume",
    "Retrain", "Run", "Share", "Show", "Sign", "Start", "Take", "Train", "Undo", "Use",
)  # fmt: skip
"""First words of buttons: each says what happens."""
