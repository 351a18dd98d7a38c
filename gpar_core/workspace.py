"""GPAR from Python: the same jobs, cache and results as the dashboard and the command line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from gpar_core import processors
from gpar_core.analyses import result as analysis
from gpar_core.analyses.library import result as library
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.target_prediction.library_evidence import library_of_targets
from gpar_core.analyses.training import result as model
from gpar_core.data import compendium as compendia
from gpar_core.data import demo
from gpar_core.data.class_names import MOAS, target_class
from gpar_core.data.compendium import Compendium
from gpar_core.data.name_lists import read_drugs
from gpar_core.data.requests import DemoRequest
from gpar_core.data.training_set import known_cells
from gpar_core.jobs import engine
from gpar_core.progress import Report, Tables, silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request
from gpar_core.upkeep.migration import bring_up_to_date

if TYPE_CHECKING:
    from gpar_core.analyses.library.result import Library
    from gpar_core.analyses.moa_prediction.result import Prediction
    from gpar_core.analyses.result import Analysis
    from gpar_core.analyses.training.result import Model


@dataclass(frozen=True, eq=False)
class CaseResult:
    """findings: what the paper reported and what was found here. models, analyses: behind them."""

    findings: pd.DataFrame
    models: tuple["Model", ...]
    analyses: tuple["Analysis", ...]


class Workspace:
    """One cache, and the analyses of its compendia.

    Every call is a job of the dashboard's queue: the same request is computed once, and results of
    the dashboard are available at once. All methods raise GparError.

    Example:
        here = gpar_core.Workspace("cache")
        model = here.train(here.demo(), moa="ATPase inhibitor", cells=["MCF7", "PC3"])
        model.summary.metrics.mean_auroc, model.ranking.head(10)
    """

    def __init__(self, cache: str | Path = "cache", *, report: Report = silent) -> None:
        """cache: the folder, created if it does not exist. report: gets the progress of jobs."""
        self.cache = Cache(Path(cache).resolve())
        self._report = report
        bring_up_to_date(self.cache)

    def demo(self) -> Compendium:
        """The simulated demo compendium, built if it does not exist."""
        self._finish(DemoRequest())
        return self.compendium(demo.NAME)

    def compendium(self, name: str) -> Compendium:
        """A compendium by name."""
        return compendia.load(self.cache.existing_compendium(name))

    def compendia(self) -> list[str]:
        """Names of all compendia."""
        return self.cache.compendium_names()

    def train(
        self,
        compendium: Compendium,
        *,
        drugs: Iterable[str] = (),
        moa: str = "",
        target: str = "",
        cells: Iterable[str] = (),
        preset: str = "fast",
        negatives: str = "auto",
        seed: int = 0,
        null_repeats: int = 0,
        label: str = "",
    ) -> "Model":
        """Train, cross-validate and rank: the page Drug prediction.

        Give drugs, by name or pert_id, one MOA, or one target by its symbol. Other arguments as in
        `analyses.training.plan`.
        """
        from gpar_core.analyses.training.plan import plan_training  # noqa: PLC0415 -- only who plans

        moa = moa or target_class(target)
        drug_set = DrugSet(tuple(read_drugs(compendium, drugs)), moa, label=label)
        method = Method(known_cells(compendium, cells), preset, negatives, seed)
        request, _ = plan_training(compendium, drug_set, method, null_repeats=null_repeats)
        return model.load(self.cache.existing_model(self._finish(request)))

    def model(self, model_id: str) -> "Model":
        """A trained model by id."""
        return model.load(self.cache.existing_model(model_id))

    def build_library(
        self,
        compendium: Compendium,
        *,
        moas: Iterable[str] = (),
        among: str = MOAS,
        min_drugs: int = library.MIN_DRUGS,
        cells: Iterable[str] = (),
        preset: str = "fast",
        negatives: str = "auto",
        seed: int = 0,
    ) -> "Library":
        """A model for each MOA, target or both with enough drugs: the page Library.

        moas: their names, none for all of `among`: 'moas', 'targets' or 'all'.
        """
        from gpar_core.analyses.library.plan import plan_library  # noqa: PLC0415

        method = Method(known_cells(compendium, cells), preset, negatives, seed)
        request = plan_library(compendium, method, moas=moas, among=among, min_drugs=min_drugs)
        return library.load(self.cache, self._finish(request))

    def predict_moa(
        self, compendium: Compendium, compound: str, *, library_id: str = ""
    ) -> "Prediction":
        """Predict the MOA of a compound with a library, the best one by default.

        `gpar_core.ranked_moas` converts it to a table.
        """
        asked = library.chosen(self.cache, compendium, library_id)
        return prediction.of_compound(self.cache, asked, compendium, compound)

    def predict_target(
        self,
        compendium: Compendium,
        compound: str = "",
        *,
        profiles: str | Path = "",
        column: str = "",
        replicates: str = "file",
        library_id: str = "",
    ) -> "Analysis":
        """Rank the genes that a compound, or each drug of a file of profiles, may act on.

        The page *Which target?*. column: of a differential expression table, the best signed
        statistic by default. replicates: which profiles are of one drug: as the 'file' says, 'each'
        of its own, or all of 'one'. library_id: whose models of targets are asked, the library with
        most of them by default. `tables["targets"]` has a row per gene, as
        `targets.ranking.ranked_targets` describes.
        """
        from gpar_core.analyses.target_prediction import plan  # noqa: PLC0415 -- only who plans
        from gpar_core.data.profiles import profiles_of  # noqa: PLC0415
        from gpar_core.data.uploads import publish_profiles  # noqa: PLC0415

        uploaded, name = None, ""
        if profiles:
            path = Path(profiles)
            uploaded = profiles_of(path, column=column, replicates=replicates, impute=True)
            name = path.stem
        request = plan.plan_target_prediction(
            compendium,
            compound=compound,
            profiles=uploaded,
            name=name,
            library=library_of_targets(self.cache, compendium, library_id),
        )
        if uploaded is not None:
            publish_profiles(self.cache, uploaded)
        return self.run(request)

    def evaluate_targets(
        self, compendium: Compendium, *, library_id: str = "", seed: int = 0
    ) -> "Analysis":
        """How often a known target is among the first genes of `predict_target`."""
        from gpar_core.analyses.target_prediction.plan import plan_target_evaluation  # noqa: PLC0415

        library = library_of_targets(self.cache, compendium, library_id)
        return self.run(plan_target_evaluation(compendium, library=library, seed=seed))

    def evaluate(
        self,
        compendium: Compendium,
        *,
        classes: Iterable[str] = (),
        among: str = MOAS,
        methods: Sequence[str] = (),
        min_drugs: int = 0,
        cells: Iterable[str] = (),
        preset: str = "fast",
        negatives: str = "others",
        seed: int = 0,
    ) -> "Analysis":
        """Compare methods on identical folds of many MOAs or targets: the page Evaluation.

        classes: their names, none for all of `among`: 'moas', 'targets' or 'all'. methods,
        min_drugs: default to those of the page.
        """
        from gpar_core.analyses.evaluation.plan import plan_evaluation  # noqa: PLC0415
        from gpar_core.compare.methods import MIN_DRUGS, USUAL  # noqa: PLC0415 -- classifiers

        request = plan_evaluation(
            compendium,
            Method(known_cells(compendium, cells), preset, negatives, seed),
            classes=classes,
            among=among,
            methods=methods or USUAL,
            min_drugs=min_drugs or MIN_DRUGS,
        )
        return self.run(request)

    def search(
        self,
        compendium: Compendium,
        *,
        up: str | Iterable[object] = (),
        down: str | Iterable[object] = (),
        table: str | Path = "",
        profiles: str | Path = "",
        gmt: str | Path = "",
        compound: str = "",
        cell: str = "",
        signature: str = "",
        against: str = "compounds",
        fdr: float = 0.05,
        lfc: float = 1.0,
        genes: int = 50,
        score: str = "",
        tau: bool = False,
        seed: int = 0,
    ) -> Tables:
        """Find compounds that mimic or reverse one query, or each query of a batch.

        Computed at once, not as a job. Give one of: up and down, names of genes; table, a file of
        differential expression, with its cut-offs fdr, lfc (absolute log2 fold change) and genes
        (at most, on each side); profiles, a file of one or more; gmt, a file of gene sets;
        compound, a name or pert_id, in one cell line if cell is given; signature, a sig_id. genes:
        also how many are taken from each end of a profile. score: a key of `search.scores.SCORES`,
        '' for the default. tau: compute tau and sRGES of a large compendium too, for one query.
        against: what is searched instead of compounds: knock-downs, knock-outs, over-expressions or
        ligands.
        Returns the tables of `search.search`, or those of `search.batch` for several queries.
        """
        from gpar_core.data.pert_types import known_pert_type  # noqa: PLC0415
        from gpar_core.search.batch import search_batch  # noqa: PLC0415
        from gpar_core.search.cut_offs import CutOffs  # noqa: PLC0415
        from gpar_core.search.inputs import asked  # noqa: PLC0415
        from gpar_core.search.search import search  # noqa: PLC0415

        queries = asked(
            compendium,
            up=up,
            down=down,
            table=Path(table) if table else None,
            profiles=Path(profiles) if profiles else None,
            gmt=Path(gmt) if gmt else None,
            compound=compound,
            cell=cell,
            signature=signature,
            cut_offs=CutOffs(fdr, lfc, genes),
            genes=genes,
        ).queries
        threads = processors.usable()
        kind = known_pert_type(against, compendium.stored_kinds)
        searched = compendium.of_kinds([kind])
        if len(queries) == 1:
            return search(
                searched,
                queries[0],
                score=score,
                tau=tau,
                seed=seed,
                threads=threads,
                report=self._report,
            )
        return search_batch(
            searched, queries, score=score, seed=seed, threads=threads, report=self._report
        )

    def gene(self, compendium: Compendium, name: str) -> Tables:
        """What moves a gene, and which drugs target it: the page Gene.

        Computed at once, not as a job. name: symbol (old or new), Entrez id or Ensembl id. Returns
        the tables of `analyses.gene.result.gene_tables`.
        """
        from gpar_core.analyses.gene.result import found_importance, gene_tables  # noqa: PLC0415

        return gene_tables(
            compendium, name, found_importance(self.cache, compendium), report=self._report
        )

    def case_study(
        self, compendium: Compendium, title: str, *, preset: str = "fast", seed: int = 0
    ) -> CaseResult:
        """One of the paper's examples by its title: the page Case studies."""
        from gpar_core.case_studies import case, findings, plan  # noqa: PLC0415 -- classifiers
        from gpar_core.data.uploads import publish_table  # noqa: PLC0415

        study = case(title)
        planned = plan(study, compendium, preset=preset, seed=seed)
        if planned.labels is not None:
            publish_table(self.cache, planned.labels)
        models: dict[str, Model] = {}
        analyses: dict[str, Analysis] = {}
        for request in planned.requests:
            name = self._finish(request)
            if request in planned.trainings:
                models[name] = model.load(self.cache.existing_model(name))
            else:
                analyses[name] = analysis.load(self.cache.existing_analysis(name))
        table = findings(study, planned, models, analyses)
        return CaseResult(table, tuple(models.values()), tuple(analyses.values()))

    def run(self, request: Request) -> "Analysis":
        """The result of any request, as made by the `plan` of an analysis."""
        return analysis.load(self.cache.existing_analysis(self._finish(request)))

    def report(self, result_id: str, path: str | Path) -> Path:
        """Write the report of a model or an analysis. path: ends in .html or .zip."""
        from gpar_core.report.make import as_file, report_of  # noqa: PLC0415 -- draws

        target = Path(path)
        target.write_bytes(as_file(report_of(self.cache, result_id), target.suffix))
        return target

    def _finish(self, request: Request) -> str:
        """Run the job; returns its id."""
        return engine.finish(self.cache, request, lambda event: self._report(event.progress))
