"""Acts to record in tests."""

from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.audit import Act, Journal, Result


@dataclass(frozen=True)
class Ada:
    """An analyst."""

    uid: int = 1000
    loginuid: int | None = 1000
    pid: int = 42
    user: str = "ada"
    role: str = "analyst"
    tty: str = "pts/1"


def act(number: int, *, reason: str = "known test account", target: str = "") -> Act:
    """Ada dismisses an alert."""
    return Act(
        Ada(),
        "alerts.dismiss",
        target or f"alert:{number:04d}",
        Result.DONE,
        before={"state": "new"},
        after={"state": "dismissed", "version": 2},
        reason=reason,
        command_id=f"command-{number}",
    )


def fill(folder: Path, records: int) -> None:
    """A journal of so many records, closed."""
    journal = Journal.open(folder)
    for number in range(1, records + 1):
        journal.append(act(number))
    journal.close()
