"""The part of the reading side that a report on a period is made from."""

from dataclasses import dataclass

from llmsec_tui.incidents.incident import Incident
from llmsec_tui.store import period_queries
from llmsec_tui.store.rows import Row
from llmsec_tui.store.silences import StoredSilence, all_silences
from llmsec_tui.store.snapshots import Snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What the store has of one period; see ``store/period_queries.py``."""

    sources: list[Row]
    notices: dict[str, int]
    dead_letters: dict[str, int]
    unknown: dict[str, int]
    alerts: dict[str, int]
    hidden: dict[str, int]
    by_rule: list[Row]
    silences: list[StoredSilence]
    incidents: list[Incident]
    oldest_event_at: int | None


class PeriodReader(Snapshots):
    """Each question is answered from one state of the store."""

    def period(self, since: int, until: int) -> Period:
        """From ``since`` to before ``until``, in µs since 1970 UTC."""
        with self._snapshot() as cursor:
            counts = {name: dict(found) for name, found in period_queries.counts(cursor, since, until).items()}
            return Period(
                sources=period_queries.sources(cursor, since, until),
                by_rule=period_queries.by_rule(cursor, since, until),
                silences=[one for one in all_silences(cursor) if _held(one, since, until)],
                incidents=period_queries.incidents(cursor, since, until),
                oldest_event_at=period_queries.oldest_event_at(cursor),
                **counts,
            )


def _held(one: StoredSilence, since: int, until: int) -> bool:
    ended = one.silence.until if one.ended_at is None else one.ended_at
    return one.created_at < until and ended > since
