"""One alert: what was found, the exchange around it, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from llmsec_tui.console import alert_text, lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.alert_text import Case
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.pager import Pager
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.acts import AlertActs
from llmsec_tui.console.screens.explaining import Explaining
from llmsec_tui.console.screens.revealing import Revealing
from llmsec_tui.console.table import Table
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.api import (
    AlertDetail,
    AlertRow,
    EventRow,
    GetAlert,
    GetConversation,
    GetEvent,
    ListAlerts,
    ListTookPart,
)

TWO_COLUMNS = 120
WHOLE_TEXT = 65_536
"""Characters of the text in question that are shown; ``w`` on its event writes all of it."""


class AlertPane(AlertActs, Explaining, Revealing):
    """Two columns on wide screens, one on narrow ones."""

    place = Place.ALERT
    deeper = "alert"

    def __init__(self, row: AlertRow, filter_text: str, home: Place, *, grouped: bool = False) -> None:
        super().__init__()
        self._grouped = grouped
        self._row = row
        self._filter = filter_text
        self._home = home
        self._case: Case | None = None
        self._took_part: list[EventRow] = []

    def body(self) -> Iterator[Widget]:
        with Horizontal():
            yield Pager(id="finding")
            yield Pager(id="remedy")
        with Vertical(id="took-part"):
            yield Bar(id="took-part-label", classes="label")
            yield Table(lists.TOOK_PART, empty="None of them is stored any more.")

    @property
    def home_place(self) -> Place:
        return self._home

    @property
    def alert(self) -> AlertRow | None:
        return self._case.detail.row if self._case is not None else None

    @property
    def finding(self) -> Pager:
        return self.query_one("#finding", Pager)

    @property
    def events(self) -> Table[EventRow]:
        """Those that took part in an alert of a rule over time."""
        return self.query_one(Table)

    def on_mount(self) -> None:
        super().on_mount()
        self.finding.focus()

    def version(self, report: LinkReport) -> object:
        until = self._case.detail.revealed_until if self._case is not None else 0
        return self._row.alert_id, report.status and report.status.audit_seq, self.is_over(until)

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="alert", exclusive=True)

    async def _ask(self) -> None:
        ask = self.shell.link.ask
        before = self._case
        fresh = before is None or before.detail.row.alert_id != self._row.alert_id
        try:
            detail = await ask(GetAlert(alert_id=self._row.alert_id))
            if before is None or fresh or before.detail.revealed_until != detail.revealed_until:
                rows: Sequence[EventRow] = await self._exchange(detail.row)
            else:
                rows = before.exchange
            if fresh:
                self._took_part = await self._events(detail)
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        self._case = Case(detail, rows, masked=not self.shell.sees_all)
        self._show(from_top=fresh)

    async def _exchange(self, alert: AlertRow) -> list[EventRow]:
        page = await self.shell.link.ask(GetConversation(event_id=alert.event_id, text_chars=4_096))
        whole = await self.shell.link.ask(GetEvent(event_id=alert.event_id, text_chars=WHOLE_TEXT))
        return [whole.row if row.event_id == alert.event_id else row for row in page.rows] or [whole.row]

    async def _events(self, detail: AlertDetail) -> list[EventRow]:
        if detail.n_events is None:
            return []
        return (await self.shell.link.ask(ListTookPart(alert_id=detail.row.alert_id))).rows

    def on_resize(self) -> None:
        super().on_resize()
        self._show(from_top=False)

    def _show(self, *, from_top: bool) -> None:
        wide = self.size.width >= TWO_COLUMNS
        remedy = self.query_one("#remedy", Pager)
        remedy.display = wide
        if not wide and remedy.has_focus:
            self.finding.focus()
        if self._case is not None:
            text = alert_text.finding if wide else alert_text.whole
            self.finding.show(partial(text, self._case), from_top=from_top)
            remedy.show(partial(alert_text.remedy, self._case), from_top=from_top)
            self._show_took_part(self._case.detail.n_events, from_top=from_top)
        self.show_bars()

    def _show_took_part(self, number: int | None, *, from_top: bool) -> None:
        part = self.query_one("#took-part")
        part.display = number is not None
        if number is None:
            if self.events.has_focus:
                self.finding.focus()
            return
        shown = len(self._took_part)
        part.styles.height = min(max(shown, 1) + 2, max(self.size.height // 3, 4))
        which = f"the last {shown} of {number}" if shown < number else str(number)
        self.query_one("#took-part-label", Bar).show(
            [span(f" Took part: {which}", "section")], [span("tab goes there, enter opens ", "quiet")]
        )
        self.events.show(self._took_part, 0 if from_top else None)

    def foot_note(self) -> list[Span]:
        filtered = [span(f"filter {self._filter[:30]}  ", "warn")] if self._filter else []
        return [*filtered, span(self.finding.seen, "quiet")]

    def is_idle(self, action: str) -> bool:
        if action == "open":
            return not self._took_part and self._charted() is None
        return self._case is None and action != "back"

    def action_open(self) -> None:
        """Go to the event under the cursor, of those that took part; or to the chart that a monitor's alert is of."""
        if (event := self.events.selected) is not None:
            self.shell.open_event(event.event_id)
        elif (charted := self._charted()) is not None:
            self.shell.open_behaviour(*charted, 1, self._row.ts)

    def _charted(self) -> tuple[str, str] | None:
        """The metric and the slice that the alert of a monitor is of, as its place names them."""
        metric, _, part = self._row.source_path.partition(" of ")
        return (metric, part) if part and metric.isidentifier() else None

    @on(Table.Chosen)
    def _chosen(self, event: Table.Chosen) -> None:
        event.stop()
        self.action_open()

    def on_pager_scrolled(self) -> None:
        self.show_bars()

    def revealable(self) -> tuple[str, str, str] | None:
        row = self.alert
        return ("alert", row.alert_id, row.title) if row is not None else None

    def action_match(self) -> None:
        if not self.finding.to_match():
            self.say("Nothing in this exchange is marked: the rule judged the event as a whole.")

    def action_next_section(self) -> None:
        self._pager.to_section(1)

    def action_previous_section(self) -> None:
        self._pager.to_section(-1)

    @property
    def _pager(self) -> Pager:
        return self.focused if isinstance(self.focused, Pager) else self.finding

    def action_next(self) -> None:
        self._step(ListAlerts(filter=self._filter, before=self._row.seq, limit=1, grouped=self._grouped))

    def action_previous(self) -> None:
        self._step(ListAlerts(filter=self._filter, after=self._row.seq, limit=1, grouped=self._grouped))

    def _step(self, ask: ListAlerts) -> None:
        self.run_worker(self._go(ask), group="step", exclusive=True)

    async def _go(self, ask: ListAlerts) -> None:
        try:
            page = await self.shell.link.ask(ask)
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        if page.rows:
            self._row = page.rows[0]
            self.ask_again()
        else:
            self.say(
                "This is the last alert of the list." if ask.after is None else "This is the newest alert of the list."
            )

    def explained(self) -> tuple[str, str, list[str]] | None:
        if (alert := self.alert) is None:
            return None
        return alert.event_id, alert.title, [alert.rule_id]

    def action_explain(self, rule: str = "") -> None:
        """Of the alert's own rule; another one is chosen from there."""
        if (about := self.explained()) is not None:
            self.open_explanation(about[0], rule or about[2][0], about[1])

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if self._case is None:
            return None
        detail = self._case.detail
        return f"alert-{detail.row.alert_id}", {"alert": detail, "exchange": list(self._case.exchange)}

    def action_back(self) -> None:
        self.app.pop_screen()
