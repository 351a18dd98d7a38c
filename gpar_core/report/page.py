"""A report as one HTML page that needs no other file and no network."""

from base64 import b64encode
from dataclasses import asdict
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from gpar_core.report import pictures
from gpar_core.report.document import Document


def page(document: Document) -> str:
    """The page: light, printable, with all figures included and no script that runs.

    It contains its origin as JSON, for `reproduce`.
    """
    return page_with(
        document, {figure.name: pictures.svg(figure.chart) for figure in document.figures}
    )


def page_with(document: Document, svgs: dict[str, str]) -> str:
    """The page with figures that are already drawn. svgs: by the figures' names."""
    return _template().render(
        document=document,
        origin=asdict(document.origin),
        # As separate images: the ids within them would clash on one page.
        pictures={name: b64encode(svg.encode()).decode() for name, svg in svgs.items()},
    )


@cache
def _template() -> Template:
    loader = PackageLoader("gpar_core.report", ".")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.policies["json.dumps_kwargs"] = {}  # figures in their own order
    return environment.get_template("page.html.jinja")
