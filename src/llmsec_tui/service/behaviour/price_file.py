"""Read what models cost and how much may be spent (``prices.yml``), strictly; what it leaves out is as shipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.reading import parse, read, text
from llmsec_tui.detect.signals.prices import SHIPPED, Family, Price, pieces_of, price, shipped
from llmsec_tui.errors import ConfigError, RuleIssue
from llmsec_tui.incidents.policy_part import Part

BUDGETED = ("model", "app", "user", "key", "tenant", "agent")
"""What usage is told by, and budgets are for; a key is that of a gateway."""
EACH = "*"
_MOST = 1_000_000


class PriceError(ConfigError):
    """The file cannot be used. All that is wrong is reported at once."""

    def __init__(self, issues: list[RuleIssue]) -> None:
        self.issues = issues
        count = "1 problem" if len(issues) == 1 else f"{len(issues)} problems"
        super().__init__(f"The file of prices has {count}:\n" + "\n".join(map(str, issues)))


@dataclass(frozen=True, slots=True)
class Prices:
    """What holds."""

    families: tuple[Family, ...]
    """Own ones first, then those that are shipped."""
    budgets: Mapping[str, Mapping[str, float]]
    """Dollars a day, by dimension and name."""
    as_of: str
    own: int
    """How many of the families are the team's own."""
    digest: str
    """Of the file."""

    def of(self, model: str) -> Price | None:
        """None for a model of no known price."""
        return price(model, self.families)

    def budget(self, dimension: str, name: str) -> float | None:
        """Dollars a day; None without a budget."""
        known = self.budgets.get(dimension, {})
        return known.get(name, known.get(EACH))


def load(path: Path | None = None) -> Prices:
    """What a file says, before what is shipped; None for that alone. Raises one PriceError with all that is wrong."""
    made = _read(SHIPPED)
    if path is None or not path.exists():
        return Prices(shipped(), {}, made.as_of, 0, made.digest)
    own = _read(path, made.as_of)
    return Prices(own.families + shipped(), own.budgets, own.as_of, len(own.families), own.digest)


def _read(path: Path, as_of: str | None = None) -> Prices:
    content = text(path)
    digest = sha256((content or "").encode()).hexdigest()
    if as_of is not None and content is not None and _says_nothing(content):
        return Prices((), {}, as_of, 0, digest)
    document, *others = read(path) if content is None else parse(path, content)
    for other in others:
        document.issues += other.issues
        document.complain("yaml", "there is another document after this one; there must be one")
    made = _prices(document, digest, as_of) if document.data else None
    if made is None or document.issues:
        raise PriceError(sorted(document.issues, key=lambda issue: (issue.line, issue.column, issue.message)))
    return made


def _says_nothing(content: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in content.splitlines())


def _prices(document: Document, digest: str, as_of: str | None) -> Prices:
    top = Part(document, (), document.data).knows("as_of", "models", "budgets")
    families = [_family(one) for one in top.parts("models")] if "models" in top.values else []
    budgets = top.part("budgets").knows(*BUDGETED) if "budgets" in top.values else None
    found = (
        {} if budgets is None else {name: _dollars(budgets.part(name)) for name in BUDGETED if name in budgets.values}
    )
    return Prices(tuple(families), found, top.text("as_of", as_of), len(families), digest)


def _family(part: Part) -> Family:
    part.knows("name", "input", "output", "cached")
    names = part.words("name") if isinstance(part.values.get("name"), list) else [part.text("name")]
    if not names:
        part.complain("value", "'name' is empty", "name")
    cached = part.number("cached", 0, _MOST) if "cached" in part.values else None
    return Family(pieces_of(names), Price(part.number("input", 0, _MOST), part.number("output", 0, _MOST), cached))


def _dollars(part: Part) -> dict[str, float]:
    return {name: part.number(name, 0, _MOST) for name in part.values}
