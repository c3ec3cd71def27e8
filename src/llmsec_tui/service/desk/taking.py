"""Alerts come to the desk: they go into incidents, open some, or stay in the queue."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from llmsec_tui.incidents.changes import AlertsWithdrawn, Linked
from llmsec_tui.incidents.grouping import Grouping, Joins, Opens, share_of
from llmsec_tui.incidents.incident import Incident
from llmsec_tui.incidents.keys import AlertFacts, Holder, entity, keys
from llmsec_tui.incidents.states import State
from llmsec_tui.service.desk.book import Book
from llmsec_tui.service.desk.steps import Steps
from llmsec_tui.store.store import Store

_TAKEN = frozenset({"new", "acknowledged"})
"""States of alerts that can still come to an incident by themselves."""


def take(store: Store, steps: Steps, book: Book, alert_ids: Sequence[str]) -> None:
    """Place those of the alerts that are shown and in no incident, in this order."""
    facts = {alert.alert_id: alert for alert in store.alert_facts(alert_ids)}
    alerts = [facts[name] for name in dict.fromkeys(alert_ids) if name in facts and _is_free(facts[name])]
    if not alerts:
        return
    grouping = _grouping(store, steps, book, alerts)
    waiting = {alert.alert_id for alert in alerts}
    placed: list[Joins | Opens] = []
    for alert in alerts:
        waiting.discard(alert.alert_id)
        if (one := grouping.place(alert, waiting)) is not None:
            placed.append(one)
    store.write_risks(grouping.risks)
    _enter(store, steps, book, placed)


def withdraw(store: Store, book: Book, alert_ids: Sequence[str]) -> None:
    """Take alerts that turned out wrong out of their incidents."""
    of: dict[str, list[AlertFacts]] = {}
    for alert in store.alert_facts(alert_ids):
        if alert.incident_id:
            of.setdefault(alert.incident_id, []).append(alert)
    book.load(of)
    for incident_id, alerts in of.items():
        book.note(incident_id, [AlertsWithdrawn(share=share_of(alerts))])
        store.put_alerts([alert.alert_id for alert in alerts], None)


def _is_free(alert: AlertFacts) -> bool:
    return alert.shown and not alert.incident_id and alert.state in _TAKEN


def _grouping(store: Store, steps: Steps, book: Book, alerts: Sequence[AlertFacts]) -> Grouping:
    held = store.holders(list({key for alert in alerts for key in keys(alert).values()}))
    return Grouping(
        steps.policy,
        _settled(book, held),
        store.risks(list({name for alert in alerts if (name := entity(alert))})),
        store.loose_alerts,
        store.next_incident_number(),
    )


def _settled(book: Book, holders: Sequence[Holder]) -> list[Holder]:
    """Each in the place of what was merged into it: alerts go on to where the others went."""
    merged = [holder for holder in holders if holder.state is State.MERGED]
    known = {holder.incident_id: holder for holder in holders}
    settled = [holder for holder in holders if holder.state is not State.MERGED]
    for holder in merged:
        end = _end_of_chain(book, holder.merged_into)
        if end is None:
            continue
        like = known.get(end.incident_id)
        settled.append(
            replace(
                holder,
                number=end.number,
                incident_id=end.incident_id,
                state=end.state,
                n_alerts=end.n_alerts,
                merged_into="",
                last_alert_at=end.last_at if like is None else like.last_alert_at,
            )
        )
    return settled


def _end_of_chain(book: Book, incident_id: str) -> Incident | None:
    seen: set[str] = set()
    found = book.find(incident_id)
    while found is not None and found.state is State.MERGED and found.incident_id not in seen:
        seen.add(found.incident_id)
        found = book.find(found.merged_into)
    return None if found is None or found.state is State.MERGED else found


def _enter(store: Store, steps: Steps, book: Book, placed: Iterable[Joins | Opens]) -> None:
    """Note what was decided, with one change an incident for all that joined it."""
    openings: dict[str, Opens] = {}
    joining: dict[str, list[AlertFacts]] = {}
    links: dict[tuple[str, str], None] = {}
    for one in placed:
        if isinstance(one, Opens):
            openings[one.incident_id] = one
        else:
            joining.setdefault(one.incident_id, []).append(one.alert)
            links.update(dict.fromkeys((one.incident_id, other) for other in one.links))
    places: dict[str, str] = {}
    for opens in openings.values():
        incident = book.open(opens.incident_id, steps.opened(opens.how, opens.alerts, follows=opens.follows))
        book.note(opens.incident_id, steps.duties(incident, opens.alerts, book.at))
        places |= {alert.alert_id: opens.incident_id for alert in opens.alerts}
    book.load([*joining, *(name for pair in links for name in pair)])
    for incident_id, alerts in joining.items():
        incident = book.note(incident_id, [steps.joined(book.incident(incident_id), alerts)])
        book.note(incident_id, steps.duties(incident, alerts, book.at))
        places |= {alert.alert_id: incident_id for alert in alerts}
    for name, other in links:
        link(book, name, other)
    store.place_alerts(places)


def link(book: Book, one: str, other: str, note: str = "") -> None:
    """Let two incidents know of each other; nothing where they do."""
    for name, to in ((one, other), (other, one)):
        if to not in book.incident(name).links:
            book.note(name, [Linked(to=to, note=note)])
