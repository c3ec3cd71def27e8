"""The events as they come in."""

from collections.abc import Mapping, Sequence

from llmsec_tui.console import lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.service.api import EventRow, GetEvent, ListEvents


class EventsPane(Queue[EventRow], Keeping):
    """Newest first, following like a tail."""

    place = Place.EVENTS
    columns = lists.EVENTS
    empty = "No events so far. 5 shows what is followed."

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[EventRow], int]:
        page = await self.shell.link.ask(
            ListEvents(filter=filter_text, before=reach.before, after=reach.after, limit=reach.limit)
        )
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        return report.status and (report.status.events_seq, report.status.alerts_seq)

    def action_open(self) -> None:
        if (event := self.rows.selected) is not None:
            self.shell.open_event(event.event_id, self.filter_bar.text)

    def look_at(self, filter_text: str) -> None:
        """Show the events that match."""
        self.action_filter(filter_text)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if (event := self.rows.selected) is None:
            return None
        return f"event-{event.event_id}", {"event": await self.shell.link.ask(GetEvent(event_id=event.event_id))}
