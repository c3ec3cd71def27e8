"""Gather the facts of a period from the store, the rules and the journal."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llmsec_tui import __version__
from llmsec_tui.access import Actor
from llmsec_tui.compliance.facts import Facts, IncidentFacts, JournalFacts, RuleFacts, SilenceFacts, SourceFacts, Span
from llmsec_tui.detect import gate
from llmsec_tui.events.model import ContentState
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.service.auditing.handlers import verify_journal
from llmsec_tui.service.compliance.journal_facts import recorded
from llmsec_tui.service.context import Context
from llmsec_tui.service.rules.change import whole
from llmsec_tui.service.wire import portable
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.rows import Row
from llmsec_tui.store.silences import StoredSilence


def gathered(context: Context, reader: Reader, actor: Actor, period: Span, now: int) -> Facts:
    """All about the period. Takes seconds: the journal is verified, and every rule runs its examples."""
    stored = reader.period(period.start, period.end)
    said = recorded(context.journal, period, now)
    loaded = context.rules.loaded
    return Facts(
        period=period,
        made_at=now,
        made_by=actor.user,
        version=__version__,
        rules_version=loaded.version,
        watched=said.watched,
        sources=_sources(stored.sources),
        oldest_event_at=stored.oldest_event_at,
        unknown=stored.unknown,
        dead_letters=stored.dead_letters,
        notices=stored.notices,
        alerts=stored.alerts,
        hidden=stored.hidden,
        rules=_rules(context, stored.by_rule, gate.fired(loaded)),
        silences=tuple(map(_silence, stored.silences)),
        incidents=tuple(map(_incident, stored.incidents)),
        acts=said.acts,
        journal=_journal(context),
        roles=_roles(context),
    )


def _sources(found: Iterable[Row]) -> tuple[SourceFacts, ...]:
    """One for each log; steps that carry no content by their nature are no content that was not seen."""
    logs: dict[str, list[Row]] = {}
    for row in found:
        logs.setdefault(row["path"], []).append(row)
    return tuple(
        SourceFacts(
            path=portable(path),
            format=max(of, key=lambda row: row["n"])["format"],
            events=sum(row["n"] for row in of),
            contents={row["state"]: row["n"] for row in of if row["state"] != ContentState.NONE},
        )
        for path, of in logs.items()
    )


def _rules(context: Context, raised: Sequence[Row], sound: frozenset[str]) -> tuple[RuleFacts, ...]:
    """Every rule that is loaded, and those that raised something in the period and are gone since."""
    counts = {row["rule_id"]: row for row in raised}
    off = context.rules.off_now
    loaded = whole(context.rules.loaded)
    return (
        *(
            RuleFacts(
                rule_id=rule.id,
                title=rule.title,
                tags=rule.tags,
                off=rule.id in off,
                alerts=counts.get(rule.id, _NONE)["n"],
                last_at=counts.get(rule.id, _NONE)["last_at"],
                fires=rule.id in sound,
            )
            for rule in loaded.values()
            if rule.alerts
        ),
        *(
            RuleFacts(
                rule_id=rule_id,
                title=row["title"],
                tags=tuple(row["tags"] or ()),
                off=True,
                alerts=row["n"],
                last_at=row["last_at"],
                fires=False,
            )
            for rule_id, row in counts.items()
            if rule_id not in loaded
        ),
    )


_NONE: Mapping[str, Any] = {"n": 0, "last_at": None}


def _silence(one: StoredSilence) -> SilenceFacts:
    ended = one.silence.until if one.ended_at is None else one.ended_at
    return SilenceFacts(
        silence_id=one.silence.id,
        author=one.author,
        reason=one.reason,
        held=Span(start=one.created_at, end=ended),
        hidden=one.hidden,
    )


def _incident(one: Incident) -> IncidentFacts:
    return IncidentFacts(
        incident_id=one.incident_id,
        title=one.title,
        level=one.level,
        state=one.state.value,
        opened_at=one.opened_at,
        acknowledged_at=one.acknowledged_at,
        closed_at=one.closed_at,
        disposition="" if one.disposition is None else one.disposition.value,
        owner=one.owner,
        missed=one.breaches > 0,
        noted=one.n_notes > 0 or bool(one.closing_note),
    )


def _journal(context: Context) -> JournalFacts:
    journal = context.journal
    found = verify_journal(context)
    worst = found.verdicts[0]
    return JournalFacts(
        verdict=worst.words,
        ok=worst.ok,
        records=journal.last_seq,
        verified_seq=found.verified_seq,
        sealed_seq=found.sealed_seq,
        anchored_seq=found.anchored_seq,
        anchored_at=found.anchored_at,
        head=found.head,
        log_id=journal.log_id,
    )


def _roles(context: Context) -> Mapping[str, int]:
    """Accounts that can log in, and users of the system that the role file names."""
    room = context.access
    given = [account.role for account in room.book.accounts.values() if account.enabled]
    return Counter([*given, *room.roles.now.os_users.values()])
