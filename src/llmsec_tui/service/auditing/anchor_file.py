"""Read where the journal is anchored (``audit.yml``), strictly."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.reading import parse, read, text
from llmsec_tui.errors import ConfigError, RuleIssue
from llmsec_tui.incidents.policy_part import Part
from llmsec_tui.service.auditing.anchors import Anchor, journald, syslog
from llmsec_tui.service.auditing.anchors.anchor import KINDS, PATIENCE_S

EVERY_S = 300.0
RECORDS = 256
_KEYS = {
    "file": ("path",),
    "syslog": ("target",),
    "journald": ("target",),
    "command": ("command", "timeout"),
}
_MICROS = 1_000_000


class AnchorsError(ConfigError):
    """The file cannot be used. All that is wrong is reported at once."""

    def __init__(self, issues: list[RuleIssue]) -> None:
        self.issues = issues
        count = "1 problem" if len(issues) == 1 else f"{len(issues)} problems"
        super().__init__(f"The file of anchors has {count}:\n" + "\n".join(map(str, issues)))


@dataclass(frozen=True, slots=True)
class Anchors:
    """Where to, and how often."""

    every_s: float = EVERY_S
    records: int = RECORDS
    """After so many new ones, whatever the time."""
    anchors: tuple[Anchor, ...] = ()
    digest: str = sha256().hexdigest()
    """Of the file."""


def load(path: Path) -> Anchors:
    """What the file says; no anchors where there is none. Raises AnchorsError with all that is wrong in it."""
    if not path.exists():
        return Anchors()
    content = text(path)
    if content is not None and all(not line.strip() or line.lstrip().startswith("#") for line in content.splitlines()):
        return Anchors(digest=sha256(content.encode()).hexdigest())
    document, *others = read(path) if content is None else parse(path, content)
    for other in others:
        document.issues += other.issues
        document.complain("yaml", "there is another document after this one; there must be one")
    made = _anchors(document, sha256((content or "").encode()).hexdigest()) if document.data else None
    if made is None or document.issues:
        raise AnchorsError(sorted(document.issues, key=lambda issue: (issue.line, issue.column, issue.message)))
    return made


def _anchors(document: Document, digest: str) -> Anchors:
    top = Part(document, (), document.data).knows("every", "records", "anchors")
    anchors = tuple(_anchor(part) for part in top.parts("anchors")) if "anchors" in top.values else ()
    names = [anchor.name for anchor in anchors]
    for number, name in enumerate(names):
        if name and name in names[:number]:
            top.complain("duplicate", f"there is an anchor '{name}' already", "anchors", number, "name")
    return Anchors(
        every_s=top.span("every", round(EVERY_S * _MICROS)) / _MICROS,
        records=top.whole("records", 1, 1_000_000) if "records" in top.values else RECORDS,
        anchors=anchors,
        digest=digest,
    )


def _anchor(part: Part) -> Anchor:
    kind = part.choice("kind", KINDS)
    part.knows("name", "kind", *_KEYS.get(kind, ("path", "target", "command", "timeout")))
    name = part.name()
    match kind:
        case "file":
            return Anchor(name, kind, _absolute(part, part.text("path"), "path"))
        case "syslog":
            return Anchor(name, kind, part.text("target", syslog.LOCAL))
        case "journald":
            return Anchor(name, kind, _absolute(part, part.text("target", journald.LOCAL), "target"))
        case "command":
            return Anchor(name, kind, "", _command(part), part.span("timeout", round(PATIENCE_S * _MICROS)) / _MICROS)
    return Anchor(name, kind)


def _command(part: Part) -> tuple[str, ...]:
    given = part.values.get("command")
    if not isinstance(given, list) or not given or not all(isinstance(word, str) and word for word in given):
        part.complain("type", "'command' is a list of texts, as [/path/of/program, argument]: no shell takes it apart")
        return ()
    _absolute(part, given[0], "command")
    return tuple(given)


def _absolute(part: Part, path: str, *key: str) -> str:
    if path and not Path(path).is_absolute():
        part.complain("value", f"{path!r} is no absolute path", *key)
    return path
