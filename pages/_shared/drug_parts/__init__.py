"""Parts that browser components with lists of drugs share: their code, to be put before theirs."""

from pathlib import Path

CODE = (Path(__file__).resolve().parent / "parts.js").read_text("utf-8")
