"""What the screen of one incident asks for, and that it tells the collector who looks."""

from collections.abc import Sequence

from llmsec_tui.console.incident_text import Case
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach, Rows
from llmsec_tui.console.screens.incident_work import IncidentWork
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.api import AlertRow, GetConversation, ListAlerts
from llmsec_tui.service.incidents.api import GetIncident, GetRemedies, GetRunOutput, GetTimeline, LookAt
from llmsec_tui.service.incidents.rows import ConversationCount, IncidentRow, Present, RunRow, TimelineRow

MOST_NOTES = 500
_AROUND = 30
"""Messages of a conversation before and after the latest alert in it."""


class IncidentAsking(IncidentWork):
    """Keeps the case as it was read last. How it is drawn, its subclass says."""

    def __init__(self, name: str) -> None:
        """``name`` may be that of an alert in it."""
        super().__init__()
        self._wanted = name
        self._case: Case | None = None
        self._others: list[str] = []
        self._sought: set[object] = set()
        """Events and runs about which more was asked."""

    def show_case(self, *, from_top: bool) -> None:
        """Draw all of it again."""
        raise NotImplementedError

    def show_detail(self, *, from_top: bool) -> None:
        """Draw what is told of the row under the cursor again."""
        raise NotImplementedError

    @property
    def incident(self) -> IncidentRow | None:
        return self._case.row if self._case is not None else None

    @property
    def case(self) -> Case | None:
        return self._case

    # Asking

    def version(self, report: LinkReport) -> object:
        status = report.status
        return self._wanted, status and (status.alerts_seq, status.audit_seq, status.now // self._pulse())

    def _pulse(self) -> int:
        """A remedy ends without an act."""
        running = self._case is not None and any(run.state == "running" for run in self._case.detail.runs)
        return min(self.shell.pulse_us, 1_000_000) if running else 2 * self.shell.pulse_us

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="incident", exclusive=True)
        for rows in self.query(Rows):
            if rows.display or rows.loaded:
                rows.catch_up()

    async def _ask(self) -> None:
        ask, before, name = self.shell.link.ask, self._case, self._wanted
        try:
            await self.shell.know_desk()
            detail = await ask(GetIncident(incident_id=name))
            remedies = await ask(GetRemedies(incident_id=detail.row.incident_id))
            acts = await ask(GetTimeline(incident_id=detail.row.incident_id, kinds=["act", "mark"], limit=MOST_NOTES))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        fresh = before is None or before.row.incident_id != detail.row.incident_id
        self._others = [] if fresh else self._others
        notes = [row for row in acts.rows if row.text and row.who != "llmsec-tui"]
        exchanges = {} if before is None or fresh else before.exchanges
        outputs = {} if before is None or fresh else before.outputs
        self._case = Case(detail, remedies.rows, notes, self._others, exchanges, outputs)
        self._wanted = self.deeper = detail.row.incident_id
        if fresh:
            self.forget_marks()
            self._sought.clear()
            for rows in self.query(Rows):
                rows.start_again()
            self.say_looking()
        self.show_case(from_top=fresh)

    async def timeline_page(self, reach: Reach) -> tuple[Sequence[TimelineRow], int]:
        page = await self.shell.link.ask(
            GetTimeline(incident_id=self._wanted, before=reach.before, after=reach.after, limit=reach.limit)
        )
        return page.rows, page.total

    async def alerts_page(self, reach: Reach) -> tuple[Sequence[AlertRow], int]:
        if self._case is None:
            return (), 0
        wanted = f"incident:{self._case.row.incident_id}"
        page = await self.shell.link.ask(
            ListAlerts(filter=wanted, before=reach.before, after=reach.after, limit=reach.limit)
        )
        return page.rows, page.total

    def look_up(self) -> None:
        """What the row under the cursor needs and is not known yet; asked for once."""
        row, case = self.selected, self._case
        if case is None:
            return
        if isinstance(row, ConversationCount) and row.event_id not in self._sought:
            self._sought.add(row.event_id)
            self.run_worker(self._ask_exchange(case, row.event_id), group="look-up")
        elif isinstance(row, RunRow) and row.ended_at is not None and row.run not in self._sought:
            self._sought.add(row.run)
            self.run_worker(self._ask_output(case, row.run), group="look-up")

    async def _ask_exchange(self, case: Case, event_id: str) -> None:
        try:
            page = await self.shell.link.ask(
                GetConversation(event_id=event_id, before=_AROUND, after=_AROUND, text_chars=4_096)
            )
        except LlmsecError as error:
            self._sought.discard(event_id)
            self.failed(error)
            return
        case.exchanges[event_id] = page.rows
        self.show_detail(from_top=True)

    async def _ask_output(self, case: Case, run: int) -> None:
        try:
            case.outputs[run] = await self.shell.link.ask(GetRunOutput(incident_id=case.row.incident_id, run=run))
        except LlmsecError as error:
            self._sought.discard(run)
            self.failed(error)
            return
        self.show_detail(from_top=False)

    def failed(self, error: LlmsecError) -> None:
        if not isinstance(error, CollectorGone):
            self.say(str(error), bad=True)

    # Who looks

    def say_looking(self) -> None:
        open_ones = [screen for screen in self.app.screen_stack if isinstance(screen, IncidentAsking)]
        if self._case is not None and open_ones and open_ones[-1] is self:
            self.run_worker(self._look(self._case.row.incident_id), group="look")

    async def _look(self, incident_id: str) -> None:
        try:
            present: Present = await self.shell.link.ask(LookAt(incident_id=incident_id))
        except LlmsecError:
            # Nothing depends on it, and the screen tells by itself when the collector is gone.
            return
        if present.others != self._others and self._case is not None:
            self._others = present.others
            case = self._case
            self._case = Case(case.detail, case.remedies, case.notes, self._others, case.exchanges, case.outputs)
            self.show_case(from_top=False)
