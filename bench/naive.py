"""What a scan costs when every rule is one expression over every text: no views shared, no prefilter.

usage: naive.py FILE LINES        (prints JSON; ``ingest.py`` runs it)
"""

import json
import sys
import time
from itertools import islice
from pathlib import Path

import polars as pl

from llmsec_tui.detect.match.compile import leaf_expression
from llmsec_tui.detect.ruleset import load
from llmsec_tui.detect.text.views import Views
from llmsec_tui.paths import shipped


def strings(thing: object) -> list[str]:
    """All texts of a record, wherever they stand."""
    if isinstance(thing, str):
        return [thing] if len(thing) > 20 else []
    inside = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
    return [text for part in inside for text in strings(part)]


def main() -> None:
    path, most = Path(sys.argv[1]), int(sys.argv[2])
    with path.open("rb") as log:
        taken = list(islice(log, most))
    rules = load([shipped("rules")]).rules
    started = time.perf_counter()
    texts = pl.Series([text for line in taken for text in strings(json.loads(line))], dtype=pl.String)
    hits = 0
    for rule in rules:
        frame = Views(texts).frame
        for leaf in rule.compiled.text_leaves:
            hits += frame.select(leaf_expression(leaf).sum()).item()
    seconds = time.perf_counter() - started
    told = {"lines": len(taken), "bytes": sum(map(len, taken)), "seconds": seconds, "hits": hits}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
