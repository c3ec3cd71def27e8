"""Load rule files: all of them or, with everything that is wrong, none of them."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from llmsec_tui.detect.rule import Rule, RuleSet, compile_tree
from llmsec_tui.detect.sigma import document as documents
from llmsec_tui.detect.sigma import header
from llmsec_tui.detect.sigma import parse as conditions
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.examples import read_examples
from llmsec_tui.errors import RuleError, RuleIssue

__all__ = ["Rule", "RuleSet", "load", "read"]

_SUFFIXES = (".yml", ".yaml")


def load(paths: Sequence[Path]) -> RuleSet:
    """The rules in these files and folders; raises one RuleError with all issues when there are any."""
    ruleset, issues = read(paths)
    if issues:
        raise RuleError(issues)
    return ruleset


def read(paths: Sequence[Path]) -> tuple[RuleSet, list[RuleIssue]]:
    """The rules that are in order, and what is wrong with the others, by file and line."""
    issues: list[RuleIssue] = []
    rules: dict[str, Rule] = {}
    for path in _files(paths, issues):
        document = documents.read(path)
        rule = _rule(document)
        if rule is not None and (first := rules.get(rule.id)):
            document.complain("duplicate-id", f"the id {rule.id} is taken by {first.path}", "id")
        elif rule is not None:
            rules[rule.id] = rule
        issues += sorted(document.issues, key=lambda issue: issue.line)
    return RuleSet(tuple(rules[key] for key in sorted(rules))), issues


def _files(paths: Sequence[Path], issues: list[RuleIssue]) -> Iterator[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_file():
            found[path] = None
        elif not path.is_dir():
            issues.append(RuleIssue(str(path), 0, "missing", "there is no such file or folder"))
        elif inside := sorted(one for one in path.rglob("*") if one.suffix in _SUFFIXES and one.is_file()):
            found |= dict.fromkeys(inside)
        else:
            issues.append(RuleIssue(str(path), 0, "empty", "there are no rule files (*.yml) in this folder"))
    yield from found


def _rule(document: Document) -> Rule | None:
    if document.issues and not document.data:
        return None
    header.check(document)
    tree = conditions.parse(document) if "detection" in document.data else None
    ours = document.data.get("llmsec")
    ours = ours if isinstance(ours, dict) else {}
    examples = read_examples(document, ours["examples"], "llmsec", "examples") if "examples" in ours else None
    if document.issues or tree is None or examples is None:
        return None
    data = document.data
    return Rule(
        id=data["id"],
        version=sha256(document.raw).hexdigest()[:12],
        name=data.get("name", ""),
        title=data["title"].strip(),
        description=data["description"].strip(),
        level=data["level"],
        confidence=float(ours["confidence"]),
        tags=tuple(data["tags"]),
        false_positives=tuple(data["falsepositives"]),
        references=tuple(data.get("references", ())),
        playbook=tuple(ours["playbook"]),
        path=document.path,
        examples=examples,
        compiled=compile_tree(tree),
    )
