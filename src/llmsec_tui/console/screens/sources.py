"""The followed files: how far each is read, how much of it detectors can see, and what could not be read."""

from collections.abc import Iterator, Sequence

from textual import on
from textual.widget import Widget

from llmsec_tui.console import figures, lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.draft import Draft
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.pager import Pager, Text
from llmsec_tui.console.rows import Reach, Rows
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.console.table import Table
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.api import DeadLetterRow, ListDeadLetters, ListSources, SourceRow


class SourcesPane(Pane):
    """Files above, what is known of the one under the cursor, dead letters below."""

    place = Place.SOURCES

    def body(self) -> Iterator[Widget]:
        yield Table(lists.SOURCES, empty="No file is followed. :watch PATH follows one.", id="files")
        yield self.label("This file")
        yield Pager(id="file")
        yield self.label("Dead letters", right="what could not be read, newest first")
        yield Rows(self._dead_letters, lists.DEAD_LETTERS, empty="None: every line could be read.", id="dead-letters")

    @property
    def files(self) -> Table[SourceRow]:
        return self.query_one("#files", Table)

    @property
    def dead_letters(self) -> Rows[DeadLetterRow]:
        return self.query_one("#dead-letters", Rows)

    def on_mount(self) -> None:
        super().on_mount()
        self.files.focus()

    def version(self, report: LinkReport) -> object:
        # Lag and size change without an event.
        return report.status and (report.status.events_seq, report.status.now // 1_000_000)

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="sources", exclusive=True)
        self.dead_letters.catch_up()

    async def _ask(self) -> None:
        try:
            sources = await self.shell.link.ask(ListSources())
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        self.files.show(sorted(sources.rows, key=lambda row: row.path))
        self._show_file()

    async def _dead_letters(self, reach: Reach) -> tuple[Sequence[DeadLetterRow], int]:
        page = await self.shell.link.ask(ListDeadLetters(before=reach.before, limit=reach.limit))
        return page.rows, page.total

    @on(Table.Moved)
    def _moved(self, event: Table.Moved) -> None:
        event.stop()
        self._show_file()

    @on(Rows.Asked)
    def _asked(self, event: Rows.Asked) -> None:
        event.stop()
        if event.error is not None and not isinstance(event.error, CollectorGone):
            self.say(str(event.error), bad=True)

    def _show_file(self) -> None:
        row = self.files.selected
        if row is not None:
            self.query_one("#file", Pager).show(lambda width: about(row, width), from_top=False)
        self.show_bars()

    def foot_note(self) -> list[Span]:
        return [span(f"{len(self.files.rows)} files", "quiet")]


def about(row: SourceRow, width: int) -> Text:
    """All that is known of one file."""
    draft = Draft(width)
    draft.field("path", row.path)
    if row.problem:
        draft.field("problem", row.problem, "warn")
    read = f"{figures.size(row.offset)} of {figures.size(row.size)}, {figures.count(row.records)} records"
    behind = f", {figures.size(row.lag_bytes)} ({figures.duration(row.lag_s)}) behind" if row.lag_bytes else ""
    draft.field("read", read + behind)
    draft.field("seen", f"{lists.coverage(row)} of the content" + _reasons("; not evaluable: ", row.content_no))
    if row.unknown:
        draft.field("unknown", _reasons("", row.unknown), "warn")
    return draft.done()


def _reasons(before: str, counts: dict[str, int]) -> str:
    named = sorted(counts.items(), key=lambda item: -item[1])
    return before + ", ".join(f"{figures.count(number)} {name}" for name, number in named) if named else ""
