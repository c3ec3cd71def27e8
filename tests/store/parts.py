"""Batches to put into a store, with as little in them as a test needs."""

import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import polars as pl
from msgspec.structs import replace

from llmsec_tui.events.batch import build, dead_letters
from llmsec_tui.events.history import Kept
from llmsec_tui.events.identity import content_sha256, event_id, key64
from llmsec_tui.events.model import ContentState, DeadLetter, Event, Kind, PartType, Record, Role, Trust
from llmsec_tui.events.schema import ALERTS
from llmsec_tui.intake.checkpoint import Checkpoint
from llmsec_tui.intake.framing import Framing
from llmsec_tui.store.commit import Commit, Memory, SourceDelta

NOW = 1_764_000_000_000_000
REPOSITORY = Path(__file__).parent.parent.parent


def message(text: str | None, conversation: str | None = "c1", **fields: Any) -> Event:
    """A user's message."""
    event = Event(
        kind=Kind.MESSAGE,
        conversation_id=conversation,
        role=Role.USER,
        trust=Trust.USER,
        text=text,
        part_type=PartType.TEXT,
        content_state=ContentState.OFF if text is None else ContentState.PRESENT,
        ts=NOW,
        user_id="ana",
        service_name="shop",
    )
    return replace(event, **fields)


def named(number: int) -> str:
    """The id of the event that ``kept(number, …)`` makes."""
    return event_id(key64("test", number))


def kept(number: int, event: Event, *, amends: bool = False, path: str = "/logs/a.jsonl") -> Kept:
    record = Record(f"{path}#1", path, number, number * 100, 100, sha256(str(number).encode()).digest(), {})
    sha = None if event.text is None else content_sha256(event.text)
    return Kept(record, "openai", 0, named(number), sha, event, event.conversation_id, amends)


def alert(number: int, **fields: Any) -> dict[str, Any]:
    """An alert on ``kept(number, …)``."""
    row: dict[str, Any] = {
        "alert_id": f"{number:04x}" + "a" * 12,
        "rule_id": "prompt-injection",
        "rule_version": "1",
        "title": "Prompt injection",
        "level": "high",
        "confidence": 0.8,
        "tags": ["owasp.llm01"],
        "event_id": named(number),
        "conversation_id": "c1",
        "user_id": "ana",
        "app": "shop",
        "format": "openai",
        "source_path": "/logs/a.jsonl",
        "source_offset": number * 100,
        "source_len": 100,
        "record_sha256": b"\x01" * 32,
        "role": "user",
        "trust": "user",
        "field": "text",
        "spans": [[0, 6], [8, 9]],
        "excerpt": "ignore all",
        "reason": "It tells the model to forget its orders.",
    }
    return {**dict.fromkeys(ALERTS), **row, **fields}


def letter(number: int) -> DeadLetter:
    return DeadLetter("/logs/a.jsonl#1", "/logs/a.jsonl", number, 7, b"\x02" * 32, "It is no JSON.", "oh no {")


def checkpoint(offset: int, source: str = "/logs/a.jsonl#1") -> Checkpoint:
    return Checkpoint(source, "/logs/a.jsonl", 1, 5, 6, offset, offset // 100, b"head", 4, b"anchor", Framing.LINES)


def delta(source: str = "/logs/a.jsonl#1", **fields: Any) -> SourceDelta:
    base: dict[str, Any] = {
        "source_id": source,
        "path": "/logs/a.jsonl",
        "format": "openai",
        "records": 1,
        "events": 1,
        "dead_letters": 0,
        "alerts": 0,
        "unknown": {},
        "content_yes": 1,
        "content_no": {},
        "last_event_at": NOW,
    }
    return SourceDelta(**{**base, **fields})


def batch(
    events: Sequence[Kept] = (),
    *,
    alerts: Sequence[Mapping[str, Any]] = (),
    letters: Sequence[DeadLetter] = (),
    keys: Mapping[int, str] | None = None,
    checkpoints: Sequence[Checkpoint] = (),
    stats: Sequence[SourceDelta] = (),
    at: int = NOW,
    memory: Memory = Memory(),  # noqa: B008 - it is frozen
) -> Commit:
    raised = pl.DataFrame([dict(row) for row in alerts], schema=ALERTS)
    return Commit(build(events), raised, dead_letters(letters), dict(keys or {}), checkpoints, stats, at, memory)


def elsewhere(program: str, *arguments: str) -> "Popen[str]":
    """Run a Python program in a process of its own, with the project and its tests importable."""
    paths = f"{REPOSITORY / 'src'}:{REPOSITORY}"
    command = [sys.executable, "-W", "error", "-c", program, *arguments]
    return Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True, env={"PYTHONPATH": paths})
