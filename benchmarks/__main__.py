"""All benchmarks of speed and memory: `python -m benchmarks [--rounds N] [--only scoring,...]`.

Prints one table and writes the same as JSON. Items to be compared are measured in turn, round by
round.
"""

import argparse
from pathlib import Path

from benchmarks import alone
from benchmarks.figures import table, to_json


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(alone.ITEMS), help="of %(default)s")
    parser.add_argument("--signatures", type=int, help="to score, not as many as GSE92742 has")
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"))
    options = parser.parse_args()
    items = options.only.split(",")
    if unknown := set(items) - set(alone.ITEMS):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(alone.ITEMS)}")
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}; at least 1 is needed")
    sizes = {"scoring": {"n": options.signatures}} if options.signatures else {}
    figures = [
        figure
        for item in items
        for figure in alone.run(item, options.rounds, **sizes.get(item, {}))
    ]
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(to_json(figures), "utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
