"""What can be asked of a collector about incidents, and done about them."""

from typing import ClassVar

from msgspec import Struct, field

from llmsec_tui.service.asks import Command, Done, Query
from llmsec_tui.service.incidents.report_rows import HandOverReport, Metrics
from llmsec_tui.service.incidents.rows import (
    BulkDone,
    Bundle,
    Desk,
    IncidentDetail,
    IncidentPage,
    MarkerPage,
    NotificationPage,
    Present,
    RemedyList,
    RunOutput,
    Timeline,
)


class ListIncidents(Query[IncidentPage], frozen=True, kw_only=True, tag="incidents.list"):
    """``before``/``after`` are exclusive bounds on ``seq``. Without a ``state`` in the filter: those that are open."""

    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = IncidentPage
    filter: str = ""
    order: str = "urgent"
    """urgent: missed clocks, then level, then what is due first | newest"""
    before: int | None = None
    after: int | None = None
    limit: int = 100


class GetIncident(Query[IncidentDetail], frozen=True, kw_only=True, tag="incidents.show"):
    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = IncidentDetail
    incident_id: str
    """``INC-12``, ``inc-12`` or ``12``; or the id of an alert that is in it."""


class GetTimeline(Query[Timeline], frozen=True, kw_only=True, tag="incidents.timeline"):
    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = Timeline
    incident_id: str
    kinds: list[str] = field(default_factory=list)
    """Only these; empty for all."""
    before: int | None = None
    after: int | None = None
    limit: int = 200


class GetRemedies(Query[RemedyList], frozen=True, kw_only=True, tag="incidents.remedies"):
    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = RemedyList
    incident_id: str


class GetRunOutput(Query[RunOutput], frozen=True, kw_only=True, tag="incidents.output"):
    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = RunOutput
    incident_id: str
    run: int


class GetDesk(Query[Desk], frozen=True, kw_only=True, tag="incidents.desk"):
    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = Desk


class LookAt(Query[Present], frozen=True, kw_only=True, tag="incidents.look_at"):
    """Says that the asker has it open for the next ten seconds; empty: none any more."""

    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = Present
    incident_id: str


class GetMetrics(Query[Metrics], frozen=True, kw_only=True, tag="incidents.metrics"):
    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = Metrics
    days: int = 30


class GetHandOver(Query[HandOverReport], frozen=True, kw_only=True, tag="incidents.handover_report"):
    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = HandOverReport
    user: str = ""
    """Whose incidents; empty for everybody's."""


class ListNotifications(Query[NotificationPage], frozen=True, kw_only=True, tag="notifications.list"):
    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = NotificationPage
    before: int | None = None
    after: int | None = None
    limit: int = 100


class ListMarkers(Query[MarkerPage], frozen=True, kw_only=True, tag="markers.list"):
    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = MarkerPage
    before: int | None = None
    after: int | None = None
    limit: int = 100


class OpenIncident(Command[Done], frozen=True, kw_only=True, tag="incidents.open"):
    """Of alerts that are in no open incident. The reply's message names it."""

    capability: ClassVar[str] = "incidents.open"
    reply: ClassVar[type] = Done
    alert_ids: list[str]
    title: str = ""
    """Empty: the title of the highest alert."""
    level: str = ""
    note: str = ""


class ActOnIncident(Command[Done], frozen=True, kw_only=True, tag="incidents.act"):
    """One act of ``incidents.acts.ACTS`` but export; the capability that it takes is in that table.

    Only the fields that the act needs are looked at.
    """

    capability: ClassVar[str] = "incidents.read"
    reply: ClassVar[type] = Done
    deadline_ms: ClassVar[int] = 30_000
    """Pinned records may have to be sought in archives."""
    incident_id: str
    act: str
    version: int = 0
    """That the actor saw. Only acts that are ``checked`` look at it."""
    note: str = ""
    owner: str = ""
    disposition: str = ""
    incident: str = ""
    """The other one: to merge into, to link, the original of a duplicate."""
    alert_ids: list[str] = field(default_factory=list)
    level: str = ""
    title: str = ""
    """Also the text of a new task."""
    task: int = 0
    pin: int = 0
    event_id: str = ""
    remedy: str = ""
    clock: str = ""
    when: int | None = None
    waive_open: bool = False
    """Close it though tasks are open: these are waived for the reason of the note."""


class Item(Struct, frozen=True, kw_only=True):
    """One thing of a bulk act, as the actor saw it."""

    id: str
    version: int


class BulkAct(Command[BulkDone], frozen=True, kw_only=True, tag="incidents.bulk"):
    """The same act on many incidents, or on many alerts (acknowledge, dismiss); each is done or refused by itself."""

    capability: ClassVar[str] = "incidents.bulk"
    reply: ClassVar[type] = BulkDone
    deadline_ms: ClassVar[int] = 60_000
    of: str
    """incidents | alerts"""
    act: str
    items: list[Item]
    count: int
    """What the actor typed; refused unless it is how many items there are."""
    note: str = ""
    owner: str = ""
    disposition: str = ""
    waive_open: bool = False


class HandOver(Command[BulkDone], frozen=True, kw_only=True, tag="incidents.hand_over"):
    """All open incidents of the actor go to another person."""

    capability: ClassVar[str] = "incidents.work"
    reply: ClassVar[type] = BulkDone
    deadline_ms: ClassVar[int] = 60_000
    to: str
    note: str = ""


class ExportIncident(Command[Bundle], frozen=True, kw_only=True, tag="incidents.export"):
    capability: ClassVar[str] = "incidents.export"
    reply: ClassVar[type] = Bundle
    deadline_ms: ClassVar[int] = 60_000
    incident_id: str
    formats: list[str] = field(default_factory=list)
    """markdown | html | json | stix | ocsf | timesketch; empty for all"""


class ReloadPolicy(Command[Done], frozen=True, kw_only=True, tag="incidents.reload_policy"):
    capability: ClassVar[str] = "desk.policy"
    reply: ClassVar[type] = Done


class TestChannel(Command[Done], frozen=True, kw_only=True, tag="notifications.test"):
    capability: ClassVar[str] = "desk.policy"
    reply: ClassVar[type] = Done
    channel: str


class AddMarker(Command[Done], frozen=True, kw_only=True, tag="markers.add"):
    """Note that something changed outside: it stands on timelines and charts."""

    capability: ClassVar[str] = "markers.add"
    reply: ClassVar[type] = Done
    kind: str
    """deploy | model | prompt | tools | guardrail | other"""
    text: str
    app: str = ""
    at: int | None = None
    """None: now."""
