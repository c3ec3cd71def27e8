"""Read what a team decides about its desk from a file, strictly; what it leaves out is as it is shipped."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from llmsec_tui.detect.sigma.document import Document
from llmsec_tui.detect.sigma.reading import parse, read, text
from llmsec_tui.errors import ConfigError, RuleIssue
from llmsec_tui.incidents.policy import CLOCKS, Duty, Grouping, Opening, Policy, Times
from llmsec_tui.incidents.policy_part import Part
from llmsec_tui.incidents.policy_remedies import channel, remedy, route
from llmsec_tui.incidents.states import LEVELS

SHIPPED = Path(__file__).with_name("desk.yml")
"""What holds where nobody decided otherwise."""
SECTIONS = ("opening", "grouping", "times", "duties", "remedies", "channels", "routes", "bulk", "teams")
KEYS = ("conversation", "entity", "campaign", "rule")
_MOST = 1_000_000


class PolicyError(ConfigError):
    """A policy cannot be used. All that is wrong is reported at once."""

    def __init__(self, issues: list[RuleIssue]) -> None:
        self.issues = issues
        count = "1 problem" if len(issues) == 1 else f"{len(issues)} problems"
        super().__init__(f"The desk's policy has {count}:\n" + "\n".join(map(str, issues)))


def load(path: Path | None = None) -> Policy:
    """The policy of a file; None for the one that is shipped.

    Raises one PolicyError with all that is wrong in it, each with file, line and column.
    """
    shipped, content = _document(SHIPPED)
    if path is None or path == SHIPPED:
        return _judged(shipped, content)
    own, content = _document(path)
    if _says_nothing(content) and not own.data:
        own = shipped
    elif own.data:
        own.data = _over(shipped.data, own.data)
    return _judged(own, content)


def _document(path: Path) -> tuple[Document, str | None]:
    content = text(path)
    document, *others = read(path) if content is None else parse(path, content)
    for other in others:
        document.issues += [*other.issues]
        document.complain("yaml", "there is another document after this one; a policy is one")
    return document, content


def _says_nothing(content: str | None) -> bool:
    """Whether a file that can be read holds comments at most."""
    return content is not None and all(not line.strip() or line.lstrip()[0] == "#" for line in content.splitlines())


def _judged(document: Document, content: str | None) -> Policy:
    digest = sha256((content or "").encode()).hexdigest()
    # A file that is no YAML would only be complained of for all that it lacks.
    made = _policy(document, digest) if document.data else None
    if made is None or document.issues:
        raise PolicyError(sorted(document.issues, key=lambda issue: (issue.line, issue.column, issue.message)))
    return made


def _over(shipped: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """``own``, with what it leaves out as shipped: keys of mappings one by one, lists and values whole."""
    merged = shipped | own
    for key in shipped.keys() & own.keys():
        if isinstance(shipped[key], dict) and isinstance(own[key], dict):
            merged[key] = _over(shipped[key], own[key])
    return merged


def _policy(document: Document, digest: str) -> Policy:
    top = Part(document, (), document.data).knows(*SECTIONS)
    channels = tuple(map(channel, top.parts("channels")))
    policy = Policy(
        opening=_opening(top.part("opening")),
        grouping=_grouping(top.part("grouping")),
        times=_times(top.part("times")),
        duties=tuple(map(_duty, top.parts("duties"))),
        remedies=tuple(map(remedy, top.parts("remedies"))),
        channels=channels,
        routes=tuple(route(part, [one.name for one in channels]) for part in top.parts("routes")),
        bulk=_bulk(top.part("bulk")),
        teams=_teams(top.part("teams")),
        digest=digest,
    )
    _once(top, "duties", (duty.name for duty in policy.duties))
    _once(top, "remedies", (one.name for one in policy.remedies))
    _once(top, "channels", (one.name for one in channels))
    return policy


def _opening(part: Part) -> Opening:
    part.knows("levels", "confidence", "correlation_levels", "risk", "half_life", "weights", "except_environments")
    weights = part.part("weights").knows(*LEVELS)
    return Opening(
        levels=frozenset(part.words("levels", LEVELS)),
        confidence=part.number("confidence", 0, 1),
        correlation_levels=frozenset(part.words("correlation_levels", LEVELS)),
        risk=part.number("risk", 0.001, _MOST),
        half_life=part.span("half_life"),
        weights={level: weights.number(level, 0, _MOST) for level in LEVELS},
        except_environments=frozenset(part.words("except_environments")),
    )


def _grouping(part: Part) -> Grouping:
    part.knows("by", "quiet", "most_alerts", "common")
    return Grouping(
        by=tuple(part.words("by", KEYS)),
        quiet=part.span("quiet"),
        most_alerts=part.whole("most_alerts", 1, 100_000),
        common=part.whole("common", 1, 10_000),
    )


def _times(part: Part) -> dict[str, Times]:
    part.knows(*LEVELS)
    return {level: _of_level(part.part(level)) for level in LEVELS}


def _of_level(part: Part) -> Times:
    part.knows(*CLOCKS, "hold_acknowledged")
    return Times(
        acknowledge=part.limit("acknowledge"),
        contain=part.limit("contain"),
        resolve=part.limit("resolve"),
        hold_acknowledged=part.limit("hold_acknowledged"),
    )


def _duty(part: Part) -> Duty:
    part.knows("name", "title", "within", "tags")
    name = part.name()
    if name in CLOCKS:
        part.complain("value", f"every incident has a clock '{name}' already", "name")
    return Duty(
        name=name,
        title=part.text("title", name),
        within=part.span("within"),
        tags=frozenset(part.words("tags", default=())),
    )


def _bulk(part: Part) -> dict[str, int]:
    # Which roles there are is up to the file of roles, which is above this room.
    return {str(role): part.whole(role, 0, 100_000) for role in part.values}


def _teams(part: Part) -> dict[str, frozenset[str]]:
    return {team: frozenset(part.words(team)) for team in part.values}


def _once(top: Part, section: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name and name in seen:
            top.complain("duplicate", f"there is a '{name}' in '{section}' already", section, number, "name")
        seen.add(name)
