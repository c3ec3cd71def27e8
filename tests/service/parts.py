"""Actors and alerts for tests of the service."""

import polars as pl

from llmsec_tui.access import Actor, Role
from llmsec_tui.events.batch import build, dead_letters
from llmsec_tui.events.schema import ALERTS
from llmsec_tui.store.commit import Commit
from llmsec_tui.store.store import Store


def actor(role: Role = Role.ADMIN, user: str = "ada") -> Actor:
    return Actor(uid=1000, loginuid=1000, pid=1, user=user, role=role, tty="pts/0")


def raise_alert(store: Store, alert_id: str) -> None:
    """Commit one alert, as a batch does."""
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
    }
    alerts = pl.DataFrame([row], schema=ALERTS)
    commit = Commit(
        batch=build([]),
        alerts=alerts,
        dead_letters=dead_letters([]),
        keys={},
        checkpoints=[],
        stats=[],
        at=1_000_000,
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
