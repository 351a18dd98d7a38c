"""The options of commands that take a file of profiles."""

import argparse
from pathlib import Path
from typing import Any

from gpar_core.data.profile_choices import BY_FILE, DRUG_CHOICES
from gpar_core.data.profiles import Profiles, profiles_of
from gpar_core.data.result_tables import SIGNED_P


def add_compound_or_profiles(command: argparse.ArgumentParser) -> None:
    """Add --compound and --profiles, of which one must be given, and how to read the file."""
    of = command.add_mutually_exclusive_group(required=True)
    of.add_argument("--compound", default="", metavar="X", help="name or pert_id")
    add_profiles(command, of)
    command.add_argument(
        "--name", default="", help="what to call the profiles (default: the name of the file)"
    )


def add_profiles(command: argparse.ArgumentParser, group: Any) -> None:
    """Add --profiles to a group of choices, and how to read the file to the command."""
    group.add_argument(
        "--profiles",
        type=Path,
        metavar="FILE",
        help="z-scores or a differential expression table, as CSV, TSV, GCT or GCTX",
    )
    command.add_argument(
        "--impute", action="store_true", help="set missing landmark genes to 0 (no change)"
    )
    command.add_argument(
        "--z-score", action="store_true",
        help="convert counts or log values to z-scores across the profiles in the file",
    )  # fmt: skip
    command.add_argument(
        "--column", default="", metavar="NAME",
        help=(
            "column with the signed statistic to use from a differential expression table, or "
            f"'{SIGNED_P}' (default: stat or t, else z, else log fold change)"
        ),
    )  # fmt: skip
    command.add_argument(
        "--replicates", choices=DRUG_CHOICES, default=BY_FILE,
        help=(
            "which profiles belong to the same drug and are averaged: as the file or the profile "
            "names say, none, or all (default: %(default)s)"
        ),
    )  # fmt: skip


def uploaded(options: argparse.Namespace) -> Profiles:
    """The profiles of the options. Raises GparError."""
    return profiles_of(
        options.profiles,
        column=options.column,
        replicates=options.replicates,
        impute=options.impute,
        z_score=options.z_score,
    )
