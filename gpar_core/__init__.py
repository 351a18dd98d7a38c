"""GPAR: find drugs that share a mechanism of action from L1000 signatures.

From Python, start with `Workspace`. The names in `__all__` stay the same from version to version.
"""

from importlib import import_module

__version__ = "0.2.0"

_WHERE = {
    "Workspace": "gpar_core.workspace",
    "Compendium": "gpar_core.data.compendium",
    "Model": "gpar_core.analyses.training.result",
    "Library": "gpar_core.analyses.library.result",
    "Prediction": "gpar_core.analyses.moa_prediction.result",
    "Analysis": "gpar_core.analyses.result",
    "ranked_moas": "gpar_core.analyses.moa_prediction.result:ranked",
    "evaluation_summary": "gpar_core.analyses.evaluation.evaluate:summary",
    "compare_models": "gpar_core.analyses.comparison.result:compare",
    "filter_ranking": "gpar_core.rank.ranking:filtered",
    "order_ranking": "gpar_core.rank.ranking:order_by",
    "ranking_csv": "gpar_core.export",
    "GparError": "gpar_core.errors",
}
"""The module of each public name, and after ':' its name in that module if different."""

__all__ = sorted(["__version__", *_WHERE])  # noqa: PLE0605 -- the names are those of the table


def __getattr__(name: str) -> object:
    """Import a public name on first use, so that `import gpar_core` stays fast."""
    if name not in _WHERE:
        raise AttributeError(f"module 'gpar_core' has no attribute '{name}'")
    module, _, there = _WHERE[name].partition(":")
    return getattr(import_module(module), there or name)


def __dir__() -> list[str]:
    return __all__
