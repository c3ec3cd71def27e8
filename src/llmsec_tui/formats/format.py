"""What a log format is to this program."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llmsec_tui.formats.found import Found
from llmsec_tui.formats.memory import Memory


def _never(_: dict[str, Any], __: Memory) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Format:
    """A log format that this program maps."""

    name: str
    what: str
    """One line for people."""
    evidence: str
    """The keys that it is recognised by."""
    recognise: Callable[[dict[str, Any]], bool]
    """Looks at a few keys; it runs on every record."""
    to_events: Callable[[dict[str, Any], Memory], Found | None]
    """None where it finds that the record is not of this format. Raises nothing but FormatError."""
    continues: Callable[[dict[str, Any], Memory], bool] = _never
    """Whether a record that nobody recognises goes on with what this format said before in the same source."""
