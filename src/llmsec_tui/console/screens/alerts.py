"""The alert queue."""

from collections.abc import Mapping, Sequence

from llmsec_tui.console import lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.screens.acts import AlertActs
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.service.api import AlertRow, GetAlert, ListAlerts


class AlertsPane(Queue[AlertRow], AlertActs):
    """Newest first. The cursor keeps its alert when others come, so that a key never acts on another one."""

    place = Place.ALERTS
    columns = lists.ALERTS
    empty = "No alerts so far."
    tail = False

    @property
    def alert(self) -> AlertRow | None:
        return self.rows.selected

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[AlertRow], int]:
        page = await self.shell.link.ask(
            ListAlerts(filter=filter_text, before=reach.before, after=reach.after, limit=reach.limit)
        )
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        return report.status and (report.status.alerts_seq, report.status.audit_seq)

    def action_open(self) -> None:
        if (alert := self.alert) is not None:
            self.shell.open_alert(alert, self.filter_bar.text)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if (alert := self.alert) is None:
            return None
        detail = await self.shell.link.ask(GetAlert(alert_id=alert.alert_id))
        return f"alert-{alert.alert_id}", {"alert": detail}
