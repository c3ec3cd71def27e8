"""Events with texts, and rules that look at signals of them."""

from datetime import datetime, timedelta
from typing import Any

from llmsec_tui.detect.rule import Example
from llmsec_tui.detect.sigma.examples import to_batch
from llmsec_tui.events.batch import EventBatch
from llmsec_tui.events.model import ContentState, Event, Kind, Role, Trust

RULES = """
title: Loud words about people
id: 5b2a3a0e-93d6-4ad5-a0ac-6d7f8f7d3b11
status: test
description: Many capital letters.
references: [none]
author: llmsec-tui
date: 2026-11-23
tags: [owasp.llm01, atlas.aml-t0051]
logsource: {product: llm, category: injection}
detection:
  loud:
    injection_score|gte: 3
  about:
    text|contains: people
  condition: loud and about
falsepositives: [shouting]
level: high
llmsec:
  confidence: 0.5
  playbook: [Read it.]
  examples:
    match:
      - {trust: user, text: "LOUD people"}
    no_match:
      - {trust: user, text: "quiet people"}
---
title: Any message, for others to count
id: 0d5c1f52-6b8f-4c6d-bc06-8f5f7a1f3f02
name: any_message
logsource: {product: llm, category: over_time}
detection:
  any:
    kind: message
  condition: any
---
title: The same first word again and again
id: 7e0b6f74-7fd0-4c1e-8b54-6f0e7a4ad003
status: test
description: One word, three times.
references: [none]
author: llmsec-tui
date: 2026-11-23
tags: [owasp.llm10, atlas.aml-t0029]
correlation:
  type: event_count
  rules: [any_message]
  group-by: [arguments_key]
  timespan: 1h
  condition: {gte: 3}
falsepositives: [none]
level: low
llmsec:
  confidence: 0.5
  playbook: [Read it.]
  examples:
    match:
      - - {at: 0s, times: 3, every: 1s, kind: message, text: "get it"}
    no_match:
      - - {at: 0s, times: 2, every: 1s, kind: message, text: "get it"}
        - {at: 3s, kind: message, text: "put it"}
"""


def said(
    text: str | None, *, trust: str = "user", at: int = 0, state: ContentState = ContentState.PRESENT
) -> dict[str, Any]:
    """A message, ``at`` seconds after some time."""
    when = datetime(2026, 11, 23) + timedelta(seconds=at)
    return {"text": text, "trust": Trust(trust), "ts": when, "content_state": state}


def batch_of(*messages: dict[str, Any], first: int = 0) -> EventBatch:
    """They as events, numbered from ``first``."""
    events = [
        Event(kind=Kind.MESSAGE, role=Role.USER, native_id=f"m{first + number}", **message)
        for number, message in enumerate(messages)
    ]
    return to_batch([Example(event, first + number) for number, event in enumerate(events)])
