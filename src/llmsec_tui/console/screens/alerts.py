"""The alert queue."""

from collections.abc import Mapping, Sequence

from llmsec_tui.console import alert_forms, figures, lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.forms import Given
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.results_dialog import ResultsDialog
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.acts import AlertActs
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.api import AlertRow, GetAlert, ListAlerts
from llmsec_tui.service.incidents.api import BulkAct


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
        self._marked: dict[str, AlertRow] = {}

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

    # Many at once

    def is_marked(self, row: AlertRow) -> bool:
        return row.alert_id in self._marked

    def action_mark(self) -> None:
        """Mark the row, or take its mark away, and go on to the next."""
        if (row := self.alert) is None:
            return
        if self._marked.pop(row.alert_id, None) is None:
            self._marked[row.alert_id] = row
        self.rows.redraw()
        self.rows.move(1)

    def forget_marks(self) -> None:
        """Nothing is marked any more."""
        self._marked.clear()
        self.rows.redraw()

    def action_back(self) -> None:
        """Marks go first, then the filter."""
        if self._marked:
            self.forget_marks()
        else:
            super().action_back()

    def action_acknowledge(self, note: str = "") -> None:
        if self._marked:
            self._many("acknowledge")
        else:
            super().action_acknowledge(note)

    def action_dismiss_alert(self, note: str = "") -> None:
        if self._marked:
            self._many("dismiss")
        else:
            super().action_dismiss_alert(note)

    def _many(self, act: str) -> None:
        rows = list(self._marked.values())

        def answered(answer: Given | None) -> None:
            if answer is not None:
                self.run_worker(self._send_many(alert_forms.bulk(act, rows, answer)), group="acts")

        self.app.push_screen(alert_forms.many(act, rows), answered)

    async def _send_many(self, command: BulkAct) -> None:
        try:
            done = await self.shell.link.ask(command)
        except LlmsecError as error:
            self.shell.say(str(error), bad=True, lasting=True)
        else:
            self.forget_marks()
            self.app.push_screen(ResultsDialog(done))
        self.ask_again()

    def foot_note(self) -> list[Span]:
        marks = [span(f" {len(self._marked)} marked ", "here"), Span(" ")] if self._marked else []
        groups = [span(" groups", "accent")] if self._grouped else []
        hidden = [span(f" +{figures.count(self._suppressed)} suppressed", "warn")] if self._suppressed else []
        return [*marks, *super().foot_note(), *groups, *hidden]

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if (alert := self.alert) is None:
            return None
        detail = await self.shell.link.ask(GetAlert(alert_id=alert.alert_id))
        return f"alert-{alert.alert_id}", {"alert": detail}
