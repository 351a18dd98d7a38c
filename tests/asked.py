"""Settings of a plan by name, as they stand in a table of cases."""

from dataclasses import fields
from typing import Any

from gpar_core.analyses.method import DrugSet, Method


def asked(method: Method = Method(), **settings: Any) -> dict[str, Any]:
    """The arguments of a `plan_*`: those of `DrugSet` and `Method` gathered, the rest as they are.

    method: what is not named of it.
    """
    gathered: dict[str, Any] = {}
    for name, usual in (("drug_set", DrugSet()), ("method", method)):
        own = {each.name: getattr(usual, each.name) for each in fields(usual)}
        given = {each: settings.pop(each) for each in list(settings) if each in own}
        if given:
            gathered[name] = type(usual)(**(own | given))
    return gathered | settings
