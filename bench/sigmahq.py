"""What the engine makes of Sigma's public rules, when their fields are taken for ours: ``bench/sigmahq.py FOLDER``.

Their log sources and fields are not those of language models, so the loader refuses them all. Here every field that
they name counts as one of text, which leaves the conditions, modifiers and patterns to judge.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from llmsec_tui.detect.fields import FIELDS, Field, FieldType
from llmsec_tui.detect.rule import compile_tree
from llmsec_tui.detect.sigma import hygiene_selections, parse, reading
from llmsec_tui.detect.sigma.document import Document, Place


def main(folder: Path) -> None:
    """Print how many conditions can be evaluated, and why not the others."""
    started = time.perf_counter()
    documents = [document for path in sorted(folder.rglob("*.yml")) for document in reading.read(path)]
    rules = [document for document in documents if isinstance(document.data.get("detection"), dict)]
    read_in = time.perf_counter() - started
    for document in rules:
        _adopt(document)
    started = time.perf_counter()
    reasons: Counter[str] = Counter()
    refused: dict[str, str] = {}
    compiled = 0
    for document in rules:
        tree = parse.parse(document, dict.fromkeys(_placeholders(document), ("value",)))
        if tree is not None:
            compile_tree(tree)
            compiled += 1
        for code in {issue.code for issue in document.issues}:
            reasons[code] += 1
            refused.setdefault(code, str(next(issue for issue in document.issues if issue.code == code)))
    took = time.perf_counter() - started
    print(f"{len(documents):,} documents read in {read_in:.1f} s")
    share = 100 * compiled / max(len(rules), 1)
    print(f"{compiled:,} of {len(rules):,} conditions compile ({share:.2f} %) in {took:.1f} s")
    for code, count in reasons.most_common():
        print(f"  {code:22} {count:5,}  {refused[code]}")


def _adopt(document: Document) -> None:
    for _, key, value in _comparisons(document):
        name, *modifiers = key.split("|")
        kind = FieldType.FLAG if isinstance(value, bool) and not modifiers else FieldType.STRING
        others = [value] if "fieldref" in modifiers else []
        for one in (name, *others):
            if one and "[" not in one:
                FIELDS.setdefault(one, Field(one, kind, ""))


def _placeholders(document: Document) -> set[str]:
    """The names between percent signs in the values that ask for them."""
    values = [value for _, key, value in _comparisons(document) if "expand" in key.split("|")]
    return {name for value in values for name in str(value).split("%")[1::2]}


def _comparisons(document: Document) -> Iterator[tuple[Place, str, Any]]:
    return hygiene_selections.items(document.data["detection"], ("detection",))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
