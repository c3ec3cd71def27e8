"""What calls used and what they cost."""

from collections.abc import Iterator, Mapping

from textual.widget import Widget
from textual.widgets import Static

from llmsec_tui.console import figures, usage_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.safe_text import Span, content, preview
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.table import Table
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.behaviour.api import ListUsage, UsagePage, UsageRow

BY = ("model", "app", "user", "key", "tenant", "agent")
_SOUGHT = ("model", "app", "user")
"""By what events can be sought."""
_NAMELESS = "(none)"
SPANS = (24, 168, 720)
"""Hours to choose from."""


class UsagePane(Keeping):
    """The dearest first; the cursor keeps its name."""

    place = Place.USAGE

    def __init__(self) -> None:
        super().__init__()
        self._by = BY[0]
        self._hours = SPANS[0]
        self._page: UsagePage | None = None

    def body(self) -> Iterator[Widget]:
        yield Bar(id="usage-head")
        yield Static("", classes="board-note", markup=False)
        yield Table(usage_text.USAGE, empty="No call was seen in this time.", id="used")

    @property
    def table(self) -> Table[UsageRow]:
        return self.query_one("#used", Table)

    def on_mount(self) -> None:
        super().on_mount()
        self.table.focus()

    def version(self, report: LinkReport) -> object:
        status = report.status
        return self._by, self._hours, status and (status.audit_seq, status.now // (3 * self.shell.pulse_us))

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="usage", exclusive=True)

    async def _ask(self) -> None:
        try:
            page = await self.shell.link.ask(ListUsage(by=self._by, hours=self._hours))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        chosen, same = self.table.selected, self._page is not None and self._page.by == page.by
        names = [row.name for row in page.rows]
        cursor = names.index(chosen.name) if same and chosen is not None and chosen.name in names else 0
        self._page = page
        self.query_one("#usage-head", Bar).show(usage_text.usage_head(page, self._hours))
        note = self.query_one(".board-note", Static)
        note.update(content(f"! {page.note}"))
        note.set_class(bool(page.note), "-told")
        self.table.show(page.rows, cursor)
        self.show_bars()

    def foot_note(self) -> list[Span]:
        if self._page is None:
            return []
        shown, total = len(self._page.rows), self._page.total
        return [Span("  "), preview(f"{self._page.prices} · {figures.count(shown)} of {figures.count(total)}", "quiet")]

    def is_idle(self, action: str) -> bool:
        if action == "open":
            return self._filter() is None
        return action in ("copy", "write") and self.table.selected is None

    def _filter(self) -> str | None:
        """What finds the events of the row under the cursor; None where nothing can."""
        row = self.table.selected
        if row is None or row.of not in _SOUGHT or row.name == _NAMELESS or '"' in row.name:
            return None
        return f'{row.of}:"{row.name}"'

    def action_open(self) -> None:
        """The events of that name."""
        if (sought := self._filter()) is not None:
            self.shell.show_events(sought)

    def action_usage_by(self, what: str = "") -> None:
        if what and what not in BY:
            self.say(f"It can be told by {', '.join(BY)}.", bad=True)
            return
        self._by = what or BY[(BY.index(self._by) + 1) % len(BY)]
        self.ask_again()

    def action_time_window(self) -> None:
        self._hours = SPANS[(SPANS.index(self._hours) + 1) % len(SPANS)]
        self.ask_again()

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return ("usage", {"usage": self._page}) if self._page is not None else None
