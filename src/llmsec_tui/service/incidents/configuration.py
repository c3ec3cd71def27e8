"""What changed about the configuration, and when, out of the audit journal: each record is read once."""

from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from llmsec_tui.audit.journal import Journal
from llmsec_tui.incidents.timeline import Kind, Moment

_CHUNK = 500
_WORDS = {
    "rules.reload": "rules reloaded",
    "rules.disable": "rule turned off",
    "rules.enable": "rule turned on",
    "rules.forget": "rules over time start anew",
    "silences.add": "silence added",
    "silences.end": "silence ended",
    "sources.watch": "more files followed",
    "incidents.reload_policy": "policy reloaded",
    "desk.reload": "policy reloaded",
    "collector.start": "collector started",
    "collector.end": "collector ended",
    "collector.stop": "collector told to stop",
}
_EVEN_REFUSED = frozenset({"rules.reload", "incidents.reload_policy", "desk.reload"})
"""What was not done tells something too: what was in force stayed in force."""


@dataclass(slots=True)
class _Read:
    """How far a journal was read, and what was found in it."""

    moments: list[Moment]
    seq: int
    lock: Lock


_read: "WeakKeyDictionary[Journal, _Read]" = WeakKeyDictionary()
_new = Lock()


def changes_between(journal: Journal, since: int, until: int, most: int) -> list[Moment]:
    """The newest changes in a span of time (µs), oldest first."""
    with _new:
        read = _read.setdefault(journal, _Read([], 0, Lock()))
    with read.lock:
        _go_on(journal, read)
        inside = [moment for moment in read.moments if since <= moment.at <= until]
    return inside[max(len(inside) - most, 0) :]


def _go_on(journal: Journal, read: _Read) -> None:
    while rows := journal.page(after=read.seq, limit=_CHUNK)[0]:
        read.moments.extend(_moment(row) for row in reversed(rows) if _tells(row))
        read.seq = rows[0]["seq"]


def _tells(row: dict[str, Any]) -> bool:
    return row["action"] in _WORDS and (row["result"] == "done" or row["action"] in _EVEN_REFUSED)


def _moment(row: dict[str, Any]) -> Moment:
    result = "" if row["result"] == "done" else f", {row['result']}"
    what = f"{_WORDS[row['action']]}{result}"
    about = row["object"] if ":" in row["object"] else ""
    text = ": ".join(filter(None, (about, row["reason"])))
    return Moment(at=row["at"], kind=Kind.CONFIGURATION, who=row["actor"], what=what, text=text)
