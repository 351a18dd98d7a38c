"""What an import by test gives."""

from collections.abc import Callable

from gpar_core.data.compendium import Compendium
from gpar_core.data.findings import Finding

Import = Callable[..., tuple[Compendium, dict[str, Finding]]]
"""Imports a release, or files, into a new folder: the compendium, and the findings by what."""
