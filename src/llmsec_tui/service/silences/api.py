"""What can be asked of a collector about silences, and done about them."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.asks import Command, Done, Query


class Demand(Struct, frozen=True, kw_only=True):
    """What a silence wants of an alert."""

    field: str
    """rule_id | level | app | user_id | conversation_id | source_path | tool_name | model | trust"""
    value: str
    """``*`` stands for any run of characters. A rule may be given by its name or the beginning of its id."""


class SilenceRow(Struct, frozen=True, kw_only=True):
    """One line of the list of silences."""

    seq: int
    """Its place in the list, the last being 1; the key that pages go by. A new silence changes it."""
    silence_id: str
    state: str
    """holds | expired | ended"""
    demands: list[Demand]
    """An alert that fits all of them is not shown."""
    rule_title: str
    """Of the one rule that it names, while that is loaded; else empty."""
    author: str
    reason: str
    created_at: int
    until: int
    hidden: int
    """Alerts that it kept from being shown."""
    last_hidden_at: int | None
    ended_at: int | None
    """When somebody ended it before its time."""
    ended_by: str | None
    end_reason: str | None


class SilencePage(Struct, frozen=True, kw_only=True):
    """Those that hold first, then the newest."""

    rows: list[SilenceRow]
    total: int
    """Rows that match the filter, on all pages."""


class HiddenOfRule(Struct, frozen=True, kw_only=True):
    """What a silence would have hidden of one rule and level."""

    rule_id: str
    title: str
    level: str
    n: int
    shown: int
    """Of these, those that people were shown."""


class SilencePreview(Struct, frozen=True, kw_only=True):
    """What a silence would have hidden."""

    days: int
    demands: list[Demand]
    """As they would be kept, a rule by its whole id."""
    total: int
    """Alerts of these days that silences were asked about: not those that other rules inhibited."""
    hidden: int
    """Alerts that it would have hidden, also where something else has hidden them."""
    shown: int
    """Of these, those that people were shown."""
    rules: list[HiddenOfRule]
    """The most first."""
    examples: list[AlertRow]
    """The newest, at most five."""
    refusal: str
    """Why it is too broad to be added; empty when it can be."""


class ListSilences(Query[SilencePage], frozen=True, kw_only=True, tag="silences.list"):
    """``before`` and ``after`` are exclusive bounds on ``seq``, which falls down the list."""

    capability: ClassVar[str] = "alerts.read"
    reply: ClassVar[type] = SilencePage
    filter: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = 100


class PreviewSilence(Query[SilencePreview], frozen=True, kw_only=True, tag="silences.preview"):
    capability: ClassVar[str] = "alerts.read"
    reply: ClassVar[type] = SilencePreview
    demands: list[Demand]
    days: int = 7


class AddSilence(Command[Done], frozen=True, kw_only=True, tag="silences.add"):
    """Show no alerts that fit all demands, from now on and until then. ``note`` must say why."""

    capability: ClassVar[str] = "alerts.silence"
    reply: ClassVar[type] = Done
    demands: list[Demand]
    until: int
    """Microseconds since 1970 UTC, at most 30 days ahead."""
    note: str


class EndSilence(Command[Done], frozen=True, kw_only=True, tag="silences.end"):
    """Let a silence hide nothing more. ``note`` may say why."""

    capability: ClassVar[str] = "alerts.silence"
    reply: ClassVar[type] = Done
    silence_id: str
    """The whole id, or a prefix of at least four characters that only one silence has."""
    note: str = ""
