"""The report on a period, in three forms that say the same."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from llmsec_tui.compliance.blind_spots import blind_spots
from llmsec_tui.compliance.cells import Column, Standing, columns
from llmsec_tui.compliance.facts import EVALUATED, Facts
from llmsec_tui.compliance.form import Form
from llmsec_tui.incidents.export.page import page
from llmsec_tui.incidents.export.safe import as_json, clock, code
from llmsec_tui.incidents.states import LEVELS
from llmsec_tui.incidents.wording import span

MOST_LISTED = 200
"""Lines of one list; the JSON has them all."""

_WHAT_COUNTS = (
    "A cell counts only where there is evidence: *seen* is on record in the period; *tested* did not happen, and the "
    "rules about it were made to fire by their own examples when this report was made. It says nothing about what else "
    "an item asks for."
)


@dataclass(frozen=True, slots=True)
class Report:
    """Facts, and what follows from them."""

    facts: Facts
    columns: tuple[Column, ...]
    blind_spots: tuple[str, ...]


def report(facts: Facts) -> Report:
    """Judge the facts."""
    return Report(facts, columns(facts), blind_spots(facts))


def written(one: Report, form: Form) -> bytes:
    """The report as a file."""
    match form:
        case Form.MARKDOWN:
            return markdown(one).encode("utf-8")
        case Form.HTML:
            return page(_title(one.facts), markdown(one))
        case Form.JSON:
            return as_json(one, indent=2) + b"\n"


def markdown(one: Report) -> str:
    """The whole report for people."""
    facts = one.facts
    parts = [
        f"# {_title(facts)}",
        f"Made {clock(facts.made_at)} by {code(facts.made_by)} with llmsec-tui {facts.version}, rules "
        f"{code(facts.rules_version)}, journal {code(facts.journal.log_id)}.",
        *_part("What was not visible", [_list(one.blind_spots)]),
        *_part("What was monitored", _monitored(facts)),
        *_part("What was detected", _detected(facts)),
        *_part("How it was answered", _answered(facts)),
        *_part("Who did what", _acts(facts)),
        *_part("The record of acts", [_list(_journal(facts))]),
        *_part("Against the frameworks", [_WHAT_COUNTS, *(part for column in one.columns for part in _column(column))]),
    ]
    return "\n\n".join(parts) + "\n"


def _title(facts: Facts) -> str:
    return f"Monitoring from {clock(facts.period.start)} to {clock(facts.period.end)}"


def _monitored(facts: Facts) -> Iterator[str]:
    states = facts.contents()
    total = sum(states.values())
    yield _list(
        [
            f"Watched for {facts.watched_share:.2%} of the period, in {len(facts.watched)} runs of a collector",
            f"Events: {facts.events:,} from {len(facts.sources):,} logs",
            f"Contents that detectors saw: {states.get(EVALUATED, 0):,} of {total:,}",
            f"Rules: {len(facts.rules)}, of which {sum(rule.off for rule in facts.rules)} are off",
        ]
    )
    rows = (
        (code(source.path, 120), code(source.format), f"{source.events:,}", _coverage(source.contents))
        for source in facts.sources[:MOST_LISTED]
    )
    yield from _table(("log", "format", "events", "content seen"), rows)
    yield from _left_out(len(facts.sources), "logs")


def _coverage(contents: Mapping[str, int]) -> str:
    total = sum(contents.values())
    return f"{contents.get(EVALUATED, 0) / total:.0%} of {total:,}" if total else "has none"


def _detected(facts: Facts) -> Iterator[str]:
    shown = ", ".join(f"{facts.alerts.get(level, 0):,} {level}" for level in reversed(LEVELS))
    yield _list([f"Alerts shown: {shown}", f"Alerts stored and not shown: {sum(facts.hidden.values()):,}"])
    fired = sorted((rule for rule in facts.rules if rule.alerts), key=lambda rule: (-rule.alerts, rule.rule_id))
    rows = (
        (code(rule.title), f"{rule.alerts:,}", clock(rule.last_at) if rule.last_at else "", " ".join(rule.tags))
        for rule in fired[:MOST_LISTED]
    )
    yield from _table(("rule", "alerts", "last", "tags"), rows)


def _answered(facts: Facts) -> Iterator[str]:
    closed = [one for one in facts.incidents if one.closed_at is not None]
    taken = [one for one in facts.incidents if one.acknowledged_at is not None]
    yield _list(
        [
            f"Incidents: {len(facts.incidents)}, of which {len(taken)} were taken and {len(closed)} are closed",
            f"Missed a clock of the desk's policy: {sum(one.missed for one in facts.incidents)}",
        ]
    )
    rows = (
        (
            one.incident_id,
            code(one.title, 80),
            one.level,
            one.state,
            clock(one.opened_at),
            span(one.acknowledged_at - one.opened_at) if one.acknowledged_at is not None else "not",
            span(one.closed_at - one.opened_at) if one.closed_at is not None else "not",
            one.disposition or "",
        )
        for one in facts.incidents[:MOST_LISTED]
    )
    yield from _table(("incident", "what", "level", "state", "opened", "taken in", "closed in", "finding"), rows)
    yield from _left_out(len(facts.incidents), "incidents")


def _acts(facts: Facts) -> Iterator[str]:
    if not facts.acts:
        yield "Nobody did anything that is put on record."
        return
    rows = (
        (code(act.action), act.result, f"{act.n:,}", ", ".join(code(name) for name in act.people))
        for act in facts.acts[:MOST_LISTED]
    )
    yield from _table(("act", "result", "times", "by"), rows)


def _journal(facts: Facts) -> Iterator[str]:
    journal = facts.journal
    yield f"Verification: {journal.verdict}"
    yield f"{journal.records:,} records, of which {journal.verified_seq:,} are as they were written"
    yield f"Under a signature: up to record {journal.sealed_seq:,}"
    at = f" at {clock(journal.anchored_at)}" if journal.anchored_at else ""
    yield (
        f"Anchored outside: up to record {journal.anchored_seq:,}{at}" if journal.anchored_seq else "Anchored: nowhere"
    )
    yield f"Head: {code(journal.head)}"


def _column(column: Column) -> Iterator[str]:
    yield f"### {column.name}, {column.edition}"
    yield f"Evidence for {column.with_evidence} of {len(column.cells)} items."
    rows = ((_strong(cell.number, cell.standing), cell.title, cell.standing.value, cell.why) for cell in column.cells)
    yield from _table(("item", "name", "evidence", "which"), rows)


def _strong(number: str, standing: Standing) -> str:
    return number if standing is Standing.NONE else f"**{number}**"


def _part(title: str, parts: Iterable[str]) -> list[str]:
    return [f"## {title}", *parts]


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [f"| {' | '.join(one.replace('|', '¦') for one in row)} |" for row in rows]
    if lines:
        yield "\n".join((f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines))


def _left_out(n: int, what: str) -> Iterator[str]:
    if n > MOST_LISTED:
        yield f"{n - MOST_LISTED:,} more {what} are in the JSON."
