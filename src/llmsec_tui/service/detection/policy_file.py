"""Read how sure detection has to be (``detection.yml``), strictly, and write it."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from llmsec_tui.detect.confidence.shipped import shipped
from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.reading import parse, read, text
from llmsec_tui.errors import ConfigError, RuleIssue
from llmsec_tui.incidents.policy_part import Part

_MOST = 1_000_000_000
_OWNER_ONLY = 0o600


class DetectionError(ConfigError):
    """The file cannot be used. All that is wrong is reported at once."""

    def __init__(self, issues: list[RuleIssue]) -> None:
        self.issues = issues
        count = "1 problem" if len(issues) == 1 else f"{len(issues)} problems"
        super().__init__(f"The policy of detection has {count}:\n" + "\n".join(map(str, issues)))


@dataclass(frozen=True, slots=True)
class Budget:
    """What a threshold was chosen for."""

    per_week: float
    """False alarms that are accepted."""
    texts_per_week: float
    """Distinct untrusted texts that were expected."""


@dataclass(frozen=True, slots=True)
class DetectionPolicy:
    """What a team decided."""

    threshold: float
    """Alerts of scored rules with less confidence are kept as ``informational``."""
    budget: Budget | None = None
    digest: str = sha256().hexdigest()
    """Of the file."""


def load(path: Path) -> DetectionPolicy:
    """What the file says, and what is shipped where there is none. Raises DetectionError with all that is wrong."""
    if not path.exists():
        return DetectionPolicy(shipped().threshold)
    content = text(path)
    digest = sha256((content or "").encode()).hexdigest()
    if content is not None and all(not line.strip() or line.lstrip().startswith("#") for line in content.splitlines()):
        return DetectionPolicy(shipped().threshold, digest=digest)
    document, *others = read(path) if content is None else parse(path, content)
    for other in others:
        document.issues += other.issues
        document.complain("yaml", "there is another document after this one; there must be one")
    made = _policy(document, digest) if document.data else None
    if made is None or document.issues:
        raise DetectionError(sorted(document.issues, key=lambda issue: (issue.line, issue.column, issue.message)))
    return made


def _policy(document: Document, digest: str) -> DetectionPolicy:
    top = Part(document, (), document.data).knows("threshold", "budget")
    threshold = top.number("threshold", 0, 1) if "threshold" in top.values else shipped().threshold
    return DetectionPolicy(threshold, _budget(top) if "budget" in top.values else None, digest)


def _budget(top: Part) -> Budget:
    part = top.part("budget").knows("per_week", "texts_per_week")
    return Budget(part.number("per_week", 0, _MOST), part.number("texts_per_week", 0, _MOST))


def write(path: Path, threshold: float, budget: Budget) -> None:
    """Replace the file by one that says this, in one step. Raises ConfigError."""
    content = (
        "# Written by: llmsec-tui rules budget --apply\n"
        "# Alerts about injection that are less sure than the threshold are kept as informational.\n"
        f"threshold: {threshold}\n"
        "# What it was chosen for; nothing else reads it.\n"
        f"budget:\n  per_week: {budget.per_week:g}\n  texts_per_week: {budget.texts_per_week:g}\n"
    )
    beside = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}. What held before still holds.",
            hint="Run it as the user who owns the state directory.",
        ) from error
