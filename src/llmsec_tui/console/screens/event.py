"""One event: its text and every field that is set."""

from collections.abc import Iterator, Mapping
from functools import partial

from textual.widget import Widget

from llmsec_tui.console import event_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.pager import Pager
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.explaining import Explaining
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.api import EventDetail, GetEvent, ListEvents


class EventPane(Explaining):
    """One text to scroll; ``n`` and ``p`` go along the list that it was opened from."""

    place = Place.EVENT
    deeper = "event"

    def __init__(self, event_id: str, filter_text: str, home: Place) -> None:
        super().__init__()
        self._event_id = event_id
        self._seq: int | None = None
        self._filter = filter_text
        self._home = home
        self._detail: EventDetail | None = None

    def body(self) -> Iterator[Widget]:
        yield Pager()

    @property
    def home_place(self) -> Place:
        return self._home

    @property
    def detail(self) -> EventDetail | None:
        """The event that is shown; None until it came."""
        return self._detail

    @property
    def pager(self) -> Pager:
        return self.query_one(Pager)

    def on_mount(self) -> None:
        super().on_mount()
        self.pager.focus()

    def version(self, report: LinkReport) -> object:
        return self._event_id, report.status and (report.status.alerts_seq, report.status.audit_seq)

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
        self.pager.show(partial(event_text.whole, detail), from_top=fresh)
        self.show_bars()

    def foot_note(self) -> list[Span]:
        filtered = [span(f"filter {self._filter[:30]}  ", "warn")] if self._filter else []
        return [*filtered, span(self.pager.seen, "quiet")]

    def is_idle(self, action: str) -> bool:
        return self._detail is None and action != "back"

    def on_pager_scrolled(self) -> None:
        self.show_bars()

    def action_next_section(self) -> None:
        self.pager.to_section(1)

    def action_previous_section(self) -> None:
        self.pager.to_section(-1)

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

    def explained(self) -> tuple[str, str, list[str]] | None:
        if (detail := self._detail) is None:
            return None
        row = detail.row
        subject = f"{row.kind} {row.event_id}: {row.text[:200]}" if row.text else f"{row.kind} {row.event_id}"
        return row.event_id, subject, [alert.rule_id for alert in detail.alerts]

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return (f"event-{self._event_id}", {"event": self._detail}) if self._detail is not None else None

    def action_back(self) -> None:
        self.app.pop_screen()
