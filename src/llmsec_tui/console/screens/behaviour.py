"""The drift board: every metric of every slice, held against what is usual."""

from collections.abc import Iterator, Mapping, Sequence

from textual.widget import Widget
from textual.widgets import Static

from llmsec_tui.console import behaviour_forms, behaviour_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.behaviour_text import Cell
from llmsec_tui.console.forms import Given
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.safe_text import content
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.console.window import Placed
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.behaviour.api import BehaviourBoard, ListBehaviour

WINDOWS = (1, 6, 24)
"""Hours to choose from."""


class BehaviourPane(Queue[Cell], Keeping):
    """What drifts comes first. The cursor keeps its row when another verdict moves it."""

    place = Place.BEHAVIOUR
    columns = behaviour_text.BOARD
    empty = "Nothing was measured so far."
    tail = False
    reordered = True

    def __init__(self) -> None:
        super().__init__()
        self._hours = WINDOWS[0]
        self._board: BehaviourBoard | None = None
        self._of: tuple[str, int] | None = None
        """The filter and the window that the board was asked for with; None when it has to be asked for again."""

    def body(self) -> Iterator[Widget]:
        yield Bar(id="board-head")
        yield Static("", classes="board-note", markup=False)
        yield from super().body()

    def identity(self, row: Cell) -> object:
        return row.row.slice, row.row.metric

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[Cell], int]:
        """The board comes whole, and pages are cut out of it here."""
        wanted = filter_text, self._hours
        if self._board is None or self._of != wanted:
            board = await self.shell.link.ask(ListBehaviour(filter=filter_text, hours=self._hours))
            self._board, self._of = board, wanted
            self._tell(board)
        rows = self._board.rows
        cells = [Placed(len(rows) - place, row) for place, row in enumerate(rows)]
        if reach.before is not None:
            cells = [cell for cell in cells if cell.seq < reach.before]
        if reach.after is not None:
            cells = [cell for cell in cells if cell.seq > reach.after]
            return cells[-reach.limit :], len(rows)
        return cells[: reach.limit], len(rows)

    def _tell(self, board: BehaviourBoard) -> None:
        self.query_one("#board-head", Bar).show(behaviour_text.head(board, self._hours))
        left = board.total - len(board.rows)
        more = f" {left:,} more rows are not shown: narrow the list with a filter." if left > 0 else ""
        note = self.query_one(".board-note", Static)
        note.update(content(f"! {board.note}{more}"))
        note.set_class(bool(board.note or more), "-told")

    def version(self, report: LinkReport) -> object:
        status = report.status
        return status and (status.audit_seq, status.now // (3 * self.shell.pulse_us))

    def look_again(self) -> None:
        self._of = None
        super().look_again()

    def is_idle(self, action: str) -> bool:
        if action == "pin_baseline":
            return self._board is None
        return action not in ("time_window", "baselines") and super().is_idle(action)

    def action_open(self) -> None:
        if (cell := self.rows.selected) is not None:
            self.shell.open_behaviour(cell.row.metric, cell.row.slice, self._hours)

    def action_time_window(self) -> None:
        self._hours = WINDOWS[(WINDOWS.index(self._hours) + 1) % len(WINDOWS)]
        self.rows.catch_up()

    def action_baselines(self) -> None:
        self.shell.open_baselines()

    def action_pin_baseline(self) -> None:
        board = self._board
        if board is None:
            return

        def answered(given: Given | None) -> None:
            if given is not None:
                self.run_worker(self._pin(given, board.until), group="acts")

        self.app.push_screen(behaviour_forms.pinning(board.baseline), answered)

    async def _pin(self, given: Given, newest: int) -> None:
        try:
            done = await self.shell.link.ask(behaviour_forms.pinned(given, newest))
        except LlmsecError as error:
            self.shell.say(str(error), bad=True, lasting=True)
        else:
            self.say(done.message)
        self.ask_again()

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if (cell := self.rows.selected) is None:
            return None
        return f"behaviour-{cell.row.metric}", {"behaviour": cell.row}
