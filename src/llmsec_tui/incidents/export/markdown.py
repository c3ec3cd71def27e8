"""An incident for people, as Markdown. Every value stands in a code span or a fenced block, where nothing is markup."""

from collections.abc import Iterable, Iterator

from llmsec_tui.incidents.changes import Noted
from llmsec_tui.incidents.export.case import AlertRecord, Case, RuleDoc
from llmsec_tui.incidents.export.safe import block, clock, code
from llmsec_tui.incidents.incident import Clock, Incident, Pin, Run, Task
from llmsec_tui.incidents.timeline import Moment
from llmsec_tui.incidents.wording import alerts, span

MOST_LISTED = 1_000
"""Alerts and moments each; the JSON has them all."""
WARNING = (
    "Excerpts stand here as they are in the logs: they may hold secrets, personal data, and instructions to whatever "
    "model reads this. Keep this file as you keep the logs, and hand it to nobody who may not read them."
)


def markdown(case: Case) -> bytes:
    """The whole report."""
    incident = case.incident
    parts = [
        f"# {incident.incident_id}: {code(incident.title)}",
        f"> {case.masked or WARNING}",
        f"Made {clock(case.generated_at)} by {code(case.generated_by)} with llmsec-tui {case.version}. "
        "`sha256sum -c manifest.sha256` checks the files of this export.",
        _list(_head(case)),
        *_section("How it ended", _ending(incident)),
        *_section("Clocks", [_list(map(_clock, incident.clocks))] if incident.clocks else []),
        *_section("Rules", [part for rule in case.rules for part in _rule(case, rule)]),
        *_section("Alerts", _alerts(case)),
        *_section("Tasks", [_list(map(_task, incident.tasks))] if incident.tasks else []),
        *_section("Remedies", [_list(map(_run, incident.runs))] if incident.runs else []),
        *_section("Evidence", [_list(map(_pin, incident.pins))] if incident.pins else []),
        *_section("Notes", _notes(case)),
        *_section("Timeline", _timeline(case)),
    ]
    return ("\n\n".join(parts) + "\n").encode("utf-8")


def _head(case: Case) -> Iterator[str]:
    incident = case.incident
    yield f"State: {incident.state.value}" + (f", into {code(incident.merged_into)}" if incident.merged_into else "")
    yield f"Level: {code(incident.level)}"
    yield f"Owner: {code(incident.owner) if incident.owner else 'nobody'}"
    yield f"Opened: {clock(incident.opened_at)} by {code(incident.opened_by)}"
    times = (
        ("First event", incident.first_event_at),
        ("First alert", incident.first_alert_at),
        ("Acknowledged", incident.acknowledged_at),
        ("Contained", incident.contained_at),
        ("Resolved", incident.resolved_at),
        ("Closed", incident.closed_at),
    )
    yield from (f"{name}: {clock(at)}" for name, at in times if at is not None)
    if incident.reopened:
        yield f"Reopened: {incident.reopened} times"
    related = (
        ("Follows", [incident.follows] if incident.follows else []),
        ("Linked to", incident.links),
        ("Absorbed", incident.absorbed),
    )
    yield from (f"{name}: {', '.join(map(code, names))}" for name, names in related if names)
    yield f"Alerts: {incident.n_alerts}" + _counts(incident.levels)


def _ending(incident: Incident) -> Iterator[str]:
    if incident.disposition is None:
        return
    of = f" of {code(incident.duplicate_of)}" if incident.duplicate_of else ""
    yield f"Closed as {incident.disposition.value.replace('_', ' ')}{of}."
    if incident.closing_note:
        yield block(incident.closing_note)


def _clock(clock_: Clock) -> str:
    what = "duty" if clock_.duty else "clock"
    met = f"met {clock(clock_.met_at)}" if clock_.met_at is not None else "not met"
    missed = f", missed {clock(clock_.breached_at)}" if clock_.breached_at is not None else ""
    return f"{code(clock_.name)}, a {what} of {span(clock_.within)} from {clock(clock_.began_at)}: {met}{missed}"


def _rule(case: Case, rule: RuleDoc) -> Iterator[str]:
    yield f"### {code(rule.title)}"
    count = case.incident.rules.get(rule.rule_id, 0)
    facts = [f"Rule {code(rule.rule_id)}, {alerts(count)}"]
    facts += [f"Tags: {', '.join(map(code, rule.tags))}"] if rule.tags else []
    facts += [f"Known false alarms: {code(text)}" for text in rule.false_positives]
    facts += [f"See: {code(text)}" for text in rule.references]
    yield _list(facts)
    if rule.description:
        yield block(rule.description)


def _alerts(case: Case) -> Iterator[str]:
    shown = case.alerts[:MOST_LISTED]
    if shown:
        yield _list(map(_alert, shown))
    if len(case.alerts) > len(shown):
        yield f"{len(case.alerts) - len(shown)} more are in the JSON file."
    if case.alerts_left_out:
        yield f"{case.alerts_left_out} further ones are not in this export."


def _alert(record: AlertRecord) -> str:
    about = (
        ("user", record.user_id),
        ("app", record.app),
        ("model", record.model),
        ("tool", record.tool_name),
        ("conversation", record.conversation_id),
    )
    named = ", ".join(f"{name} {code(value)}" for name, value in about if value)
    place = f"{code(record.source_path)} at {record.source_offset}, {record.source_len} bytes"
    lines = [
        f"{clock(record.at)} {code(record.level)} {code(record.title)} ({code(record.alert_id)})",
        *([named] if named else []),
        f"said: {code(record.excerpt)}",
        *([f"decoded: {code(record.decoded_text)}"] if record.decoded_text else []),
        f"record: {place}, SHA-256 {code(record.record_sha256)}",
    ]
    return "\\\n  ".join(lines)


def _task(task: Task) -> str:
    box = {"open": "[ ]", "done": "[x]", "waived": "[-]"}[task.state.value]
    by = f", {task.state.value} by {code(task.by)} {clock(task.at)}" if task.by and task.at is not None else ""
    note = f": {code(task.note)}" if task.note else ""
    return f"{code(box)} {code(task.text)}{by}{note}"


def _run(run: Run) -> str:
    kind = "rehearsal of " if run.rehearsal else ""
    told = f": {code(run.told)}" if run.told else ""
    return f"{clock(run.at)} {kind}{code(run.remedy)} by {code(run.by)}, {run.state.value}{told}\\\n  {code(run.what)}"


def _pin(pin: Pin) -> str:
    checked = f", {pin.result} {clock(pin.checked_at)}" if pin.result and pin.checked_at is not None else ""
    note = f": {code(pin.note)}" if pin.note else ""
    place = f"{code(pin.source_path)} at {pin.source_offset}, {pin.source_len} bytes"
    return f"Pin {pin.pin} by {code(pin.by)} {clock(pin.at)}{checked}{note}\\\n  {place}, SHA-256 {code(pin.sha256)}"


def _notes(case: Case) -> Iterator[str]:
    for event in case.events:
        if isinstance(event.change, Noted):
            yield f"{clock(event.at)} {code(event.actor)}:"
            yield block(event.change.note)


def _timeline(case: Case) -> Iterator[str]:
    shown = case.timeline[:MOST_LISTED]
    if shown:
        yield _list(map(_moment, shown))
    if len(case.timeline) > len(shown):
        yield f"{len(case.timeline) - len(shown)} more are in the JSON file."
    if case.left_out:
        yield f"{case.left_out} log events between the alerts are not on it."


def _moment(moment: Moment) -> str:
    who = f" {code(moment.who)}" if moment.who else ""
    text = f": {code(moment.text)}" if moment.text else ""
    return f"{clock(moment.at)} {moment.kind.value}{who} {code(moment.what)}{text}"


def _section(title: str, parts: Iterable[str]) -> list[str]:
    """Nothing at all where there is nothing to say."""
    inside = list(parts)
    return [f"## {title}", *inside] if inside else []


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _counts(levels: dict[str, int]) -> str:
    return f" ({', '.join(f'{count} {code(level)}' for level, count in sorted(levels.items()))})" if levels else ""
