"""What was pinned as usual, by whom and why."""

from collections.abc import Iterator, Mapping

from textual.widget import Widget

from llmsec_tui.console import behaviour_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.safe_text import span
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.table import Table
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.behaviour.api import BaselineRow, ListBaselines


class BaselinesPane(Keeping):
    """The newest first, which is the one in force; over the screen that was open."""

    place = Place.BASELINES
    deeper = "baselines"

    def __init__(self, home: Place) -> None:
        super().__init__()
        self._home = home

    def body(self) -> Iterator[Widget]:
        yield Bar(id="baselines-head")
        yield Table(behaviour_text.BASELINES, empty="Nothing was ever pinned as usual.", id="baselines")

    @property
    def home_place(self) -> Place:
        return self._home

    @property
    def table(self) -> Table[BaselineRow]:
        return self.query_one("#baselines", Table)

    def on_mount(self) -> None:
        super().on_mount()
        self.table.focus()

    def version(self, report: LinkReport) -> object:
        return report.status and report.status.audit_seq

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="baselines", exclusive=True)

    async def _ask(self) -> None:
        try:
            found = await self.shell.link.ask(ListBaselines())
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        self.table.show(found.rows)
        self._tell()
        self.show_bars()

    def on_table_moved(self) -> None:
        self._tell()

    def _tell(self) -> None:
        """The hash and the reason of the one under the cursor: they have no room in a list."""
        row = self.table.selected
        head = behaviour_text.baseline_head(row) if row is not None else [span(" No baseline", "warn")]
        self.query_one("#baselines-head", Bar).show(head)

    def is_idle(self, action: str) -> bool:
        return action in ("copy", "write") and self.table.selected is None

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        row = self.table.selected
        return (f"baseline-{row.version}", {"baseline": row}) if row is not None else None

    def action_back(self) -> None:
        self.app.pop_screen()
