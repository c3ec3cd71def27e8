"""What an alert is about, as text: what was decoded, or what stands around the place that the rule pointed at."""

from collections.abc import Mapping
from typing import Any

AROUND = 300
"""Characters before and behind the place that belong to it."""
WHOLE = 2_000
"""Texts up to so many characters are the payload as a whole."""
TAGS = frozenset({"owasp.llm01", "owasp.llm04", "owasp.llm07"})
"""An attack is worth sending again; a leak of somebody's data is not: injection, poisoning, leakage of prompts."""


def payload(alert: Mapping[str, Any], text: str | None) -> str | None:
    """The payload of an alert (``schema.ALERTS``) on an event that says ``text``; None where it cannot be part of a
    campaign."""
    if not TAGS.intersection(alert["tags"] or ()) or alert["n_events"] is not None:
        return None
    if alert["decoded_text"]:
        return str(alert["decoded_text"])
    if not text:
        return None
    spans = alert["spans"]
    if len(text) <= WHOLE or not spans:
        return text[:WHOLE]
    start, end = spans[0][0], spans[-1][1]
    if end - start > WHOLE:
        end = spans[0][1]
    return text[max(start - AROUND, 0) : min(end, start + WHOLE) + AROUND]
