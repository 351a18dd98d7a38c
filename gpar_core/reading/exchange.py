"""Names of the files exchanged between parent and child, and the child's exit code."""

from typing import Final

ORDER: Final = "order.json"
SOURCE: Final = "upload"
"""Never the user's file name, which may contain a path."""
RESULT: Final = "result"
REASON: Final = "reason.json"

REFUSED: Final = 3
