"""What can be asked of a collector about its rules, and done to them."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Command, Done, Query


class RuleRow(Struct, frozen=True, kw_only=True):
    """One line of the list of rules."""

    seq: int
    """Its place in the list, the last being 1; the key that pages go by. A reload may change it."""
    rule_id: str
    """Empty for a file that holds no rule that can be run."""
    title: str
    level: str
    kind: str
    """``event``, or the type of a rule over time, such as ``event_count``."""
    state: str
    """on | off | broken | changed: the last two say that the file on disk is not what runs."""
    why: str
    """Of a rule that is not simply on: who turned it off and why, or what is wrong with its file."""
    alerts_24h: int
    alerts: int
    last_alert_at: int | None
    """When the last alert was raised."""
    left_out: int
    """Events that took no part in a rule over time, because they were late or lack a time or a field of the group."""
    not_evaluable: int
    """Events that it could not judge, because their content is not in the log."""
    tags: list[str]
    path: str
    precision: float | None = None
    """Of the closed incidents with its alerts in which it was found right or wrong, the share in which it was right."""
    judged: int = 0
    """How many these are."""


class RuleOff(Struct, frozen=True, kw_only=True):
    """Who turned a rule off."""

    at: int
    actor: str
    reason: str


class RuleNamed(Struct, frozen=True, kw_only=True):
    """Another rule that this one has to do with."""

    rule_id: str
    title: str


class RuleDetail(Struct, frozen=True, kw_only=True):
    """A rule with all that is needed to judge it."""

    row: RuleRow
    name: str
    description: str
    confidence: float
    version: str
    references: list[str]
    false_positives: list[str]
    playbook: list[str]
    examples: int
    """That it must hit."""
    counter_examples: int
    """That it must not."""
    over_time: str
    """A sentence that says what a rule over time compares; empty for others."""
    counts: list[RuleNamed]
    """The rules whose hits it takes."""
    counted_by: list[RuleNamed]
    """The rules that take its hits, also while it is off."""
    numbers: dict[str, int]
    """What was counted, by name."""
    off: RuleOff | None


class RulePage(Struct, frozen=True, kw_only=True):
    """The highest level first, then by title."""

    rows: list[RuleRow]
    total: int
    """Rows that match the filter, on all pages."""


class ListRules(Query[RulePage], frozen=True, kw_only=True, tag="rules.list"):
    """``before`` and ``after`` are exclusive bounds on ``seq``, which falls down the list."""

    capability: ClassVar[str] = "rules.read"
    reply: ClassVar[type] = RulePage
    filter: str = ""
    before: int | None = None
    after: int | None = None
    limit: int = 100


class GetRule(Query[RuleDetail], frozen=True, kw_only=True, tag="rules.show"):
    capability: ClassVar[str] = "rules.read"
    reply: ClassVar[type] = RuleDetail
    rule_id: str
    """The whole id, its name, or a prefix of the id of at least four characters that only one rule has."""


class DisableRule(Command[Done], frozen=True, kw_only=True, tag="rules.disable"):
    """Let a rule raise no alerts until it is enabled. ``note`` must say why. Other rules go on counting its hits."""

    capability: ClassVar[str] = "rules.switch"
    reply: ClassVar[type] = Done
    rule_id: str
    note: str


class EnableRule(Command[Done], frozen=True, kw_only=True, tag="rules.enable"):
    """Let a rule raise alerts again. ``note`` must say why."""

    capability: ClassVar[str] = "rules.switch"
    reply: ClassVar[type] = Done
    rule_id: str
    note: str


class ReloadRules(Command[Done], frozen=True, kw_only=True, tag="rules.reload"):
    """Read all rule files again; with any fault in them the rules that run stay in force."""

    capability: ClassVar[str] = "rules.reload"
    reply: ClassVar[type] = Done
