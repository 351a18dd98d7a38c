"""Two people and an administrator on one server, page by page."""

import pytest

from gpar_core.analyses.method import DrugSet
from gpar_core.analyses.training.request import TrainRequest
from gpar_core.jobs import engine
from gpar_core.jobs.store import JobStore
from gpar_core.storage.access import Visitor
from gpar_core.storage.cache import Cache
from gpar_core.storage.requests import job_id
from tests.pages.conftest import Library
from tests.pages.signed_in import behind_a_proxy, sign_in
from tests.pages.stage import APP, labels, page, press, words

PAGES = sorted(path.stem for path in (APP.parent / "pages").glob("*.py"))


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    behind_a_proxy(monkeypatch)


def own(cache: Cache, name: str, thing: str) -> None:
    cache.access.hold(name, thing, 0, shared=False)


def titles(app: object) -> list[str]:
    return [link.label for link in app.sidebar if type(link).__name__ == "PageLink"]


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_shown_to_whom_the_proxy_does_not_vouch_for(
    name: str, stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, "ann", given="a guess at the secret")
    app = page(name)
    assert "You reached this server without its proxy" in words(app.error)
    assert not app.title
    assert not app.dataframe
    assert not app.selectbox


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_who_is_signed_in(
    name: str, stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, "Ann")
    app = page(name)
    assert not app.exception
    assert "Signed in as ann" in words(app.sidebar.text)


@pytest.mark.usefixtures("cache")
def test_without_sign_in_nobody_is_named() -> None:
    app = page("models")
    assert "Signed in" not in words(app)
    assert "Keep or publish" not in words(app)


@pytest.mark.usefixtures("proxy")
def test_a_private_model_is_on_no_page_of_another(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = job_id(stocked.simulated)
    own(stocked.cache, "ann", name)
    sign_in(monkeypatch, "bob")
    assert len(page("models").dataframe[0].value) == 3
    assert "There is no model at this link" in words(page("models", model=name))
    assert f"There is no job '{name}'" in words(page("drug_prediction", job=name).error)
    sign_in(monkeypatch, "ann")
    assert len(page("models").dataframe[0].value) == 4
    sign_in(monkeypatch, "root")
    assert len(page("models").dataframe[0].value) == 4
    assert "Signed in as root · administrator" in words(page("models").sidebar.text)


@pytest.mark.usefixtures("proxy")
def test_a_private_compendium_is_not_offered_to_another(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(stocked.cache, "ann", "compendia/measured")
    sign_in(monkeypatch, "bob")
    app = page("compendium", compendium="measured")
    assert "There is no compendium 'measured' here" in words(app.error)
    assert app.selectbox(key="compendium-instead").options == ["demo", "evil"]
    sign_in(monkeypatch, "ann")
    assert page("compendium", compendium="measured").sidebar.selectbox[0].value == "measured"


@pytest.mark.usefixtures("proxy")
def test_what_is_shared_on_its_page_is_seen_by_all_and_then_no_more(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = job_id(stocked.simulated)
    own(stocked.cache, "ann", name)
    sign_in(monkeypatch, "ann")
    app = page("models", model=name)
    share = next(
        toggle for toggle in app.toggle if toggle.label == "Shared with everyone on this server"
    )
    assert (share.value, share.disabled) == (False, False)
    assert "Yours." in words(app.caption)
    share.set_value(True).run()
    sign_in(monkeypatch, "bob")
    app = page("models", model=name)
    assert words(app.title) == "HDAC inhibitor"
    assert "Delete" not in labels(app)
    assert all(toggle.disabled for toggle in app.toggle if toggle.label in ("Pinned", share.label))
    assert "Shared by its owner." in words(app.caption)
    sign_in(monkeypatch, "ann")
    app = page("models", model=name)
    next(toggle for toggle in app.toggle if toggle.label == share.label).set_value(False).run()
    sign_in(monkeypatch, "bob")
    assert "There is no model at this link" in words(page("models", model=name))


@pytest.mark.usefixtures("proxy")
def test_a_job_is_in_the_sidebar_of_who_asked_for_it(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Cache(stocked.cache.root, Visitor("ann"))
    request = TrainRequest(
        compendium="demo",
        fingerprint=stocked.simulated.fingerprint,
        drug_set=DrugSet(label="secret drugs", drugs=("hdac0", "hdac1")),
    )
    job = engine.submit(ann, request)
    sign_in(monkeypatch, "bob")
    assert "secret drugs" not in words(page("models"))
    assert "There is no job" in words(page("drug_prediction", job=job.id).error)
    sign_in(monkeypatch, "ann")
    app = page("drug_prediction", job=job.id)
    assert "secret drugs" in words(app)
    press(app, "Cancel")
    assert not JobStore(ann).get(job.id).active


@pytest.mark.usefixtures("proxy")
def test_what_a_page_asks_for_belongs_to_who_looks_at_it(
    stocked: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, "ann")
    app = page("map", compendium="demo")
    press(app, "Build map")
    job = JobStore(stocked.cache).active_jobs()[0]
    assert job.owner == "ann"
    record = stocked.cache.access.record(job.id)
    assert (record.owners, record.shared) == (("ann",), False)


@pytest.mark.usefixtures("cache")
def test_a_sign_in_that_is_set_up_by_half_says_so_on_every_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GPAR_SIGN_IN", "proxy")
    app = page("home")
    assert "Set it to the header" in words(app.error)
    assert not app.title
    monkeypatch.setenv("GPAR_SIGN_IN", "oidc")
    app = page("home")
    assert "has no complete section" in words(app.error)
    assert labels(app) == []
