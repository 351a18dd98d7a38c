"""What can be computed in one cache, as methods of `Workspace`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gpar_core.analyses import result as analysis
from gpar_core.analyses.method import DrugSet, Method
from gpar_core.analyses.target_prediction.library_evidence import library_of_targets
from gpar_core.analyses.training import result as model
from gpar_core.data import compendium as compendia
from gpar_core.data.class_names import MOAS, joined, target_class
from gpar_core.data.compendium import Compendium
from gpar_core.data.name_lists import read_drugs
from gpar_core.data.training_set import known_cells
from gpar_core.errors import RequestError
from gpar_core.jobs import engine
from gpar_core.progress import Report, silent
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import Request
from gpar_core.upkeep.migration import bring_up_to_date

if TYPE_CHECKING:
    from gpar_core.analyses.comparison.result import Comparison
    from gpar_core.analyses.curation.leave_one_out import Curation
    from gpar_core.analyses.result import Analysis
    from gpar_core.data.profiles import Profiles


class Analyses:
    """The analyses of a cache. Each is a job of the dashboard's queue; all raise GparError.

    Drugs are given as drugs, names or pert_ids; moa, one MOA or several; or target, one symbol or
    several. cells: cell lines, none for all. preset, negatives, seed: as in `analyses.method`.
    """

    def __init__(self, cache: str | Path = "cache", *, report: Report = silent) -> None:
        """cache: the folder, created if it does not exist. report: gets the progress of jobs."""
        self.cache = Cache(Path(cache).resolve())
        self._report = report
        bring_up_to_date(self.cache)

    def compendium(self, name: str) -> Compendium:
        """A compendium by name."""
        return compendia.load(self.cache.existing_compendium(name))

    def run(self, request: Request) -> "Analysis":
        """The result of any request, as made by the `plan` of an analysis."""
        return analysis.load(self.cache.existing_analysis(self._finish(request)))

    def evaluate(
        self,
        compendium: Compendium,
        *,
        classes: Iterable[str] = (),
        among: str = MOAS,
        labels: str | Path = "",
        methods: Sequence[str] = (),
        min_drugs: int = 0,
        cells: Iterable[str] = (),
        preset: str = "fast",
        negatives: str = "others",
        seed: int = 0,
    ) -> "Analysis":
        """Compare methods on identical folds of many MOAs or targets: the page Evaluation.

        classes: their names, none for all of `among`: 'moas', 'targets' or 'all'. labels: a table
        of classes to use instead. methods, min_drugs: default to those of the page.
        """
        from gpar_core.analyses.evaluation.plan import plan_evaluation  # noqa: PLC0415
        from gpar_core.compare.methods import MIN_DRUGS, USUAL  # noqa: PLC0415 -- classifiers
        from gpar_core.data.labels import read_labels  # noqa: PLC0415
        from gpar_core.data.uploads import publish_table  # noqa: PLC0415

        table = read_labels(*_content(labels)) if labels else None
        request = plan_evaluation(
            compendium,
            Method(known_cells(compendium, cells), preset, negatives, seed),
            classes=classes,
            among=among,
            methods=methods or USUAL,
            min_drugs=min_drugs or MIN_DRUGS,
            labels=table,
        )
        if table is not None:
            publish_table(self.cache, table)
        return self.run(request)

    def evaluate_search(
        self,
        compendium: Compendium,
        *,
        scores: Sequence[str] = (),
        genes: Sequence[int] = (),
        noise: Sequence[float] = (),
        queries: str = "",
        among: str = MOAS,
        seed: int = 0,
    ) -> "Analysis":
        """Compare scores of a search by the MOAs or targets that they retrieve: Evaluation.

        queries: name of another compendium to search with. Others as in
        `analyses.search_evaluation.plan`, whose defaults are taken where none are given.
        """
        from gpar_core.analyses.search_evaluation import plan  # noqa: PLC0415 -- only who plans
        from gpar_core.search.scores import SCORES  # noqa: PLC0415

        return self.run(
            plan.plan_search_evaluation(
                compendium,
                scores=scores or tuple(SCORES),
                genes=genes or plan.LENGTHS,
                noise=noise or plan.NOISE,
                queries=self.compendium(queries) if queries else None,
                among=among,
                seed=seed,
            )
        )

    def predict_target(
        self,
        compendium: Compendium,
        compound: str = "",
        *,
        profiles: str | Path = "",
        column: str = "",
        replicates: str = "file",
        name: str = "",
        library_id: str = "",
    ) -> "Analysis":
        """Rank the genes that a compound, or each drug of a file of profiles, may act on.

        The page *Which target?*. column: of a differential expression table, the best signed
        statistic by default. replicates: which profiles are of one drug: as the 'file' says, 'each'
        of its own, or all of 'one'. name: of the profiles, '' for that of the file. library_id:
        whose models of targets are asked, 'none' for none, the library with most of them by
        default. `tables["targets"]` has a row per gene, as `targets.ranking.ranked_targets`
        describes.
        """
        from gpar_core.analyses.target_prediction import plan  # noqa: PLC0415 -- only who plans

        uploaded = self._uploaded(profiles, column, replicates)
        request = plan.plan_target_prediction(
            compendium,
            compound=compound,
            profiles=uploaded,
            name=name or Path(profiles).stem,
            library=library_of_targets(self.cache, compendium, library_id),
        )
        return self.run(request)

    def evaluate_targets(
        self, compendium: Compendium, *, library_id: str = "", seed: int = 0
    ) -> "Analysis":
        """How often a known target is among the first genes of `predict_target`."""
        from gpar_core.analyses.target_prediction.plan import plan_target_evaluation  # noqa: PLC0415

        library = library_of_targets(self.cache, compendium, library_id)
        return self.run(plan_target_evaluation(compendium, library=library, seed=seed))

    def cell_influence(
        self,
        compendium: Compendium,
        *,
        drugs: Iterable[str] = (),
        moa: str | Iterable[str] = "",
        target: str | Iterable[str] = "",
        label: str = "",
        selections: Iterable[Iterable[str]] = (),
        every_cell_line: bool = False,
        left_out: Iterable[str] | None = None,
        preset: str = "fast",
        negatives: str = "auto",
        seed: int = 0,
    ) -> "Analysis":
        """Compare how well drugs are recognized in different cell lines: Cell influence.

        selections, every_cell_line, left_out: as in `analyses.cell_influence.plan`.
        """
        from gpar_core.analyses.cell_influence.plan import plan_cell_influence  # noqa: PLC0415

        request, _ = plan_cell_influence(
            compendium,
            drug_set_of(compendium, drugs, moa, target, label),
            Method((), preset, negatives, seed),
            selections=selections,
            every_cell_line=every_cell_line,
            left_out=left_out,
        )
        return self.run(request)

    def hyper_parameters(
        self,
        compendium: Compendium,
        *,
        drugs: Iterable[str] = (),
        moa: str | Iterable[str] = "",
        target: str | Iterable[str] = "",
        label: str = "",
        layers: Sequence[int] = (),
        nodes: Sequence[int] = (),
        steps: int = 2000,
        cells: Iterable[str] = (),
        negatives: str = "auto",
        seed: int = 0,
    ) -> "Analysis":
        """Cross-validate depths and widths of the paper's network: the page Hyper-parameters."""
        from gpar_core.analyses.hyper_parameters.compute import LAYERS, NODES  # noqa: PLC0415
        from gpar_core.analyses.hyper_parameters.plan import plan_sweep  # noqa: PLC0415

        request, _ = plan_sweep(
            compendium,
            drug_set_of(compendium, drugs, moa, target, label),
            Method(known_cells(compendium, cells), negatives=negatives, seed=seed),
            layers=layers or LAYERS,
            nodes=nodes or NODES,
            steps=steps,
        )
        return self.run(request)

    def gene_importance(self, model_id: str) -> "Analysis":
        """The landmark genes that a model uses: the page Genes."""
        from gpar_core.analyses.genes.plan import plan_gene_importance  # noqa: PLC0415

        summary = model.load_summary(self.cache.existing_model(model_id))
        return self.run(plan_gene_importance(self.compendium(summary.compendium), summary))

    def gene_counts(
        self,
        compendium: Compendium,
        *,
        drugs: Iterable[str] = (),
        moa: str | Iterable[str] = "",
        target: str | Iterable[str] = "",
        label: str = "",
        counts: Sequence[int] = (),
        repeats: int = 10,
        cells: Iterable[str] = (),
        preset: str = "fast",
        negatives: str = "auto",
        seed: int = 0,
    ) -> "Analysis":
        """Cross-validate on fewer landmark genes: the page Genes. counts: numbers of genes."""
        from gpar_core.analyses.genes.counts import DEFAULT_COUNTS  # noqa: PLC0415
        from gpar_core.analyses.genes.plan import plan_gene_counts  # noqa: PLC0415

        request, _ = plan_gene_counts(
            compendium,
            drug_set_of(compendium, drugs, moa, target, label),
            Method(known_cells(compendium, cells), preset, negatives, seed),
            counts=counts or DEFAULT_COUNTS,
            repeats=repeats,
        )
        return self.run(request)

    def map(
        self,
        compendium: Compendium,
        *,
        method: str = "umap",
        cells: Iterable[str] = (),
        moas: Iterable[str] = (),
        representatives: bool = False,
        perturbagens: Iterable[str] = ("trt_cp",),
        model_id: str = "",
        coordinates: str | Path = "",
        seed: int = 0,
    ) -> "Analysis":
        """A map of signatures, as in `analyses.map.plan`. coordinates: a file, for 'file'."""
        from gpar_core.analyses.map.coordinates import read_coordinates  # noqa: PLC0415
        from gpar_core.analyses.map.plan import plan_map  # noqa: PLC0415 -- only who plans
        from gpar_core.data.uploads import publish_table  # noqa: PLC0415

        table = read_coordinates(*_content(coordinates)) if coordinates else None
        of = model.load_summary(self.cache.existing_model(model_id)) if model_id else None
        request = plan_map(
            compendium,
            method=method,
            cells=cells,
            moas=moas,
            representatives=representatives,
            model=of,
            coordinates=table,
            seed=seed,
            perturbagens=perturbagens,
        )
        if table is not None:
            publish_table(self.cache, table)
        return self.run(request)

    def curate(self, model_id: str, *, repeats: int = 5) -> "Curation":
        """Outliers among the training drugs of a model: its tab Training drugs."""
        from gpar_core.analyses.curation import result as curations  # noqa: PLC0415
        from gpar_core.analyses.curation.plan import plan_curation  # noqa: PLC0415

        summary = model.load_summary(self.cache.existing_model(model_id))
        curation_id = self._finish(plan_curation(summary, repeats=repeats))
        return curations.load(self.cache.curation(curation_id)).curation

    def compare(
        self, first: str, second: str, *, by: str = "", second_by: str = ""
    ) -> "Comparison":
        """Two models by id, side by side: the page Compare. Computed at once, not as a job.

        by, second_by: keys of `rank.ranking.ORDERS`, '' for the default.
        """
        from gpar_core.analyses.comparison.result import compare  # noqa: PLC0415
        from gpar_core.rank.ranking import DEFAULT_ORDER  # noqa: PLC0415

        one, other = (model.load(self.cache.existing_model(each)) for each in (first, second))
        signatures = self.compendium(one.summary.compendium).signatures
        orders = (by or DEFAULT_ORDER, second_by or DEFAULT_ORDER)
        return compare(one, other, signatures, orders=orders)

    def _uploaded(self, profiles: str | Path, column: str, replicates: str) -> "Profiles | None":
        """The profiles of a file, published, missing genes as unchanged; None without a file."""
        from gpar_core.data.profiles import profiles_of  # noqa: PLC0415
        from gpar_core.data.uploads import publish_profiles  # noqa: PLC0415

        if not profiles:
            return None
        path = Path(profiles)
        uploaded = profiles_of(path, column=column, replicates=replicates, impute=True)
        publish_profiles(self.cache, uploaded)
        return uploaded

    def _finish(self, request: Request) -> str:
        """Run the job; returns its id."""
        return engine.finish(self.cache, request, lambda event: self._report(event.progress))


def drug_set_of(
    compendium: Compendium,
    drugs: Iterable[str],
    moa: str | Iterable[str],
    target: str | Iterable[str],
    label: str,
) -> DrugSet:
    moas = [moa] if isinstance(moa, str) else list(moa)
    targets = [target] if isinstance(target, str) else list(target)
    classes = joined(filter(None, [*moas, *map(target_class, targets)]))
    return DrugSet(tuple(read_drugs(compendium, drugs)), classes, label=label)


def _existing(file: str | Path) -> Path:
    path = Path(file)
    if not path.is_file():
        raise RequestError(f"There is no file '{path}'. Check its name and folder.")
    return path


def _content(file: str | Path) -> tuple[bytes, str]:
    path = _existing(file)
    return path.read_bytes(), path.name
