"""What one transaction of the collector carries, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from llmsec_tui.events.batch import EventBatch
from llmsec_tui.intake.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class SourceDelta:
    """What a batch adds to the counts of one source."""

    source_id: str
    path: str
    format: str
    """The format of most of its records; "" when the batch does not tell."""
    records: int
    events: int
    dead_letters: int
    alerts: int
    unknown: dict[str, int]
    """Records that no mapping knows, by type name."""
    content_yes: int
    """Content-bearing events whose content detectors can see."""
    content_no: dict[str, int]
    """Content-bearing events whose content they can't, by reason."""
    last_event_at: int | None = None
    """Latest event time, in microseconds since 1970 UTC."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Entries of a batch that took no part in one rule over time, by reason."""

    rule_id: str
    late: int = 0
    untimed: int = 0
    ungrouped: int = 0
    future: int = 0
    evicted: int = 0


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An alert of a rule over time that later events proved wrong."""

    alert_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Memory:
    """What a batch adds to the memory of rules over time, as msgpack of detection's own shape."""

    record: bytes = b""
    """"" when nothing."""
    snapshot: bytes | None = None
    """All that is remembered, this batch included; it takes the place of all records and snapshots before it."""
    withdrawn: Sequence[Withdrawal] = ()
    left_out: Sequence[LeftOut] = ()


@dataclass(frozen=True, slots=True)
class Commit:
    """One batch: all of it is in the store afterwards, or none of it."""

    batch: EventBatch
    alerts: pl.DataFrame
    """Columns of ``schema.ALERTS`` and, where it was decided what people are shown, of ``schema.SUPPRESSION``; alerts
    whose id the store has are left out."""
    dead_letters: pl.DataFrame
    """Columns of ``schema.DEAD_LETTERS``."""
    keys: dict[int, str]
    """Keys that later batches must recognise, with the conversation of each; see ``events/history.py``."""
    checkpoints: Sequence[Checkpoint]
    """How far the sources are read once this batch is in the store."""
    stats: Sequence[SourceDelta]
    at: int
    """When the batch is taken to have arrived: microseconds since 1970 UTC."""
    memory: Memory = field(default_factory=Memory)
    not_evaluable: Mapping[str, int] = field(default_factory=dict)
    """How many events of the batch each rule could not judge, by its id."""


@dataclass(frozen=True, slots=True)
class Committed:
    """A batch that is on disk."""

    events_seq: int
    """The highest so far."""
    alerts_seq: int
    """The highest so far."""
    new_alert_ids: list[str]
    """Ids of the alerts that were not there before, in their order."""
    again_alert_ids: list[str] = field(default_factory=list)
    """Ids of alerts that were there and now are raised again, or are shown because nothing suppresses them any more."""
