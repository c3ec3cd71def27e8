"""One incident as people read it at a terminal."""

from collections.abc import Iterable, Iterator, Sequence

from llmsec_tui.cli.as_data import as_data
from llmsec_tui.cli.output import Row, iso, table
from llmsec_tui.service.incidents.rows import ClockRow, IncidentDetail, TaskRow
from llmsec_tui.text import visible

_MARKS = {"open": "[ ]", "done": "[x]", "waived": "[-]"}
_SECOND = 1_000_000
_UNITS = (("d", 86_400 * _SECOND), ("h", 3_600 * _SECOND), ("m", 60 * _SECOND), ("s", _SECOND))


def view(found: IncidentDetail, width: int) -> list[str]:
    """Lines of at most about ``width`` characters, safe for a terminal."""
    row = found.row
    owner = f"of {row.owner}" if row.owner else "nobody's"
    lines = [
        visible(f"{row.incident_id}  {row.level}  {row.state}, {owner}  {row.title}"),
        visible(f"opened {iso(row.opened_at)} by {row.opened_by} ({row.how}), version {row.version}"),
    ]
    lines += [visible(line) for line in _facts(found)]
    lines += _section("clocks", _clocks(found.clocks), ("clock", "state", "left", "due_at"), width)
    lines += ["", "tasks:", *map(_task, found.tasks)] if found.tasks else []
    lines += _section("runs", map(as_data, found.runs), ("run", "remedy", "rehearsal", "state", "by", "told"), width)
    lines += _section("evidence", map(as_data, found.pins), ("pin", "result", "by", "source_path", "note"), width)
    lines += _section("rules", map(as_data, found.rules), ("n", "title"), width)
    lines += _section(
        "conversations", map(as_data, found.conversations), ("n", "app", "conversation_id", "event_id"), width
    )
    related = ({"relation": one.relation, **as_data(one.row), "shared": one.shared} for one in found.related)
    return lines + _section("related", related, ("relation", "incident_id", "state", "title", "shared"), width)


def span(micros: int, units: int = 2) -> str:
    """A span of time in its greatest units, such as ``2h 5m``."""
    rest, told = abs(micros), []
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            told.append(f"{count}{name}")
        if len(told) == units:
            break
    return ("-" if micros < 0 else "") + (" ".join(told) or "0s")


def _facts(found: IncidentDetail) -> Iterator[str]:
    row = found.row
    users = f"{_count(row.n_users, 'user')} ({', '.join(row.users)})" if row.users else "no user named"
    conversations = _count(row.n_conversations, "conversation")
    yield f"{_count(row.n_alerts, 'alert')}, {users}, {conversations}, apps: {', '.join(row.apps) or '-'}"
    if row.disposition:
        original = f" of {found.duplicate_of}" if found.duplicate_of else ""
        yield f"closed as {row.disposition}{original}: {found.closing_note}"
    if row.merged_into:
        yield f"merged into {row.merged_into}"
    if found.follows:
        yield f"follows {found.follows}"
    if found.content_share is not None:
        yield f"detectors could see {found.content_share:.0%} of the texts since it began"
    if row.watchers or row.viewers:
        yield f"watched by {', '.join(row.watchers) or '-'}; open now at {', '.join(row.viewers) or '-'}"
    yield f"what can be done: {', '.join(row.acts)}"


def _task(task: TaskRow) -> str:
    """In full: a step that is cut cannot be followed."""
    done = f"  {task.state} by {task.by} {task.note}".rstrip() if task.by else ""
    remedy = f"  (run: {task.remedy})" if task.remedy else ""
    return visible(f"{_MARKS[task.state]} {task.task:>2}  {task.text}{remedy}{done}")


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _clocks(clocks: Iterable[ClockRow]) -> Iterator[Row]:
    for clock in clocks:
        yield {"clock": clock.title, "state": clock.state, "left": span(clock.left), "due_at": iso(clock.due_at)}


def _section(name: str, rows: Iterable[Row], columns: Sequence[str], width: int) -> list[str]:
    listed = list(rows)
    return ["", f"{name}:", *table(listed, columns, width)] if listed else []
