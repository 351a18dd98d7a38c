"""Where the cache is, unless somebody says otherwise."""

from pathlib import Path

import platformdirs
import pytest

from gpar_core.storage import folders


def test_in_a_clone_it_is_beside_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPAR_CACHE", raising=False)
    assert folders.default_cache() == folders.app() / "cache"
    assert (folders.app() / "streamlit_app.py").is_file()


def test_of_an_installation_it_is_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GPAR_CACHE", raising=False)
    monkeypatch.setattr(folders, "INSTALLED", tmp_path)
    assert folders.app() == tmp_path
    assert folders.default_cache() == Path(platformdirs.user_data_dir("gpar", appauthor=False))


def test_the_variable_goes_before_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPAR_CACHE", str(tmp_path))
    assert folders.default_cache() == tmp_path
