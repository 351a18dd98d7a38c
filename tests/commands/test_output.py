"""A result that cannot be written is told before the work, and nothing is left behind."""

import os
from pathlib import Path

import pytest

from gpar_core.__main__ import main
from gpar_core.commands.output import check_output, write_output
from gpar_core.errors import RequestError

COMMANDS = (
    ["search", "--compendium", "none", "--compound", "x", "--csv"],
    ["search", "--compendium", "none", "--compound", "x", "--json"],
    ["evaluate-search", "--compendium", "none", "--csv"],
    ["evaluate-search", "--compendium", "none", "--json"],
    ["evaluate", "--compendium", "none", "--csv"],
    ["map", "--compendium", "none", "--parquet"],
    ["genes", "importance", "none", "--gmt"],
    ["search", "--compendium", "none", "--compound", "x", "--parquet"],
    ["evaluate", "--compendium", "none", "--json"],
    ["train", "--compendium", "none", "--moa", "x", "--json"],
    ["rank", "none", "--csv"],
    ["predict-moa", "--compendium", "none", "--compound", "x", "--csv"],
    ["report", "none", "--out"],
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: f"{command[0]} {command[-1]}")
def test_each_command_looks_before_it_works(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """Else the missing compendium would be told."""
    assert main(["--cache", str(tmp_path / "cache"), *command, str(tmp_path)]) == 2
    assert f"'{tmp_path}' cannot be written: it is a folder. Choose" in capsys.readouterr().err


def test_a_folder_is_tried_and_left_as_it_is(tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text("kept")
    before = old.stat().st_mtime_ns
    check_output(None)
    check_output(tmp_path / "new.csv")
    check_output(old)
    check_output(Path(os.devnull))
    assert list(tmp_path.iterdir()) == [old]
    assert (old.read_text(), old.stat().st_mtime_ns) == ("kept", before)
    with pytest.raises(RequestError, match="its folder does not exist"):
        check_output(tmp_path / "missing" / "new.csv")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that nobody writes to")
def test_a_folder_that_takes_no_files_is_refused() -> None:
    with pytest.raises(RequestError, match=r"'/proc/new.csv' cannot be written: .*Choose another"):
        check_output(Path("/proc/new.csv"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do all")
def test_permission_is_needed(tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.touch(mode=0o400)
    with pytest.raises(RequestError, match="Permission denied"):
        check_output(old)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(RequestError, match="Permission denied"):
            check_output(tmp_path / "new.csv")
    finally:
        tmp_path.chmod(0o700)


def test_what_fails_after_the_check_is_no_traceback(tmp_path: Path) -> None:
    write_output(tmp_path / "a", "é\n")
    write_output(tmp_path / "b", b"\xff")
    assert (tmp_path / "a").read_bytes() == b"\xc3\xa9\n"
    assert (tmp_path / "b").read_bytes() == b"\xff"
    with pytest.raises(RequestError, match="cannot be written"):
        write_output(tmp_path, "x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_no_traceback() -> None:
    with pytest.raises(RequestError, match="No space left"):
        write_output(Path("/dev/full"), "x")
