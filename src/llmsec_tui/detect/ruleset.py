"""Load rule files: all of them or, with everything that is wrong, none of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.detect import kept
from llmsec_tui.detect.canaries import rules as canaries
from llmsec_tui.detect.canaries.registry import FILE as CANARIES
from llmsec_tui.detect.rule import Rule, RuleSet
from llmsec_tui.detect.sigma import placeholders, reading
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.making import make
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
    loaded = made(paths)
    return loaded.ruleset, loaded.issues


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that was read."""

    ruleset: RuleSet
    documents: tuple[Document, ...]
    """Of rules and filters, in the order in which they were read."""
    lists: tuple[Document, ...]
    """With the values of placeholders."""
    nowhere: tuple[RuleIssue, ...]
    """Issues of paths without files."""

    @property
    def files(self) -> dict[Path, list[Document]]:
        """The documents of each file, in the order in which they were read."""
        found: dict[Path, list[Document]] = {}
        for document in (*self.lists, *self.documents):
            found.setdefault(document.path, []).append(document)
        return found

    @property
    def issues(self) -> list[RuleIssue]:
        """All issues, file by file, in the order of their lines."""
        found = list(self.nowhere)
        for documents in self.files.values():
            found += sorted(
                (issue for one in documents for issue in one.issues), key=lambda issue: (issue.line, issue.column)
            )
        return found


def made(paths: Sequence[Path]) -> Loaded:
    """Read everything in these files and folders, and make rules of what is in order."""
    nowhere: list[RuleIssue] = []
    files = list(_files(paths, nowhere))
    lists = [document for path in _lists(paths, files) for document in reading.read(path)]
    documents = [document for path in files if path.name != placeholders.FILE for document in _documents(path)]
    ruleset = make(documents, placeholders.read(lists))
    kept.save()
    return Loaded(ruleset, tuple(documents), tuple(lists), tuple(nowhere))


def _documents(path: Path) -> list[Document]:
    return canaries.read(path) if path.name == CANARIES else reading.read(path)


def _lists(paths: Sequence[Path], files: Sequence[Path]) -> list[Path]:
    """The files with placeholders: those in the folders, and for single rule files those beside or above them."""
    beside = [folder / placeholders.FILE for path in paths if path.is_file() for folder in path.parents[:2]]
    inside = [path for path in files if path.name == placeholders.FILE]
    return list(dict.fromkeys(path for path in (*inside, *beside) if path.is_file()))


def _files(paths: Sequence[Path], issues: list[RuleIssue]) -> Iterator[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_file():
            found[path] = None
        elif path.name == CANARIES:
            # Most have none.
            continue
        elif not path.is_dir():
            issues.append(RuleIssue(str(path), 0, "missing", "there is no such file or folder"))
        elif inside := sorted(one for one in path.rglob("*") if one.suffix in _SUFFIXES and one.is_file()):
            found |= dict.fromkeys(inside)
        else:
            issues.append(RuleIssue(str(path), 0, "empty", "there are no rule files (*.yml) in this folder"))
    yield from found
