"""Who was told of what, and who could not be."""

from collections.abc import Mapping, Sequence

from llmsec_tui.console import incident_lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.screens.queue import QueueOver
from llmsec_tui.service.incidents.api import ListNotifications
from llmsec_tui.service.incidents.rows import NotificationRow


class NotificationsPane(QueueOver[NotificationRow], Keeping):
    """Newest first; over the screen that was open."""

    place = Place.NOTIFICATIONS
    deeper = "notified"
    columns = incident_lists.NOTIFICATIONS
    empty = "Nobody was told of anything so far; the policy says who is to be, and of what."
    tail = False

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[NotificationRow], int]:
        page = await self.shell.link.ask(ListNotifications(before=reach.before, after=reach.after, limit=reach.limit))
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        return report.status and report.status.now // self.shell.pulse_us

    def action_open(self) -> None:
        """The incident that it was about."""
        row = self.rows.selected
        if row is not None and row.incident_id:
            self.shell.open_incident(row.incident_id)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        row = self.rows.selected
        return (f"notification-{row.seq}", {"notification": row}) if row is not None else None
