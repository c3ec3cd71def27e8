"""The list of checks is complete, and so is the documentation of them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from llmsec_tui.detect import sigma
from llmsec_tui.detect.sigma.checks import CHECKS, Severity, fixable, severity, table

_ARGUMENT = {"complain": 0, "complain_at": 1, "Refused": 0, "Issue": 2, "RuleIssue": 2, "_stop": 1}
"""Where calls that note an issue have its code."""
_PAIRS = ("_problems", "problems", "_list_problems", "column_problem", "_read", "read")
"""Functions that give codes together with messages."""


def sources() -> Iterator[Path]:
    """The modules that check rules."""
    folder = Path(str(sigma.__file__)).parent
    yield from sorted(folder.glob("*.py"))
    yield from (folder.parent / "ruleset.py", folder.parent / "gate.py")


def codes(tree: ast.AST) -> Iterator[str]:
    """Every code that is written out in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            at = _ARGUMENT.get(name)
            if at is not None and len(node.args) > at:
                yield from _texts(node.args[at])


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_code_in_the_source_is_a_check() -> None:
    known = {check.code for check in CHECKS}
    found = {code for path in sources() for code in codes(ast.parse(path.read_text(encoding="utf-8")))}
    assert len(found) > 60
    assert found - known == set()


def test_codes_are_unique_and_well_formed() -> None:
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes)
    assert all(code.replace("-", "").replace("_", "").isalpha() and code == code.lower() for code in codes)


def test_what_nobody_knows_is_an_error() -> None:
    assert severity("no-such-code") is Severity.ERROR
    assert not fixable("no-such-code")
    assert severity("few-examples") is Severity.INFO


def test_the_documentation_lists_every_check_and_no_other() -> None:
    text = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `") and line.count("|") == 5]
    assert [row for row in rows if row.split("|")[2].strip() in tuple(Severity)] == list(table())
