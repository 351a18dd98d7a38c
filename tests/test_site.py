"""The documentation builds as a site: every link inside it leads somewhere, every name is there."""

import subprocess
import sys
from pathlib import Path

import gpar_core

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [
        sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "-q",
        "-d", str(tmp_path / "doctrees"), str(DOCS), str(tmp_path / "site"),
    ]  # fmt: skip
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    reference = (tmp_path / "site" / "reference.html").read_text("utf-8")
    names = [name for name in gpar_core.__all__ if not name.startswith("__")]
    assert [name for name in names if f'">{name}</span>' not in reference] == []
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text("utf-8")
        assert 'src="http' not in text, page  # a script, a picture or a font of another site
        assert "@import" not in text, page
