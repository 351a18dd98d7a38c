"""The documentation as a site: `make docs`, without network; every warning is an error."""

import re

from sphinx.application import Sphinx

from gpar_core import __version__

project = "GPAR"
author = "the founders of GPAR"
version = release = __version__
extensions = ["myst_nb", "sphinx.ext.autodoc"]
exclude_patterns = ["*.py"]
default_role = "code"  # docstrings are written like Markdown

nb_execution_mode = "off"  # they are committed executed, and a test executes them again
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]  # teaching.md is also shown below a heading of the dashboard

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"GPAR {version}"
html_show_sourcelink = False
html_copy_source = False

FIELD = re.compile(r"(\w+): ")


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("autodoc-process-docstring", _list_fields)


def _list_fields(app: Sphinx, what: str, name: str, it: object, options: object, lines: list[str]):
    """Make a list of the lines 'name: what it is' of a docstring, and of what continues them."""
    made: list[str] = []
    in_field = False
    for line in lines:
        if FIELD.match(line):
            made += ["" if not in_field else None, FIELD.sub(r":\1: ", line, count=1)]
            in_field = True
        elif in_field and line.strip():
            made.append(f"    {line.strip()}")
        else:
            in_field = False
            made.append(line)
    lines[:] = [line for line in made if line is not None]
