"""Typical visits to the pages; a visitor pauses by itself after every step."""

import random
from collections.abc import Awaitable, Callable

from benchmarks.visitor import TABS, Visitor

Journey = Callable[[Visitor, random.Random], Awaitable[None]]


async def look_round(visitor: Visitor, rng: random.Random) -> None:
    """Every page once, as on the first day."""
    await visitor.open("")
    for page in visitor.pages:
        await visitor.go(page)


async def read_a_model(visitor: Visitor, rng: random.Random) -> None:
    """Open a model, sort and search its ranking, look at compounds."""
    await visitor.open("")
    await visitor.go("models")
    await visitor.select_row("models-", 0)  # at first only one was trained alone
    for relax in ("Lower the minimum", "Remove the p limit", "Remove all filters"):
        for name in visitor.names("button", relax):  # where none passes the filters
            await visitor.press(name)
    for order in ("Exact p", "Normalized ES"):
        await visitor.choose("Sort by", order)
        for n, drug in enumerate(visitor.ranked("ranked-")[:10:3]):
            await visitor.tell("ranked-", {"opened": {"drug": drug, "at": n + 1}})
    await visitor.choose("p below", 1.01)
    await visitor.choose("Find", rng.choice(("inhibitor", "agonist", "a")))
    for tab in ("Quality", "Map"):
        await visitor.choose(TABS, tab)
    await visitor.choose("Training drugs and top 30", "By themselves (t-SNE)")
    await visitor.press("Show all models")


async def name_mechanisms(visitor: Visitor, rng: random.Random) -> None:
    """Ask a library about compounds, one after the other."""
    await visitor.open("moa_prediction")
    for _ in range(3):
        await visitor.choose("Compound", rng.choice(visitor.options("Compound")))
    await visitor.choose("Rank by", "Percentile")
    await visitor.select_row("moas-", 0)


async def read_the_library(visitor: Visitor, rng: random.Random) -> None:
    """Search a library and open one of its models."""
    await visitor.open("library")
    await visitor.choose("Find", "in")
    await visitor.choose("Used only", True)
    await visitor.select_row("library-", 0)


async def look_at_the_map(visitor: Visitor, rng: random.Random) -> None:
    """Open the map, color it, click on drugs, show the drugs of a model."""
    await visitor.open("map")
    for earlier in visitor.names("button", "UMAP")[:1]:
        await visitor.press(earlier)
        await visitor.choose("Color by", "Cell line")
        await visitor.choose("In color", visitor.options("In color")[:3])
        for _ in range(2):
            await visitor.tell("map-", {"chosen": {"drug": rng.randrange(50), "point": None}})
        await visitor.choose("Drugs of a model", rng.choice(visitor.options("Drugs of a model")))
        await visitor.choose("Color by", "Model score")


async def plan_a_training(visitor: Visitor, rng: random.Random) -> None:
    """Fill in the form of a training without starting it."""
    await visitor.open("drug_prediction")
    for _ in range(2):
        await visitor.choose("MOAs", rng.choice(visitor.options("MOAs")))
    await visitor.choose("Choose by", "Drugs by name")
    await visitor.choose("Drugs", rng.sample(visitor.options("Drugs"), 3))
    await visitor.choose("Cell lines", visitor.options("Cell lines")[:2])


async def plan_analyses(visitor: Visitor, rng: random.Random) -> None:
    """Fill in the forms of the pages under *Examine*."""
    await visitor.open("case_studies")
    await visitor.choose("Case study", rng.choice(visitor.options("Case study")))
    for page in ("cell_influence", "hyper_parameters"):
        await visitor.go(page)
        await visitor.choose("MOAs", rng.choice(visitor.options("MOAs")))
    await visitor.go("evaluation")
    await visitor.choose("Classes", visitor.options("Classes")[:3])


async def look_inside_the_compendium(visitor: Visitor, rng: random.Random) -> None:
    """Look at the tables of the compendium and count what limits would leave."""
    await visitor.open("compendium")
    await visitor.choose(TABS, "Filter")
    for limit in (0.1, 0.2, 0.3):
        await visitor.choose("Minimum TAS", limit)


JOURNEYS: tuple[Journey, ...] = (
    look_round, read_a_model, read_a_model, name_mechanisms, name_mechanisms, read_the_library,
    look_at_the_map, plan_a_training, plan_a_training, plan_analyses, look_inside_the_compendium,
)  # fmt: skip
"""More often is what is done more often."""


async def fill_in_training(visitor: Visitor, moa: int, seed: int) -> None:
    """The form of a training with this seed, ready to be started. moa: its place in the list."""
    await visitor.open("drug_prediction")
    options = visitor.options("MOAs")
    await visitor.choose("MOAs", options[moa % len(options)])
    await visitor.choose("Seed", seed)


async def start_and_watch(visitor: Visitor, asked: list[str], answered: list[str]) -> None:
    """Start the training of the form, see it through, and read its ranking.

    The id of its job is added to `asked`, and to `answered` once its model is on screen.
    """
    await visitor.press("Start training")
    asked.append(visitor.parameter("job"))
    await visitor.follow()
    if visitor.names("number_input", "Minimum signatures"):
        answered.append(visitor.parameter("job"))
    if drugs := visitor.ranked("ranked-"):
        await visitor.tell("ranked-", {"opened": {"drug": drugs[0], "at": 1}})
