"""Calls that name all classes of a compendium, without the names."""

from dataclasses import replace

from gpar_core.data.class_names import CHOICES
from gpar_core.data.class_tables import class_table
from gpar_core.data.compendium import Compendium
from gpar_core.report.calls import Call

NAMES = ("moas", "classes")


def with_all_classes(call: Call, compendium: Compendium) -> Call:
    """A call that asks for the same by a minimum number of drugs, if that is possible.

    compendium: that of the request, with its classes. A call for uploaded labels stays as it is.
    """
    name = next((each for each in NAMES if call.options.get(each)), "")
    if not name or "min_drugs" not in call.options or call.options.get("labels"):
        return call
    named = set(call.options[name])
    for among in CHOICES:
        table = class_table(compendium, among)
        own = table["moa"].isin(named)
        if own.sum() != len(named):
            continue
        least = int(table.loc[own, "n_drugs"].min())
        if set(table.loc[table["n_drugs"] >= least, "moa"]) == named:
            kept = {key: value for key, value in call.options.items() if key != name}
            return replace(call, options={"among": among, **kept, "min_drugs": least})
    return call
