"""GPAR from Python: the same jobs, cache and results as the dashboard and the command line."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from gpar_core import processors
from gpar_core.analyses import result as analysis
from gpar_core.analyses.library import result as library
from gpar_core.analyses.method import Method
from gpar_core.analyses.moa_prediction import result as prediction
from gpar_core.analyses.training import result as model
from gpar_core.data import demo
from gpar_core.data.class_names import MOAS
from gpar_core.data.compendium import Compendium
from gpar_core.data.pert_types import COMPOUNDS
from gpar_core.data.quality import QualityFilter
from gpar_core.data.requests import DemoRequest
from gpar_core.data.training_set import known_cells
from gpar_core.progress import Tables
from gpar_core.workspace.analyses import Analyses, drug_set_of

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


class Workspace(Analyses):
    """One cache, and the analyses of its compendia.

    Every call is a job of the dashboard's queue: the same request is computed once, and results of
    the dashboard are available at once. All methods raise GparError.

    Example::
        here = gpar_core.Workspace("cache")
        model = here.train(here.demo(), moa="ATPase inhibitor", cells=["MCF7", "PC3"])
        model.summary.metrics.mean_auroc, model.ranking.head(10)
    """

    def demo(self) -> Compendium:
        """The simulated demo compendium, built if it does not exist."""
        self._finish(DemoRequest())
        return self.compendium(demo.NAME)

    def compendia(self) -> list[str]:
        """Names of all compendia."""
        return self.cache.compendium_names()

    def fetch(
        self,
        source: str,
        *,
        base_url: str = "",
        cells: Iterable[str] = (),
        pert_types: Iterable[str] = COMPOUNDS,
        to: str | Path = "",
    ) -> Path:
        """Download a source of LINCS data; returns the folder of its files.

        Arguments as in `data.fetching.plan`.
        """
        from gpar_core.data.fetching.plan import plan_fetch  # noqa: PLC0415 -- only who plans

        folder = Path(to) if to else None
        request = plan_fetch(
            source, base_url=base_url, cells=cells, to=folder, pert_types=pert_types
        )
        self._finish(request)
        return request.folder(self.cache)

    def import_files(
        self,
        *,
        name: str,
        gctx: Iterable[str | Path],
        moa_tables: Iterable[str | Path] = (),
        series: Iterable[str] = (),
        pert_types: Iterable[str] = COMPOUNDS,
        fill_missing: bool = False,
        replace: bool = False,
        compact: bool = False,
        add_to: str = "",
        **others: Any,
    ) -> Compendium:
        """Import LINCS files: the command `import`.

        compact: store the z-scores in 8 bits. add_to: name of a compendium to whose series these
        are added. others: sig_info, gene_info, sig_metrics and pert_info, lists of files as in
        `data.importing.import_files.in_series`; and limits, the fields of `QualityFilter`.
        """
        from gpar_core.data.importing.import_files import ImportFiles, in_series  # noqa: PLC0415
        from gpar_core.data.importing.plan import plan_import  # noqa: PLC0415 -- only who plans

        names = ("sig_info", "gene_info", "sig_metrics", "pert_info")
        tables = {each: [Path(file) for file in others.pop(each, ())] for each in names}
        files = in_series(gctx=[Path(file) for file in gctx], series=list(series), **tables)
        request = plan_import(
            self.cache,
            ImportFiles(files, tuple(Path(file) for file in moa_tables)),
            name=name,
            fill_missing=fill_missing,
            quality=QualityFilter(**{each: _frozen(value) for each, value in others.items()}),
            replace=replace,
            pert_types=pert_types,
            compact=compact,
            add_to=add_to,
        )
        self._finish(request)
        return self.compendium(request.name)

    def select(
        self,
        compendium: Compendium,
        *,
        name: str,
        replace: bool = False,
        compact: bool = False,
        **limits: Any,
    ) -> Compendium:
        """A compendium of the signatures that pass a filter.

        compact: store the z-scores in 8 bits. limits: fields of `QualityFilter`.
        """
        from gpar_core.data.plan_select import plan_select  # noqa: PLC0415 -- only who plans

        limits = {each: _frozen(value) for each, value in limits.items()}
        request = plan_select(
            self.cache,
            compendium,
            name=name,
            quality=QualityFilter(**limits),
            replace=replace,
            compact=compact,
        )
        self._finish(request)
        return self.compendium(request.name)

    def train(
        self,
        compendium: Compendium,
        *,
        drugs: Iterable[str] = (),
        moa: str | Iterable[str] = "",
        target: str | Iterable[str] = "",
        profiles: str | Path = "",
        column: str = "",
        replicates: str = "file",
        cells: Iterable[str] = (),
        preset: str = "fast",
        negatives: str = "auto",
        seed: int = 0,
        null_repeats: int = 0,
        label: str = "",
    ) -> "Model":
        """Train, cross-validate and rank: the page Drug prediction.

        Give drugs, by name or pert_id; one or more MOAs; one or more targets by their symbols; or
        profiles, a file, with column and replicates as for `predict_target`. Other arguments as in
        `analyses.training.plan`.
        """
        from gpar_core.analyses.training.plan import plan_training  # noqa: PLC0415 -- only who plans

        label = label or Path(profiles).stem
        request, _ = plan_training(
            compendium,
            drug_set_of(compendium, drugs, moa, target, label),
            Method(known_cells(compendium, cells), preset, negatives, seed),
            null_repeats=null_repeats,
            uploaded=self._uploaded(profiles, column, replicates),
        )
        return self.model(self._finish(request))

    def model(self, model_id: str) -> "Model":
        """A trained model by id, with its ranked signatures."""
        return model.load(self.cache.existing_model(model_id), signatures=True)

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
        self,
        compendium: Compendium,
        compound: str = "",
        *,
        profiles: str | Path = "",
        column: str = "",
        replicates: str = "file",
        name: str = "",
        library_id: str = "",
    ) -> "Prediction":
        """Predict the MOA of a compound, or of profiles in a file, with a library.

        library_id: '' for the best one. column, replicates, name: of the profiles, as for
        `predict_target`.
        `gpar_core.ranked_moas` converts the result to a table.
        """
        from gpar_core.analyses.moa_prediction.plan import plan_prediction  # noqa: PLC0415

        asked = library.chosen(self.cache, compendium, library_id)
        if (uploaded := self._uploaded(profiles, column, replicates)) is not None:
            request = plan_prediction(asked, uploaded, (name or Path(profiles).stem)[:80])
            return prediction.load(self.cache.prediction(self._finish(request)))
        return prediction.of_compound(self.cache, asked, compendium, compound)

    def search(
        self,
        compendium: Compendium,
        *,
        up: str | Iterable[object] = (),
        down: str | Iterable[object] = (),
        table: str | Path = "",
        profiles: str | Path = "",
        profile: str = "",
        gmt: str | Path = "",
        compound: str = "",
        cell: str = "",
        signature: str = "",
        name: str = "",
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
        (at most, on each side); profiles, a file of one or more, and profile, the name or the
        number of one of them; gmt, a file of gene sets;
        compound, a name or pert_id, in one cell line if cell is given; signature, a sig_id. genes:
        also how many are taken from each end of a profile. score: a key of `search.scores.SCORES`,
        '' for the default. tau: compute tau and sRGES of a large compendium too, for one query.
        against: what is searched instead of compounds: knock-downs, knock-outs, over-expressions or
        ligands.
        Returns the tables of `search.search`, or those of `search.batch` for several queries.
        """
        from gpar_core.analyses.signature_search.plan import plan_asked  # noqa: PLC0415
        from gpar_core.data.pert_types import known_pert_type  # noqa: PLC0415
        from gpar_core.search.batch import search_batch  # noqa: PLC0415
        from gpar_core.search.cut_offs import CutOffs  # noqa: PLC0415
        from gpar_core.search.inputs import asked  # noqa: PLC0415
        from gpar_core.search.search import search  # noqa: PLC0415

        given = asked(
            compendium,
            up=up,
            down=down,
            table=Path(table) if table else None,
            profiles=Path(profiles) if profiles else None,
            profile=profile,
            gmt=Path(gmt) if gmt else None,
            compound=compound,
            cell=cell,
            signature=signature,
            cut_offs=CutOffs(fdr, lfc, genes),
            genes=genes,
            name=name or "gene lists",
        )
        kind = known_pert_type(against, compendium.stored_kinds)
        request = plan_asked(compendium, given, name=name, genes=genes, score=score, seed=seed)
        searched = compendium.of_kinds([kind])
        how: dict[str, Any] = {"score": request.score, "seed": seed, "threads": processors.usable()}
        if len(given.queries) > 1:
            return search_batch(searched, given.queries, **how, report=self._report)
        return search(searched, given.queries[0], **how, tau=tau, report=self._report)

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
                models[name] = self.model(name)
            else:
                analyses[name] = analysis.load(self.cache.existing_analysis(name))
        table = findings(study, planned, models, analyses)
        return CaseResult(table, tuple(models.values()), tuple(analyses.values()))

    def report(self, result_id: str, path: str | Path) -> Path:
        """Write the report of a model or an analysis. path: ends in .html or .zip."""
        from gpar_core.report.make import as_file, report_of  # noqa: PLC0415 -- draws

        target = Path(path)
        target.write_bytes(as_file(report_of(self.cache, result_id), target.suffix))
        return target


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
