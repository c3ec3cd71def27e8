"""Everything that can be asked of a collector: named queries and commands, their replies, and the rows inside them.

One frame on the wire is a 4-byte big-endian length and a msgpack body. A request is ``Request``, an answer ``Answer``.
Both sides import this module, so a question and its answer are checked types from the socket to the pane.

Times are microseconds since 1970 UTC. Texts are raw: whoever shows them passes them through ``llmsec_tui.text``.
"""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.access.api import AccessAsk
from llmsec_tui.service.alert_rows import AlertRow as AlertRow
from llmsec_tui.service.asks import PAGE_LIMIT as PAGE_LIMIT
from llmsec_tui.service.asks import Ask as Ask
from llmsec_tui.service.asks import Command as Command
from llmsec_tui.service.asks import Done as Done
from llmsec_tui.service.asks import Query as Query
from llmsec_tui.service.auditing.api import AuditAsk
from llmsec_tui.service.auditing.key_api import KeyAsk
from llmsec_tui.service.behaviour.api import BehaviourAsk
from llmsec_tui.service.campaigns.api import CampaignAsk
from llmsec_tui.service.canaries.api import CanaryAsk
from llmsec_tui.service.compliance.api import ReportPeriod
from llmsec_tui.service.content.api import ContentAsk
from llmsec_tui.service.detection.api import GetDetection
from llmsec_tui.service.incidents.api import (
    ActOnIncident,
    AddMarker,
    BulkAct,
    ExportIncident,
    GetDesk,
    GetHandOver,
    GetIncident,
    GetMetrics,
    GetRemedies,
    GetRunOutput,
    GetTimeline,
    HandOver,
    ListIncidents,
    ListMarkers,
    ListNotifications,
    LookAt,
    OpenIncident,
    ReloadPolicy,
    TestChannel,
)
from llmsec_tui.service.retention.api import RetentionAsk
from llmsec_tui.service.rows import AlertAct as AlertAct
from llmsec_tui.service.rows import AlertDetail as AlertDetail
from llmsec_tui.service.rows import AlertPage as AlertPage
from llmsec_tui.service.rows import AuditPage as AuditPage
from llmsec_tui.service.rows import AuditRow as AuditRow
from llmsec_tui.service.rows import DeadLetterPage as DeadLetterPage
from llmsec_tui.service.rows import DeadLetterRow as DeadLetterRow
from llmsec_tui.service.rows import EventDetail as EventDetail
from llmsec_tui.service.rows import EventPage as EventPage
from llmsec_tui.service.rows import EventRow as EventRow
from llmsec_tui.service.rows import Overview as Overview
from llmsec_tui.service.rows import RatePoint as RatePoint
from llmsec_tui.service.rows import RiskRow as RiskRow
from llmsec_tui.service.rows import SourceList as SourceList
from llmsec_tui.service.rows import SourceRow as SourceRow
from llmsec_tui.service.rows import Status as Status
from llmsec_tui.service.rules.api import DisableRule, EnableRule, GetRule, ListRules, ReloadRules
from llmsec_tui.service.rules.explain_api import Explain
from llmsec_tui.service.silences.api import AddSilence, EndSilence, ListSilences, PreviewSilence


class GetStatus(Query[Status], frozen=True, kw_only=True, tag="status"):
    capability: ClassVar[str] = "status.read"
    reply: ClassVar[type] = Status


class GetOverview(Query[Overview], frozen=True, kw_only=True, tag="overview"):
    capability: ClassVar[str] = "overview.read"
    reply: ClassVar[type] = Overview
    buckets: int = 60
    bucket_s: int = 60


class ListAlerts(Query[AlertPage], frozen=True, kw_only=True, tag="alerts.list"):
    """``before``/``after`` are exclusive bounds on ``seq``: before=S gives older ones, after=S the next newer ones.

    Suppressed alerts are left out, unless the filter says what it wants of them.
    """

    capability: ClassVar[str] = "alerts.read"
    reply: ClassVar[type] = AlertPage
    filter: str = ""
    grouped: bool = False
    """One row for each group: its newest alert."""
    before: int | None = None
    after: int | None = None
    limit: int = 100


class GetAlert(Query[AlertDetail], frozen=True, kw_only=True, tag="alerts.show"):
    capability: ClassVar[str] = "alerts.read"
    reply: ClassVar[type] = AlertDetail
    alert_id: str
    """The whole id or a prefix of at least four characters that only one alert has."""


class ListTookPart(Query[EventPage], frozen=True, kw_only=True, tag="alerts.events"):
    """The events that took part in an alert of a rule over time, oldest first; empty for other alerts."""

    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = EventPage
    alert_id: str
    text_chars: int = 200


class ListEvents(Query[EventPage], frozen=True, kw_only=True, tag="events.list"):
    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = EventPage
    filter: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = 100
    text_chars: int = 200


class GetEvent(Query[EventDetail], frozen=True, kw_only=True, tag="events.show"):
    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = EventDetail
    event_id: str
    text_chars: int = 262_144


class GetConversation(Query[EventPage], frozen=True, kw_only=True, tag="conversation.show"):
    """The events around one event in its conversation, oldest first; without a conversation, in its file."""

    capability: ClassVar[str] = "events.read"
    reply: ClassVar[type] = EventPage
    event_id: str
    before: int = 50
    after: int = 50
    text_chars: int = 16_384


class ListSources(Query[SourceList], frozen=True, kw_only=True, tag="sources.list"):
    capability: ClassVar[str] = "sources.read"
    reply: ClassVar[type] = SourceList


class ListDeadLetters(Query[DeadLetterPage], frozen=True, kw_only=True, tag="dead_letters.list"):
    capability: ClassVar[str] = "sources.read"
    reply: ClassVar[type] = DeadLetterPage
    before: int | None = None
    limit: int = 100


class ListAudit(Query[AuditPage], frozen=True, kw_only=True, tag="audit.list"):
    capability: ClassVar[str] = "audit.read"
    reply: ClassVar[type] = AuditPage
    filter: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = 100


class AcknowledgeAlert(Command[Done], frozen=True, kw_only=True, tag="alerts.acknowledge"):
    """Take an alert: the actor becomes its owner. ``note`` may be empty."""

    capability: ClassVar[str] = "alerts.acknowledge"
    reply: ClassVar[type] = Done
    alert_id: str
    version: int
    note: str = ""


class DismissAlert(Command[Done], frozen=True, kw_only=True, tag="alerts.dismiss"):
    """Put an alert away. ``note`` must say why."""

    capability: ClassVar[str] = "alerts.dismiss"
    reply: ClassVar[type] = Done
    alert_id: str
    version: int
    note: str


class WatchPaths(Command[Done], frozen=True, kw_only=True, tag="sources.watch"):
    """Follow these files, directories or globs too (absolute paths)."""

    capability: ClassVar[str] = "sources.watch"
    reply: ClassVar[type] = Done
    paths: list[str]
    from_start: bool = False


class StopCollector(Command[Done], frozen=True, kw_only=True, tag="collector.stop"):
    capability: ClassVar[str] = "collector.stop"
    reply: ClassVar[type] = Done


AnyAsk = (
    GetStatus
    | GetOverview
    | ListAlerts
    | GetAlert
    | ListTookPart
    | ListEvents
    | GetEvent
    | GetConversation
    | ListSources
    | ListDeadLetters
    | ListAudit
    | AcknowledgeAlert
    | DismissAlert
    | WatchPaths
    | StopCollector
    | ReportPeriod
    | ListRules
    | GetRule
    | DisableRule
    | EnableRule
    | ReloadRules
    | GetDetection
    | ListSilences
    | PreviewSilence
    | AddSilence
    | EndSilence
    | Explain
    | ListIncidents
    | GetIncident
    | GetTimeline
    | GetRemedies
    | GetRunOutput
    | GetDesk
    | LookAt
    | GetMetrics
    | GetHandOver
    | ListNotifications
    | ListMarkers
    | OpenIncident
    | ActOnIncident
    | BulkAct
    | HandOver
    | ExportIncident
    | ReloadPolicy
    | TestChannel
    | AddMarker
    | AccessAsk
    | ContentAsk
    | AuditAsk
    | KeyAsk
    | RetentionAsk
    | CanaryAsk
    | CampaignAsk
    | BehaviourAsk
)


class Request(Struct, frozen=True, kw_only=True):
    """One frame to the collector."""

    id: int
    """Chosen by the client; the answer carries it. Answers may overtake each other."""
    ask: AnyAsk
    deadline_ms: int = 5_000


class Refusal(Struct, frozen=True, kw_only=True):
    """Why there is no reply: ``kind`` is the name of an error class of ``llmsec_tui.errors``."""

    kind: str
    message: str
    hint: str = ""


class Answer(Struct, frozen=True, kw_only=True):
    """One frame from the collector: either ``reply`` (msgpack of the ask's reply type) or ``refusal``."""

    id: int
    reply: bytes = b""
    refusal: Refusal | None = None
