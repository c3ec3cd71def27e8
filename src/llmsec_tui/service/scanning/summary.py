"""What a scan read and found, in numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from llmsec_tui import __version__
from llmsec_tui.events.model import SEEN, ContentState
from llmsec_tui.events.schema import LEVELS


@dataclass(slots=True)
class Summary:
    """The fields of ``scan --summary``."""

    rules_version: str
    files: int = 0
    size: int = 0
    """Bytes of all files."""
    records: int = 0
    events: int = 0
    repeats: int = 0
    contents: int = 0
    """Distinct texts."""
    dead_letters: int = 0
    seconds: float = 0.0
    unknown_types: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    hidden: Counter[str] = field(default_factory=Counter)
    alerts: Counter[str] = field(default_factory=Counter)
    input_sha256: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    """Paths that could not be read, a sentence each."""
    complete: bool = False
    """Whether all that was given was read to its end."""

    def count(self, states: Mapping[str, int]) -> None:
        """So many more events, by content state, or fewer."""
        for state, count in states.items():
            self.events += count
            if state in SEEN:
                self.seen += count
            elif state != ContentState.NONE and count:
                self.hidden[state] += count

    def as_dict(self) -> dict[str, object]:
        """The summary under the names that scripts know; the input comes first."""
        return {
            "input_sha256": self.input_sha256,
            "complete": self.complete,
            "files": self.files,
            "bytes": self.size,
            "records": self.records,
            "events": self.events,
            "repeats": self.repeats,
            "contents": self.contents,
            "dead_letters": self.dead_letters,
            "unknown_types": dict(sorted(self.unknown_types.items())),
            "evaluable": {
                "yes": self.seen,
                "no": self.hidden.total(),
                "by_reason": dict(sorted(self.hidden.items())),
            },
            "alerts": {level: self.alerts[level] for level in LEVELS},
            "seconds": round(self.seconds, 3),
            "engine_version": __version__,
            "rules_version": self.rules_version,
            "problems": self.problems,
        }
