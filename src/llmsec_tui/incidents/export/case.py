"""All that an export is made from. The same case gives the same bytes, wherever and whenever."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID, uuid5

from msgspec import Struct

from llmsec_tui.incidents.changes import IncidentEvent, Opened
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.timeline import Moment

_NAMESPACE = UUID("6b1f6a0e-3f0c-4d0e-9a52-1f5a6f0f6c11")
PRODUCT = "llmsec-tui"


class AlertRecord(Struct, frozen=True, kw_only=True):
    """An alert with all that is stored of it. Times are microseconds since 1970 UTC; texts are raw."""

    seq: int
    alert_id: str
    rule_id: str
    rule_version: str
    title: str
    level: str
    confidence: float
    tags: list[str]
    state: str
    owner: str
    disposition: str
    ts: int | None
    """When its event was."""
    began: int | None
    raised_at: int
    event_id: str
    event_ids: list[str]
    n_events: int | None
    group_key: str | None
    conversation_id: str | None
    user_id: str | None
    app: str | None
    model: str | None
    format: str
    source_path: str
    source_offset: int
    source_len: int
    record_sha256: str
    role: str | None
    trust: str | None
    tool_name: str | None
    field: str
    spans: list[list[int]]
    excerpt: str
    decoded_by: str | None
    decoded_text: str | None
    reason: str
    suppressed_by: str

    @property
    def at(self) -> int:
        """When its event was, and never after the alert: a log may say anything."""
        return self.raised_at if self.ts is None else min(self.ts, self.raised_at)


class RuleDoc(Struct, frozen=True, kw_only=True):
    """What a rule says about itself; empty where the rule is gone."""

    rule_id: str
    title: str
    version: str = ""
    level: str = ""
    description: str = ""
    tags: list[str] = []
    references: list[str] = []
    false_positives: list[str] = []
    playbook: list[str] = []
    source: str = ""
    """The rule itself as YAML; empty where the file is not what runs."""


class Case(Struct, frozen=True, kw_only=True):
    """One incident with everything about it that the one who asked may see."""

    incident: Incident
    events: list[IncidentEvent]
    alerts: list[AlertRecord]
    alerts_left_out: int = 0
    """Further ones that it has."""
    timeline: list[Moment]
    """In order of time."""
    left_out: int
    """Log events that are not on the timeline."""
    rules: list[RuleDoc]
    addresses: list[str]
    """That the events of its alerts came from."""
    generated_at: int
    generated_by: str
    version: str
    """Of this program."""
    masked: str = ""
    """A sentence that says what is not in it because its taker does not see it; empty when they see everything."""


class File(NamedTuple):
    """One file of an export."""

    name: str
    content: bytes


def seed(case: Case) -> str:
    """What names this incident and no other: another desk has an INC-1 too, though not with these alerts then."""
    opened = next((event.change for event in case.events if isinstance(event.change, Opened)), None)
    first = " ".join(opened.share.alert_ids) if opened is not None else ""
    return f"{case.incident.incident_id}|{case.incident.opened_at}|{sha256(first.encode()).hexdigest()}"


def uid(case: Case, *names: str) -> UUID:
    """A UUID (version 5) of something in this incident, the same in every export."""
    return uuid5(_NAMESPACE, "|".join([seed(case), *(f"{len(name)}:{name}" for name in names)]))


def tags_of(case: Case) -> list[str]:
    """Every tag of its alerts, sorted."""
    return sorted({tag for alert in case.alerts for tag in alert.tags})


def first_and_last(alerts: Sequence[AlertRecord]) -> tuple[int, int]:
    """When the first and the last event of some alerts were; there is at least one."""
    return min(alert.began or alert.at for alert in alerts), max(alert.at for alert in alerts)
