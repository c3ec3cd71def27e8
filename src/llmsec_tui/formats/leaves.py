"""All texts of a value, for records that no format maps: better judged without context than not at all."""

from typing import Any

from llmsec_tui.events.model import ContentState
from llmsec_tui.formats.values import storable

_MOST_CHARACTERS = 262_144
_LONGEST_WORD = 512
"""A longer string without a space is a picture, a key or a vector, and no text."""


def harvest(value: Any) -> tuple[str | None, ContentState]:
    """The strings in a value, a line each, in their order, cut at 262,144 characters in all."""
    texts: list[str] = []
    room = _MOST_CHARACTERS
    waiting = [value]
    while waiting and room > 0:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(reversed(item.values()))
        elif isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, str) and item and (len(item) <= _LONGEST_WORD or len(item.split(None, 1)) > 1):
            texts.append(storable(item[:room]))
            room -= len(item) + 1
    if not texts:
        return None, ContentState.NONE
    return "\n".join(texts), ContentState.PRESENT if room > 0 and not waiting else ContentState.TRUNCATED
