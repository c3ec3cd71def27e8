"""Actors and alerts for tests of the service."""

from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from llmsec_tui.access import Actor, Peer, acting
from llmsec_tui.access.role_file import shipped
from llmsec_tui.events.batch import build, dead_letters
from llmsec_tui.events.schema import ALERTS
from llmsec_tui.store.commit import Commit
from llmsec_tui.store.store import Store


def peer(uid: int = 1000, user: str = "ada", *, loginuid: int | None = 1000, gid: int = 1000) -> Peer:
    """A process at the socket, as the kernel would name it."""
    return Peer(uid=uid, gid=gid, groups=frozenset(), loginuid=loginuid, pid=1, os_user=user, tty="pts/0")


def actor(role: str = "owner", user: str = "ada") -> Actor:
    """Somebody with a shipped role."""
    return acting(peer(user=user), shipped().roles[role])


def raise_alert(store: Store, alert_id: str, at: int = 1_000_000, **changes: Any) -> None:
    """Commit one alert, as a batch does at this time (µs); ``changes`` are other columns."""
    row = {
        "alert_id": alert_id,
        "rule_id": "rule-1",
        "rule_version": "1",
        "title": "Something happened",
        "level": "high",
        "confidence": 0.9,
        "tags": ["owasp.llm01"],
        "event_id": "e" * 16,
        "format": "generic",
        "source_path": "/logs/a.jsonl",
        "source_offset": 0,
        "source_len": 10,
        "record_sha256": bytes(32),
        "field": "text",
        "spans": [[0, 4]],
        "excerpt": "some text",
        "reason": "because",
        **changes,
    }
    alerts = pl.DataFrame([row], schema=ALERTS)
    commit = Commit(
        batch=build([]),
        alerts=alerts,
        dead_letters=dead_letters([]),
        keys={},
        checkpoints=[],
        stats=[],
        at=at,
    )
    store.commit(commit)


RULE = """\
title: Says the forbidden word
id: 0b3c1c6e-5d0c-4b77-9c39-9a3f5d1f0a11
status: test
description: A text says the word that tests forbid.
references:
  - The tests of this project
author: llmsec-tui
date: 2026-11-23
tags:
  - owasp.llm01
logsource:
  product: llm
  category: injection
detection:
  word:
    text|contains: xyzzy-plugh
  condition: word
falsepositives:
  - Players of old adventures
level: high
llmsec:
  confidence: 0.9
  playbook:
    - Ask who says such a thing.
  examples:
    match:
      - {role: user, text: "he said xyzzy-plugh"}
    no_match:
      - {role: user, text: "he said nothing"}
"""
"""A whole rule; ``xyzzy-plugh`` in a text raises one alert of level high."""

OVER_TIME = """\
title: Says the forbidden word again and again
id: 5b9d2a70-0d1c-4a8e-9d39-3f0c1d5f0b22
status: test
description: Somebody says the forbidden word three times within a minute.
references:
  - The tests of this project
author: llmsec-tui
date: 2026-11-23
tags:
  - owasp.llm01
correlation:
  type: event_count
  rules:
    - 0b3c1c6e-5d0c-4b77-9c39-9a3f5d1f0a11
  group-by:
    - user_id
  timespan: 1m
  condition:
    gte: 3
  generate: true
falsepositives:
  - Players of old adventures
level: critical
llmsec:
  confidence: 0.8
  playbook:
    - Ask who says such a thing again and again.
  examples:
    match:
      - - {at: 0s, times: 3, every: 10s, role: user, user_id: u1, text: "xyzzy-plugh"}
    no_match:
      - - {at: 0s, times: 2, every: 10s, role: user, user_id: u1, text: "xyzzy-plugh"}
"""
"""A whole rule over time; it counts the hits of ``RULE``."""

RULE_ID, OVER_TIME_ID = "0b3c1c6e-5d0c-4b77-9c39-9a3f5d1f0a11", "5b9d2a70-0d1c-4a8e-9d39-3f0c1d5f0b22"


def write_rules(folder: Path) -> Path:
    """A folder with both rules."""
    folder.mkdir(exist_ok=True)
    (folder / "rule.yml").write_text(RULE)
    (folder / "over_time.yml").write_text(OVER_TIME)
    return folder


def say(second: int, user: str = "u1", text: str = "xyzzy-plugh") -> bytes:
    """A line of a log; each (second, user, text) is another message."""
    when = f"2026-11-20T{10 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"
    message = {"role": "user", "content": f"{text} {second}", "id": f"{user}-{second}-{text}"}
    return msgspec.json.encode({"timestamp": when, "user_id": user, **message}) + b"\n"
