"""What can be asked of a collector about how models behave, and done about it."""

from typing import ClassVar

from msgspec import Struct

from llmsec_tui.service.asks import Command, Done, Query


class BehaviourRow(Struct, frozen=True, kw_only=True):
    """One cell of the drift board: a metric of a slice in the window."""

    slice: str
    """``all``, or a dimension and its value: ``model=gpt-5``."""
    metric: str
    """Its name, for filters and commands."""
    title: str
    shape: str
    """number | rate | mix"""
    unit: str
    verdict: str
    """drift | watch | steady | insufficient | absent | no baseline"""
    n: int
    """Values in the window."""
    usual_n: int
    value: float | None
    """The median of a number, the share of a rate; None for a mix."""
    usual: float | None
    effect: float
    """0 to 1: the greatest difference of cumulated shares, the difference of a rate, the total variation of a mix."""
    floor: float
    """Smaller effects are no drift."""
    p_value: float
    slow_since: int | None
    """Since when (µs) it moves away from what is usual, hour by hour; None when it does not."""
    spark: list[float | None]
    """The value of each of the last hours, oldest first; None where the hour had too few."""
    why: str
    """A sentence."""


class BehaviourBoard(Struct, frozen=True, kw_only=True):
    """What is usual beside what is: drift first, then by how sure it is."""

    rows: list[BehaviourRow]
    total: int
    since: int
    """Of the window, in microseconds since 1970 UTC."""
    until: int
    baseline: int
    """The version that it is held against; 0 when there is none."""
    note: str
    """What keeps the board from saying more: no baseline, one of another schema, nothing measured yet; else empty."""
    drifting: int
    watched: int
    insufficient: int


class BehaviourPoint(Struct, frozen=True, kw_only=True):
    """One hour of a chart."""

    at: int
    n: int
    value: float | None
    low: float | None
    """What is usual goes from here ..."""
    high: float | None
    """... to here, in nine of ten hours of that size."""
    verdict: str
    alerts: int
    """Alerts of all kinds in that hour."""


class ChangeMark(Struct, frozen=True, kw_only=True):
    """Something that changed: told by people, or first seen in the logs."""

    at: int
    kind: str
    """deploy | model | prompt | tools | guardrail | other"""
    text: str
    app: str


class CauseRow(Struct, frozen=True, kw_only=True):
    """A cause of a shift, and what speaks for it."""

    cause: str
    share: float
    """Of the shift, what it explains; 0 to 1."""
    why: str


class SplitRow(Struct, frozen=True, kw_only=True):
    """A shift, cut by one dimension into the part that comes of the mix and the part within."""

    dimension: str
    total: float
    mix: float
    within: float
    movers: list[tuple[str, float, float, float]]
    """Value, usual share of the calls, share now, what it adds."""


class ShiftRow(Struct, frozen=True, kw_only=True):
    """A name of a mix whose share changed."""

    name: str
    usual: float
    now: float


class TermsRow(Struct, frozen=True, kw_only=True):
    """How answers are worded otherwise, by a classifier that is made of nothing but them."""

    n: int
    usual_n: int
    auc: float
    auc_limit: float
    mmd: float
    mmd_p: float
    more: list[str]
    fewer: list[str]


class ContributorRow(Struct, frozen=True, kw_only=True):
    """A conversation that takes part in a shift."""

    conversation_id: str
    event_id: str
    """One of its events."""
    app: str
    user_id: str | None
    at: int
    value: float | None
    """Its own mean; None for a mix."""
    weight: float
    """Its share of what speaks for the shift."""


class BehaviourDetail(Struct, frozen=True, kw_only=True):
    """One metric of one slice, with all that explains it."""

    row: BehaviourRow
    statistics: dict[str, float]
    """psi, js, hellinger, ks, wasserstein, tv, as far as they make sense."""
    points: list[BehaviourPoint]
    marks: list[ChangeMark]
    causes: list[CauseRow]
    splits: list[SplitRow]
    shifts: list[ShiftRow]
    terms: TermsRow | None
    contributors: list[ContributorRow]
    """At most twenty, that with the greatest weight first."""


class BaselineRow(Struct, frozen=True, kw_only=True):
    """What somebody pinned as usual."""

    version: int
    in_force: bool
    since: int
    until: int
    at: int
    by: str
    note: str
    digest: str
    """SHA-256 over its hours."""
    hours: int
    left_out: int
    """Hours with incidents."""
    usable: bool
    """Whether this version can compare with it."""


class BaselineList(Struct, frozen=True, kw_only=True):
    rows: list[BaselineRow]


class UsageRow(Struct, frozen=True, kw_only=True):
    """What one value of a dimension used."""

    of: str = ""
    """model | app | user | key | tenant | agent: what its name is."""
    name: str
    calls: int
    input_tokens: int
    """Those read from a cache included."""
    cached_tokens: int
    output_tokens: int
    cost: float
    """In dollars; what the log says, else by the price table."""
    unpriced: int
    """Calls whose model is not in the table and whose log says nothing: they cost more than is told."""
    budget: float | None
    """For a day; None when there is none."""
    spark: list[float]
    """Dollars in each of the last 24 hours, oldest first."""


class UsagePage(Struct, frozen=True, kw_only=True):
    """The dearest first."""

    by: str
    """model | app | user | key | tenant | agent"""
    rows: list[UsageRow]
    total: int
    since: int
    until: int
    prices: str
    """Where prices come from, and of when they are."""
    note: str
    """What is not counted, and why; else empty."""


class ModelRow(Struct, frozen=True, kw_only=True):
    """One metric of two models beside each other."""

    metric: str
    title: str
    unit: str
    shape: str
    one: float | None
    other: float | None
    one_n: int
    other_n: int
    effect: float
    p_value: float
    judged: bool
    """Whether both have enough values."""
    differs: bool


class Comparison(Struct, frozen=True, kw_only=True):
    """Two models."""

    models: list[str]
    """All that there are in the window."""
    one: str
    other: str
    rows: list[ModelRow]


class ListBehaviour(Query[BehaviourBoard], frozen=True, kw_only=True, tag="behaviour.list"):
    """The drift board. ``filter`` is the language of lists: ``verdict:drift slice:model metric:latency``."""

    capability: ClassVar[str] = "behaviour.read"
    deadline_ms: ClassVar[int] = 15_000
    reply: ClassVar[type] = BehaviourBoard
    filter: str = ""
    hours: int = 1
    """Of the window, which ends with the newest event."""
    limit: int = 500


class GetBehaviour(Query[BehaviourDetail], frozen=True, kw_only=True, tag="behaviour.show"):
    capability: ClassVar[str] = "behaviour.read"
    deadline_ms: ClassVar[int] = 30_000
    reply: ClassVar[type] = BehaviourDetail
    metric: str
    slice: str = "all"
    hours: int = 1
    chart_hours: int = 72
    """How far back the chart goes."""
    until: int | None = None
    """The end of the window (µs); None is the newest event."""


class ListBaselines(Query[BaselineList], frozen=True, kw_only=True, tag="baselines.list"):
    capability: ClassVar[str] = "behaviour.read"
    reply: ClassVar[type] = BaselineList


class ListUsage(Query[UsagePage], frozen=True, kw_only=True, tag="usage.list"):
    capability: ClassVar[str] = "behaviour.read"
    reply: ClassVar[type] = UsagePage
    by: str = "model"
    hours: int = 24
    limit: int = 200


class CompareModels(Query[Comparison], frozen=True, kw_only=True, tag="behaviour.compare"):
    """Without names, the two with the most calls."""

    capability: ClassVar[str] = "behaviour.read"
    reply: ClassVar[type] = Comparison
    one: str = ""
    other: str = ""
    hours: int = 168


class PinBaseline(Command[Done], frozen=True, kw_only=True, tag="baselines.pin"):
    """Freeze what is usual from now on. ``note`` must say why; ``until`` 0 is the last hour that is over."""

    capability: ClassVar[str] = "baselines.pin"
    deadline_ms: ClassVar[int] = 30_000
    reply: ClassVar[type] = Done
    since: int
    """Microseconds since 1970 UTC; 0 is the beginning."""
    until: int = 0
    note: str


BehaviourAsk = ListBehaviour | GetBehaviour | ListBaselines | ListUsage | CompareModels | PinBaseline
