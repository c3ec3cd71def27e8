"""Two models side by side."""

from collections.abc import Iterator, Mapping

from textual.widget import Widget

from llmsec_tui.console import usage_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.console.table import Table
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.behaviour.api import CompareModels, Comparison, ModelRow

SPANS = (24, 168, 720)
"""Hours to choose from."""


class ComparisonPane(Keeping):
    """Metric by metric; over the screen that was open."""

    place = Place.COMPARISON
    deeper = "compare"

    def __init__(self, home: Place, one: str, other: str) -> None:
        super().__init__()
        self._home = home
        self._one, self._other = one, other
        self._hours = SPANS[1]
        self._found: Comparison | None = None

    def compare(self, one: str, other: str) -> None:
        """Put these two side by side."""
        self._one, self._other = one, other
        self.ask_again()

    def body(self) -> Iterator[Widget]:
        yield Bar(id="models-head")
        yield Table(usage_text.MODELS, empty="There is nothing to compare in this time.", id="models")

    @property
    def home_place(self) -> Place:
        return self._home

    @property
    def table(self) -> Table[ModelRow]:
        return self.query_one("#models", Table)

    def on_mount(self) -> None:
        super().on_mount()
        self.table.focus()

    def version(self, report: LinkReport) -> object:
        return self._hours, report.status and report.status.now // (30 * self.shell.pulse_us)

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="comparison", exclusive=True)

    async def _ask(self) -> None:
        try:
            found = await self.shell.link.ask(CompareModels(one=self._one, other=self._other, hours=self._hours))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        self._found = found
        self.query_one("#models-head", Bar).show(usage_text.models_head(found, self._hours))
        self.table.show(found.rows)
        self.show_bars()

    def foot_note(self) -> list[Span]:
        return [span(f"{len(self._found.models)} models", "quiet")] if self._found is not None else []

    def is_idle(self, action: str) -> bool:
        if action in ("model_a", "model_b"):
            return self._found is None or len(self._found.models) < 3
        return action in ("copy", "write") and self._found is None

    def action_model_a(self) -> None:
        if (found := self._found) is not None:
            self.compare(_next(found.models, found.one, found.other), found.other)

    def action_model_b(self) -> None:
        if (found := self._found) is not None:
            self.compare(found.one, _next(found.models, found.other, found.one))

    def action_time_window(self) -> None:
        self._hours = SPANS[(SPANS.index(self._hours) + 1) % len(SPANS)]
        # A model may have done nothing in another time.
        self.compare("", "")

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return ("comparison", {"comparison": self._found}) if self._found is not None else None

    def action_back(self) -> None:
        self.app.pop_screen()


def _next(models: list[str], chosen: str, other: str) -> str:
    """The model after the chosen one, but not the other one."""
    rest = [name for name in models if name != other]
    return rest[(rest.index(chosen) + 1) % len(rest)] if chosen in rest else chosen
