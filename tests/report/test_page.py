"""The page: whole, harmless, and nothing outside it is needed."""

import json
import re
from html.parser import HTMLParser

import pytest

from gpar_core.analyses.training import result as model
from gpar_core.analyses.training.outlook import ROLES, headline, recovery
from gpar_core.report.document import Document
from gpar_core.report.make import report_of
from gpar_core.report.page import page
from gpar_core.storage.requests import job_id
from tests.report.conftest import EVIL, Results


class Elements(HTMLParser):
    """All elements, with their attributes, and all text outside of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def elements(text: str) -> Elements:
    parser = Elements()
    parser.feed(text)
    return parser


@pytest.fixture(scope="module")
def of_model(results: Results) -> Document:
    return report_of(results.cache, job_id(results.training))


@pytest.fixture(scope="module")
def of_evaluation(results: Results) -> Document:
    return report_of(results.cache, job_id(results.evaluation))


def test_nothing_is_fetched_and_no_script_runs(of_model: Document, of_evaluation: Document) -> None:
    for document in (of_model, of_evaluation):
        found = elements(page(document)).found
        sources = [each["src"] for _, each in found if "src" in each]
        assert sources
        assert all(str(source).startswith("data:image/svg+xml") for source in sources)
        scripts = [each for tag, each in found if tag == "script"]
        assert scripts == [{"type": "application/json", "id": "gpar-origin"}]
        assert not [tag for tag, _ in found if tag in {"link", "iframe", "object", "form"}]
        assert not [name for _, each in found for name in each if name.startswith("on")]


def test_names_from_data_are_text(of_evaluation: Document) -> None:
    written = page(of_evaluation)
    assert EVIL not in written
    assert EVIL in elements(written).text
    origin = re.search(r'id="gpar-origin">(.*?)</script>', written, re.DOTALL)
    assert origin
    assert any(EVIL in name for name in json.loads(origin[1])["outcome"]["figures"])


def test_all_that_a_reader_needs_is_there(of_model: Document, results: Results) -> None:
    summary = model.load_summary(results.cache.model(job_id(results.training)))
    text = elements(page(of_model)).text
    low, high = summary.metrics.interval
    for needed in (
        f"{summary.metrics.mean_auroc:.3f}, 95% interval {low:.3f}–{high:.3f}",
        summary.fingerprint,
        "hdac0",
        "--moa 'HDAC inhibitor'",
        "--null 1",
        "doi:10.1186/s12859-020-03915-6",
        "Permuted labels",
        summary.versions["tensorflow"],
    ):
        assert needed in text, needed


def test_a_model_begins_with_what_to_expect_of_its_list(
    of_model: Document, results: Results
) -> None:
    trained = model.load(results.cache.model(job_id(results.training)))
    summary = trained.summary
    found = recovery(trained.training_drugs, trained.ranking)
    assert of_model.verdict == f"{summary.verdict.title}: {headline(summary, found)}"
    assert of_model.figures[0].name == "along-the-score"
    assert of_model.sections[0].paragraphs == (summary.verdict.why,)
    shown = of_model.figures[0].chart.to_dict()
    (rows,) = shown["datasets"].values()
    assert {row["role"] for row in rows} == set(ROLES)


def test_simulated_is_said_first_and_in_every_figure(of_model: Document) -> None:
    written = page(of_model)
    assert written.index("SIMULATED data") < written.index("<h1>")
    for figure in of_model.figures:
        assert "Simulated data" in json.dumps(figure.chart.to_dict())


def test_the_evaluation_has_every_method_on_every_class(of_evaluation: Document) -> None:
    text = elements(page(of_evaluation)).text
    for needed in ("GPAR", "Cosine", "HDAC inhibitor", "Wilcoxon", "Ranking pairs", "Kalinin"):
        assert needed in text


def test_links_lead_where_the_tables_say(of_model: Document) -> None:
    found = elements(page(of_model)).found
    links = [each for tag, each in found if tag == "a" and not str(each["href"]).startswith("#")]
    assert links
    for link in links:
        assert str(link["href"]).startswith(("https://pubchem.", "http://www.ilincs.org/"))
        assert link["rel"] == "noopener noreferrer"


def test_figures_have_words_for_those_who_do_not_see_them(of_model: Document) -> None:
    pictures = [each for tag, each in elements(page(of_model)).found if tag == "img"]
    assert len(pictures) == len(of_model.figures)
    assert all(len(str(each["alt"])) > 30 for each in pictures)
