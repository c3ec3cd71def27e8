"""One metric of one slice over time, with what explains it."""

from collections.abc import Iterator, Mapping
from functools import partial

from textual import on
from textual.widget import Widget

from llmsec_tui.console import behaviour_chart, behaviour_detail_text, behaviour_figures, figures
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.behaviour_chart import DriftChart, Plot
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.pager import Pager
from llmsec_tui.console.safe_text import Span, span
from llmsec_tui.console.screens.behaviour import WINDOWS
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.behaviour.api import BehaviourDetail, GetBehaviour

SPANS = (24, 72, 168, 720)
"""Hours that the chart may go back."""
_DAY = 24


class BehaviourChartPane(TextPane):
    """The crosshair stays on its hour while the chart moves on; until somebody moves it, it is at the newest."""

    place = Place.BEHAVIOUR_CHART
    deeper = "chart"

    def __init__(self, metric: str, part: str, hours: int, home: Place, at: int | None = None) -> None:
        """``at`` is the beginning (µs) of the hour to explain."""
        super().__init__(home)
        self._metric = metric
        self._part = part
        self._hours = hours
        self._span = SPANS[1]
        self._detail: BehaviourDetail | None = None
        self._at = at
        """The hour under the crosshair; None is the newest."""
        self._chosen: int | None = None
        self._until = at + behaviour_chart.HOUR if at is not None else None
        """The end (µs) of the hour that is explained; None for the newest time."""
        self._is_due = False
        self._is_asking = False

    def body(self) -> Iterator[Widget]:
        yield Bar(id="chart-title")
        yield Bar(id="chart-readout")
        yield DriftChart()
        yield Pager()

    def on_mount(self) -> None:
        super().on_mount()
        asking = [span(f" {self._metric} of {self._part}: asking the collector…", "quiet")]
        self.query_one("#chart-title", Bar).show(asking)

    def version(self, report: LinkReport) -> object:
        status = report.status
        return (
            self._span,
            self._hours,
            self._until,
            status and (status.audit_seq, status.now // (3 * self.shell.pulse_us)),
        )

    def look_again(self) -> None:
        """One question at a time: dropped for newer ones, answers that take long would never be seen."""
        self._is_due = True
        if not self._is_asking:
            self.run_worker(self._ask_while_due(), group="behaviour")

    async def _ask_while_due(self) -> None:
        self._is_asking = True
        try:
            while self._is_due:
                self._is_due = False
                await self._ask_for_it()
        finally:
            self._is_asking = False

    async def _ask_for_it(self) -> None:
        hours = self._hours if self._until is None else 1
        ask = GetBehaviour(
            metric=self._metric, slice=self._part, hours=hours, chart_hours=self._span, until=self._until
        )
        try:
            found = await self.shell.link.ask(ask)
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            if self._detail is None:
                told = [span(f" {self._metric} of {self._part}: nothing can be shown", "warn")]
                self.query_one("#chart-title", Bar).show(told)
            return
        fresh, self._detail = self._detail is None, found
        if self._chosen is not None:
            self._chosen = min(self._chosen, len(found.contributors) - 1) if found.contributors else None
        self.query_one("#chart-title", Bar).show(
            behaviour_detail_text.title(found.row), [span(self._window(), "quiet"), Span(" ")]
        )
        self._explain(from_top=fresh)
        self._point()

    def _window(self) -> str:
        """What is judged, and how much is charted."""
        judged = f"last {figures.duration(self._hours * 3600)}"
        if self._until is not None:
            judged = f"hour from {behaviour_figures.hour(self._until - behaviour_chart.HOUR)}"
        return f" {judged}, chart {figures.duration(self._span * 3600)}"

    def _explain(self, *, from_top: bool = False) -> None:
        if self._detail is not None:
            told = partial(behaviour_detail_text.explained, self._detail, self._chosen)
            self.pager.show(told, from_top=from_top)
        self.show_bars()

    # The crosshair

    @property
    def _cursor(self) -> int:
        points = self._detail.points if self._detail is not None else []
        if self._at is None or not points:
            return max(len(points) - 1, 0)
        return min(range(len(points)), key=lambda place: abs(points[place].at - (self._at or 0)))

    def _point(self) -> None:
        if (detail := self._detail) is not None:
            plot = Plot(detail.row, detail.points, detail.marks, self._cursor)
            self.query_one(DriftChart).show(plot)
            self.query_one("#chart-readout", Bar).show(behaviour_chart.readout(plot))

    def _put(self, place: int) -> None:
        points = self._detail.points if self._detail is not None else []
        if points:
            place = max(min(place, len(points) - 1), 0)
            self._at = points[place].at if place < len(points) - 1 else None
            self._point()

    @on(DriftChart.Pointed)
    def _pointed(self, event: DriftChart.Pointed) -> None:
        event.stop()
        self._put(event.index)

    def action_this_hour(self) -> None:
        """The crosshair's, with the conversations that take part in it; where it is explained already, the newest."""
        if (detail := self._detail) is None or not detail.points:
            return
        until = detail.points[self._cursor].at + behaviour_chart.HOUR
        self._until = None if self._until == until else until
        self._chosen = None
        self.ask_again()

    def action_earlier(self) -> None:
        self._put(self._cursor - 1)

    def action_later(self) -> None:
        self._put(self._cursor + 1)

    def action_day_earlier(self) -> None:
        self._put(self._cursor - _DAY)

    def action_day_later(self) -> None:
        self._put(self._cursor + _DAY)

    def action_next_change(self) -> None:
        """The first one after the crosshair, else the first of all."""
        if (detail := self._detail) is None or not detail.points:
            return
        points = detail.points
        begins, hour = points[0].at, behaviour_chart.HOUR
        places = sorted({(mark.at - begins) // hour for mark in detail.marks if mark.at >= begins})
        inside = [place for place in places if place < len(points)]
        if inside:
            self._put(next((place for place in inside if place > self._cursor), inside[0]))
        else:
            self.say("Nothing changed in this time, as far as is known.")

    # How much is seen

    def action_zoom_in(self) -> None:
        self._zoom(-1)

    def action_zoom_out(self) -> None:
        self._zoom(1)

    def _zoom(self, step: int) -> None:
        self._span = SPANS[max(min(SPANS.index(self._span) + step, len(SPANS) - 1), 0)]
        self.ask_again()

    def action_time_window(self) -> None:
        self._hours = WINDOWS[(WINDOWS.index(self._hours) + 1) % len(WINDOWS)]
        self._until = None
        self.ask_again()

    # The conversations

    def action_next_conversation(self) -> None:
        self._choose(1)

    def action_previous_conversation(self) -> None:
        self._choose(-1)

    def _choose(self, step: int) -> None:
        if self._detail is None or not (count := len(self._detail.contributors)):
            return
        before = self._chosen if self._chosen is not None else -1 if step > 0 else count
        self._chosen = max(min(before + step, count - 1), 0)
        self._explain()
        self.pager.to_match()

    def action_open(self) -> None:
        """An event of the conversation that is chosen, and from it to its others; the first key chooses one."""
        if self._detail is None or not self._detail.contributors:
            return
        if self._chosen is None:
            self._choose(1)
        else:
            one = self._detail.contributors[self._chosen]
            is_named = one.conversation_id and '"' not in one.conversation_id
            self.shell.open_event(one.event_id, f'conversation:"{one.conversation_id}"' if is_named else "")

    def is_idle(self, action: str) -> bool:
        if action in ("back", "time_window"):
            return False
        if action in ("open", "next_conversation", "previous_conversation"):
            return self._detail is None or not self._detail.contributors
        if action == "this_hour":
            return self._detail is None or not self._detail.points
        if action == "next_change":
            return self._detail is None or not self._detail.marks
        if action == "zoom_in":
            return self._span == SPANS[0]
        return self._span == SPANS[-1] if action == "zoom_out" else self._detail is None

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return (f"behaviour-{self._metric}", {"behaviour": self._detail}) if self._detail is not None else None
