"""What waiting for a job prints where nobody watches, as in a log."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from gpar_core.commands import terminal
from gpar_core.data.requests import DemoRequest
from gpar_core.jobs.events import Event
from gpar_core.jobs.job import State
from gpar_core.progress import Progress
from gpar_core.storage.cache import Cache


@pytest.fixture
def printed(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[list[Progress]], list[str]]:
    """The lines that `finish` prints for a job with these events."""

    def run(told: list[Progress]) -> list[str]:
        def follow(cache: Cache, job_id: str, show: Callable[[Event], None]) -> object:
            for number, progress in enumerate(told, start=1):
                show(Event(number, 0.0, progress))
            return SimpleNamespace(id=job_id, state=State.DONE)

        waiting = SimpleNamespace(id="1", active=True)
        monkeypatch.setattr(terminal.engine, "submit", lambda *given, **named: waiting)
        monkeypatch.setattr(terminal.engine, "follow", follow)
        terminal.finish(Cache(tmp_path_factory.mktemp("cache")), DemoRequest())
        return capsys.readouterr().err.splitlines()

    return run


def test_each_new_message_is_a_line(printed: Callable[[list[Progress]], list[str]]) -> None:
    told = [Progress("Demo", 1, 2, "one"), Progress("Demo", 1, 2, "one"), Progress("Demo", 2, 2)]
    assert printed(told) == ["Demo: one"]


def test_a_transfer_has_one_line_a_percent(
    printed: Callable[[list[Progress]], list[str]],
) -> None:
    told = [
        Progress("Fetching", done, 10_000, f"{done} of 10000", {"bytes": done})
        for done in range(0, 10_001, 10)
    ]
    lines = printed(told)
    assert lines[0] == "Fetching: 0 of 10000"
    assert lines[-1] == "Fetching: 10000 of 10000"
    assert len(lines) == 101
