"""The alert queue."""

from collections.abc import Mapping, Sequence

from llmsec_tui.console import figures, lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.acts import AlertActs
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.service.api import AlertRow, GetAlert, ListAlerts


class AlertsPane(Queue[AlertRow], AlertActs):
    """Newest first. The cursor keeps its alert when others come, so that a key never acts on another one."""

    place = Place.ALERTS
    columns = lists.ALERTS
    empty = "No alerts so far."
    tail = False

    def __init__(self) -> None:
        super().__init__()
        self._grouped = False
        self._suppressed = 0

    @property
    def alert(self) -> AlertRow | None:
        return self.rows.selected

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[AlertRow], int]:
        page = await self.shell.link.ask(
            ListAlerts(
                filter=filter_text, before=reach.before, after=reach.after, limit=reach.limit, grouped=self._grouped
            )
        )
        self._suppressed = page.suppressed
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        return report.status and (report.status.alerts_seq, report.status.audit_seq)

    def action_open(self) -> None:
        if (alert := self.alert) is not None:
            self.shell.open_alert(alert, self.filter_bar.text, grouped=self._grouped)

    def look_at(self, filter_text: str) -> None:
        """Show the alerts that match, one by one."""
        self._grouped = False
        self.action_filter(filter_text)

    def action_group(self) -> None:
        """The lines are counted anew: one of a group stands where its newest alert stands."""
        self._grouped = not self._grouped
        self.rows.start_again()

    def foot_note(self) -> list[Span]:
        groups = [span(" groups", "accent")] if self._grouped else []
        hidden = [span(f" +{figures.count(self._suppressed)} suppressed", "warn")] if self._suppressed else []
        return [*super().foot_note(), *groups, *hidden]

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if (alert := self.alert) is None:
            return None
        detail = await self.shell.link.ask(GetAlert(alert_id=alert.alert_id))
        return f"alert-{alert.alert_id}", {"alert": detail}
