"""Write and execute a notebook for each case study: `python -m docs.notebooks.build [--cache DIR]`.

They run on the simulated demo; what the cache has not is built and trained.
"""

import argparse
import os
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gpar_core.case_studies import CASES, CaseStudy
from gpar_core.lessons import lesson

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def file_name(study: CaseStudy) -> str:
    """Of the notebook of a case study."""
    return re.sub(r"[^a-z0-9]+", "-", study.title.lower()).strip("-") + ".ipynb"


def notebook(study: CaseStudy) -> nbformat.NotebookNode:
    """The notebook, not executed yet."""
    cells = [
        new_markdown_cell(
            f"# {study.title}\n\n{study.story}\n\n**Aim.** {lesson(study.title).aim}\n\n"
            "The demo is **simulated**: drug names are real, values are not. Every call is a job "
            "of the same queue as the dashboard's, so what comes here is what the page *Case "
            "studies* shows. Written by `docs/notebooks/build.py`."
        ),
        new_code_cell(
            "import os\n\nimport gpar_core as gpar\n\n"
            'here = gpar.Workspace(os.environ.get("GPAR_CACHE", "../../cache"))\n'
            "demo = here.demo()\n"
            'print(demo.name, "SIMULATED" if demo.simulated else "measured", demo.fingerprint[:12])'
        ),
        new_markdown_cell("## What the paper reported, and what comes here"),
        new_code_cell(f"study = here.case_study(demo, {study.title!r})\nstudy.findings"),
    ]
    if study.selections:
        cells += [
            new_markdown_cell("## Selections of cell lines"),
            new_code_cell(
                "(influence,) = study.analyses\n"
                'influence.tables["selections"][["selection", "n_drugs", "auroc", "low", "high"]]'
            ),
        ]
    else:
        cells += [
            new_markdown_cell("## How good is the model?"),
            new_code_cell(
                "model = study.models[0]\nmetrics = model.summary.metrics\n"
                "verdict = model.summary.verdict\n"
                'print(f"{verdict.title}: mean AUROC {metrics.mean_auroc:.3f}, 95% interval "\n'
                '      f"{metrics.interval[0]:.3f}-{metrics.interval[1]:.3f}, n = "\n'
                '      f"{metrics.n_resampled}, chance {verdict.chance.p:.3f}; logistic "\n'
                '      f"regression {model.summary.logistic_auroc:.3f}")\n'
                "model.training_drugs.round(3)"
            ),
            new_code_cell(
                "from IPython.display import SVG\n\n"
                "from gpar_core.analyses.training.charts.curves import roc\n"
                "from gpar_core.report.pictures import svg\n\n"
                "SVG(svg(roc(model.held_out, simulated=demo.simulated)))"
            ),
            new_markdown_cell(
                "## The first ten\n\nA high rank is a hypothesis. The p-values assume that a "
                "compound's signatures are independent, so they are optimistic."
            ),
            new_code_cell(
                "try:\n    top = gpar.filter_ranking(model.ranking, min_signatures=5, max_p=0.05)\n"
                "except gpar.GparError as error:\n    print(error)\n    top = model.ranking\n"
                'top.head(10)[["pert_iname", "k", "es", "p_exact", "fdr", "moa"]].round(3)'
            ),
        ]
    made = new_notebook(cells=cells)
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"  # the same notebook is the same file
    return made


def execute(made: nbformat.NotebookNode) -> None:
    """Run it in place. Raises CellExecutionError."""
    NotebookClient(made, timeout=1800, resources={"metadata": {"path": str(HERE)}}).execute()
    for cell in made.cells:
        cell.metadata.pop("execution", None)  # times of day
    made.metadata["language_info"] = {"name": "python"}  # less: no version of what ran it


def main() -> None:
    parser = argparse.ArgumentParser(description="Write and execute the notebooks.")
    parser.add_argument("--cache", type=Path, default=ROOT / "cache")
    options = parser.parse_args()
    os.environ["GPAR_CACHE"] = str(options.cache.resolve())
    os.environ["PYTHONPATH"] = str(ROOT)
    for study in CASES:
        made = notebook(study)
        execute(made)
        nbformat.write(made, HERE / file_name(study))
        print(file_name(study))


if __name__ == "__main__":
    main()
