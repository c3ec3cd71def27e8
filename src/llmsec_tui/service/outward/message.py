"""What people are told of an incident: what it is and how it stands, and nothing out of the log that it came from."""

from datetime import UTC, datetime
from functools import singledispatch

import msgspec
from msgspec import Struct

from llmsec_tui.incidents.changes import (
    Assigned,
    Breached,
    Change,
    Closed,
    DutyStarted,
    HandedOver,
    IncidentEvent,
    LevelSet,
    Moved,
    Opened,
    RunEnded,
    TakenOver,
)
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.masking import redact
from llmsec_tui.text import clip, visible

_MOST_CHARS = 200
_MOST_DETAILS = 10


class Message(Struct, frozen=True, kw_only=True):
    """One message; kept as JSON while it waits. Its texts are ours, a rule's, or the title that a person gave, with
    marks in the place of personal data and secrets: nobody knows who reads a channel.
    """

    about: str
    """The kind of change; ``test`` for a trial."""
    title: str
    at: int
    """Of the last change that it tells of; microseconds since 1970 UTC."""
    incident_id: str = ""
    level: str = "informational"
    state: str = ""
    owner: str = ""
    by: str = ""
    """Who did the last of it."""
    details: list[str] = []
    """What happened, in a few words each."""
    n: int = 1
    """How many changes it stands for."""
    n_alerts: int = 0
    watchers: list[str] = []
    """Who wants to be told of it."""

    @property
    def subject(self) -> str:
        """One line."""
        times = f" ({self.n} times)" if self.n > 1 else ""
        name = f" {self.incident_id}" if self.incident_id else ""
        return f"[{self.level}]{name} {self.about.replace('_', ' ')}{times}: {self.title}"

    @property
    def body(self) -> str:
        """Lines of text without any link in them."""
        if not self.incident_id:
            return f"A trial of this channel by {self.by}."
        happened = ", ".join(self.details) or self.about.replace("_", " ")
        owner = self.owner or "nobody"
        watched = f", watched by {', '.join(self.watchers)}" if self.watchers else ""
        when = datetime.fromtimestamp(self.at / 1e6, UTC)
        return "\n".join(
            (
                f"{self.incident_id}: {happened}",
                f"by {self.by} at {when:%Y-%m-%d %H:%M:%S} UTC",
                f"state {self.state}, level {self.level}, owner {owner}, alerts {self.n_alerts}{watched}",
            )
        )

    def with_later(self, later: "Message") -> "Message":
        """One message for both."""
        details = list(dict.fromkeys((*self.details, *later.details)))[-_MOST_DETAILS:]
        return msgspec.structs.replace(later, n=self.n + later.n, details=details)


def message_of(incident: Incident, event: IncidentEvent) -> Message:
    """What is told of one change of an incident, as the incident is after it."""
    return Message(
        about=str(event.change.__struct_config__.tag),
        title=clip(visible(redact(incident.title)), _MOST_CHARS),
        at=event.at,
        incident_id=incident.incident_id,
        level=incident.level,
        state=incident.state.value,
        owner=incident.owner,
        by=event.actor,
        details=list(filter(None, [visible(_detail(event.change))])),
        n_alerts=incident.n_alerts,
        watchers=list(incident.watchers),
    )


def as_json(message: Message) -> bytes:
    """What webhooks and commands are sent: the fields of the message, and ``text`` with all of it for people."""
    fields = msgspec.to_builtins(message)
    return msgspec.json.encode({**fields, "product": "llmsec-tui", "text": f"{message.subject}\n{message.body}"})


@singledispatch
def _detail(change: Change) -> str:
    return ""


@_detail.register
def _(change: Opened) -> str:
    return f"opened by {change.how}"


@_detail.register
def _(change: Breached) -> str:
    return f"the clock {change.clock} was missed"


@_detail.register
def _(change: DutyStarted) -> str:
    return f"the clock {change.limit.clock} runs"


@_detail.register
def _(change: Closed) -> str:
    return f"closed as {change.disposition.value.replace('_', ' ')}"


@_detail.register
def _(change: Moved) -> str:
    return f"now {change.state.value}"


@_detail.register
def _(change: LevelSet) -> str:
    return f"level set to {change.level}"


@_detail.register
def _(change: RunEnded) -> str:
    return f"run {change.run} ended: {change.state.value.replace('_', ' ')}"


@_detail.register(Assigned)
@_detail.register(HandedOver)
@_detail.register(TakenOver)
def _(change: Assigned | HandedOver | TakenOver) -> str:
    return f"owner {change.owner}, before {change.before or 'nobody'}"
