"""`python -m gpar_core token`: who may use the API."""

import argparse
import os
import time
from typing import Any

from gpar_core.server import tokens
from gpar_core.server.identity import read_sign_in, token_owner
from gpar_core.storage.cache import Cache

DAYS = 90


def add(commands: Any) -> None:
    """Register the commands."""
    parser = commands.add_parser("token", help="manage the tokens of the API")
    parts = parser.add_subparsers(required=True, metavar="COMMAND")

    new = parts.add_parser("add", help="make a token; it is shown once")
    new.add_argument("name", metavar="NAME", help="who uses it: a user, or 'local' without sign-in")
    new.add_argument("--days", type=int, default=DAYS, help="how long it counts (%(default)s)")
    new.set_defaults(command=_add)

    shown = parts.add_parser("list", help="list the tokens")
    shown.set_defaults(command=_list)

    gone = parts.add_parser("remove", help="remove all tokens of a user")
    gone.add_argument("name", metavar="NAME")
    gone.set_defaults(command=_remove)


def _add(options: argparse.Namespace, cache: Cache) -> None:
    owner = token_owner(read_sign_in(os.environ), options.name)
    print(tokens.add(cache.root, owner, options.days, time.time()))


def _list(options: argparse.Namespace, cache: Cache) -> None:
    for each in tokens.tokens(cache.root):
        until = time.strftime("%Y-%m-%d", time.gmtime(each.expires))
        state = "expired" if each.expires <= time.time() else "until"
        print(f"{each.owner:<40} {state} {until}")


def _remove(options: argparse.Namespace, cache: Cache) -> None:
    n = tokens.remove(cache.root, options.name.strip().casefold())
    print(f"Removed {n} {'token' if n == 1 else 'tokens'}.")
