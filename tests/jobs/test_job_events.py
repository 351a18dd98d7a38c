from pathlib import Path

import numpy as np

from gpar_core.jobs.events import FILE_NAME, EventLog, clear_events, read_events
from gpar_core.progress import Progress


def test_events_come_back_in_order_and_from_where_one_left(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "job")
    first = Progress("Training", 1, 2, "fold 1", {"auroc": 0.7})
    log.append(first)
    log.append(Progress("Training", 2, 2))
    events = read_events(tmp_path / "job")
    assert [event.number for event in events] == [1, 2]
    assert events[0].progress == first
    assert read_events(tmp_path / "job", since=1) == events[1:]
    assert read_events(tmp_path / "job", since=2) == []


def test_no_log_has_no_events(tmp_path: Path) -> None:
    assert read_events(tmp_path) == []
    clear_events(tmp_path)


def test_numpy_numbers_are_taken(tmp_path: Path) -> None:
    EventLog(tmp_path).append(Progress("A", np.int64(1), np.int64(2), "", {"x": np.float32(0.5)}))
    assert read_events(tmp_path)[0].progress == Progress("A", 1, 2, "", {"x": 0.5})


def test_half_written_last_line_waits_for_its_end(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.append(Progress("A"))
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    assert len(read_events(tmp_path)) == 1
    path.write_bytes(whole + whole)
    assert [event.number for event in read_events(tmp_path, since=1)] == [2]


def test_a_spoilt_line_is_passed_over_and_keeps_its_number(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.append(Progress("A"))
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(b'{"time": 1, "sta\n17\n\xff\n{}\n')
    log.append(Progress("B"))
    assert [(e.number, e.progress.stage) for e in read_events(tmp_path)] == [(1, "A"), (6, "B")]


def test_cleared_log_begins_at_one(tmp_path: Path) -> None:
    log = EventLog(tmp_path)
    log.append(Progress("A"))
    clear_events(tmp_path)
    assert read_events(tmp_path) == []
    log.append(Progress("B"))
    assert [event.number for event in read_events(tmp_path)] == [1]
