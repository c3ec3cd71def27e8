"""Alerts of rules over time as entries for the rules over time that count them."""

from collections.abc import Mapping

from llmsec_tui.detect.correlate.fold import Entry, Value
from llmsec_tui.detect.correlate.group import Key, Raised
from llmsec_tui.detect.correlate.ledger import Placed
from llmsec_tui.detect.correlate.plan import Plan
from llmsec_tui.detect.correlate.telling import group_key


def passed_on(inner: Plan, key: Key, raised: Raised, outer: Plan, source: int) -> Placed:
    """The entry that a firing of ``inner`` is for ``outer``.

    Fields are those of the group that fired, where it has them, else those of the event by which it did.
    """
    known: Mapping[str, Value] = dict(raised.entry.carried) | dict(zip(inner.rule.group_by, key, strict=True))

    def of(fields: tuple[str, ...]) -> tuple[Value, ...]:
        return tuple(known.get(name) for name in fields)

    entry = Entry(
        at=raised.firing.at,
        place=raised.entry.place,
        source=source,
        event_id=raised.firing.event_id,
        value=of(outer.fields),
        carried=tuple(zip(outer.carried, of(outer.carried), strict=True)),
        via=group_key(inner.rule, key),
    )
    return of(outer.groups[source]), entry
