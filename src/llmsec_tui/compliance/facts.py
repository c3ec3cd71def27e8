"""What is known about a period. Everything a report says follows from these, and they are in its JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

EVALUATED = "present"
"""The content state of an event whose content the detectors saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From ``start`` to ``end``, in µs since 1970 UTC."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """In µs."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """One log file, in the period."""

    path: str
    format: str
    events: int
    contents: Mapping[str, int]
    """Of the events that have or lack content: how many in each state, ``EVALUATED`` among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """One rule: what it covers, what it raised in the period, and how its own examples fared just now."""

    rule_id: str
    title: str
    tags: tuple[str, ...]
    off: bool
    alerts: int
    last_at: int | None
    fires: bool
    """Its own matching examples raised it when the report was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceFacts:
    """Alerts that somebody did not want to be shown."""

    silence_id: str
    author: str
    reason: str
    held: Span
    hidden: int
    """Since it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """One incident that was opened in the period, or was open in it."""

    incident_id: str
    title: str
    level: str
    state: str
    opened_at: int
    acknowledged_at: int | None
    closed_at: int | None
    disposition: str
    owner: str
    missed: bool
    """It missed a clock of the desk's policy."""
    noted: bool
    """Somebody wrote down what was found or done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFacts:
    """Acts of one kind with one result, in the period."""

    action: str
    result: str
    n: int
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFacts:
    """How far the record of acts can be believed."""

    verdict: str
    ok: bool
    records: int
    verified_seq: int
    sealed_seq: int
    anchored_seq: int
    anchored_at: int
    head: str
    log_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All about one period."""

    period: Span
    made_at: int
    made_by: str
    version: str
    rules_version: str
    watched: tuple[Span, ...]
    """When a collector ran, in order, without overlap, within the period."""
    sources: tuple[SourceFacts, ...]
    oldest_event_at: int | None
    """In the whole store: how far back content can still be looked at."""
    unknown: Mapping[str, int]
    """Records that no mapping knows, by type, since the store began."""
    dead_letters: Mapping[str, int]
    notices: Mapping[str, int]
    """What happened to the logs themselves: gaps, truncations, silence …"""
    alerts: Mapping[str, int]
    """Those that people were shown, by level."""
    hidden: Mapping[str, int]
    """Those that they were not, by what hid them."""
    rules: tuple[RuleFacts, ...]
    silences: tuple[SilenceFacts, ...]
    incidents: tuple[IncidentFacts, ...]
    acts: tuple[ActFacts, ...]
    journal: JournalFacts
    roles: Mapping[str, int]
    """How many accounts or mapped users have each role."""

    @property
    def unwatched(self) -> tuple[Span, ...]:
        """When no collector ran."""
        gaps: list[Span] = []
        at = self.period.start
        for span in self.watched:
            if span.start > at:
                gaps.append(Span(start=at, end=span.start))
            at = max(at, span.end)
        if at < self.period.end:
            gaps.append(Span(start=at, end=self.period.end))
        return tuple(gaps)

    @property
    def watched_share(self) -> float:
        """Of the period, from 0 to 1."""
        return sum(span.length for span in self.watched) / self.period.length if self.period.length else 0.0

    @property
    def events(self) -> int:
        return sum(source.events for source in self.sources)

    def contents(self) -> dict[str, int]:
        """Events that have or lack content, by its state."""
        states: dict[str, int] = {}
        for source in self.sources:
            for state, n in source.contents.items():
                states[state] = states.get(state, 0) + n
        return states

    def acted(self, *actions: str, result: str = "done") -> int:
        """How many acts there were whose name is one of these, or begins with one that ends in a dot."""
        return sum(
            act.n for act in self.acts if act.result == result and any(_is(act.action, action) for action in actions)
        )


def _is(name: str, wanted: str) -> bool:
    return name.startswith(wanted) if wanted.endswith(".") else name == wanted
