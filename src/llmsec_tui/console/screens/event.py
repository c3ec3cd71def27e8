"""One event: its text and every field that is set."""

from collections.abc import Mapping
from functools import partial

from llmsec_tui.console import event_text, figures
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.screens.explaining import Explaining
from llmsec_tui.console.screens.revealing import Revealing
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.api import EventDetail, GetEvent, ListEvents


class EventPane(TextPane, Explaining, Revealing):
    """One text to scroll; ``n`` and ``p`` go along the list that it was opened from."""

    place = Place.EVENT
    deeper = "event"

    def __init__(self, event_id: str, filter_text: str, home: Place) -> None:
        super().__init__(home, filter_text)
        self._event_id = event_id
        self._seq: int | None = None
        self._detail: EventDetail | None = None

    @property
    def detail(self) -> EventDetail | None:
        """The event that is shown; None until it came."""
        return self._detail

    def version(self, report: LinkReport) -> object:
        until = self._detail.revealed_until if self._detail is not None else 0
        return (
            self._event_id,
            report.status and (report.status.alerts_seq, report.status.audit_seq),
            self.is_over(until),
        )

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="event", exclusive=True)

    async def _ask(self) -> None:
        try:
            detail = await self.shell.link.ask(GetEvent(event_id=self._event_id))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        fresh = self._detail is None or self._detail.row.event_id != detail.row.event_id
        self._detail = detail
        self._seq = detail.row.seq
        self.pager.show(partial(event_text.whole, detail, not self.shell.sees_all), from_top=fresh)
        self.show_bars()

    def is_idle(self, action: str) -> bool:
        return self._detail is None and action != "back"

    def action_next(self) -> None:
        self._step(ListEvents(filter=self._filter, before=self._seq, limit=1, text_chars=0))

    def action_previous(self) -> None:
        self._step(ListEvents(filter=self._filter, after=self._seq, limit=1, text_chars=0))

    def _step(self, ask: ListEvents) -> None:
        self.run_worker(self._go(ask), group="step", exclusive=True)

    async def _go(self, ask: ListEvents) -> None:
        try:
            page = await self.shell.link.ask(ask)
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        if page.rows:
            self._event_id = page.rows[0].event_id
            self.ask_again()
        else:
            self.say(
                "This is the oldest event of the list."
                if ask.after is None
                else "This is the newest event of the list."
            )

    def revealable(self) -> tuple[str, str, str] | None:
        if self._detail is None:
            return None
        row = self._detail.row
        return "event", row.event_id, f"{row.kind} of {figures.moment(row.ts)}, {figures.count(row.n_chars)} characters"

    def explained(self) -> tuple[str, str, list[str]] | None:
        if (detail := self._detail) is None:
            return None
        row = detail.row
        subject = f"{row.kind} {row.event_id}: {row.text[:200]}" if row.text else f"{row.kind} {row.event_id}"
        return row.event_id, subject, [alert.rule_id for alert in detail.alerts]

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return (f"event-{self._event_id}", {"event": self._detail}) if self._detail is not None else None
