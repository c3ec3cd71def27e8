"""The first screen: what is open, what comes in, what is followed, what was found last."""

from collections.abc import Iterator, Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Digits, Static

from llmsec_tui.console import figures, lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.bars import Bar
from llmsec_tui.console.chart import RateChart
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.look import LETTERS
from llmsec_tui.console.safe_text import Span, content, span
from llmsec_tui.console.screens.acts import AlertActs
from llmsec_tui.console.table import Table
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.api import AlertRow, GetAlert, GetOverview, Overview, SourceRow

SPANS = ((120, 5), (120, 30), (120, 720))
"""(buckets, seconds of each): ten minutes, an hour, a day."""


class Tile(Vertical):
    """How many alerts of one level are open, in large figures."""

    def __init__(self, level: str) -> None:
        super().__init__(classes=f"tile level-{level}")
        self._label = f"{LETTERS[level]} {'info' if level == 'informational' else level}"

    def compose(self) -> ComposeResult:
        yield Digits("–")
        yield Static(content(self._label))

    def show(self, number: int) -> None:
        """Show the number; zero stands back."""
        self.query_one(Digits).update(str(number) if number < 10_000 else f"{number // 1000}k")
        self.set_class(number == 0, "-none")


class OverviewPane(AlertActs):
    """Everything at a glance."""

    place = Place.OVERVIEW

    def __init__(self) -> None:
        super().__init__()
        self._zoom = 0

    def body(self) -> Iterator[Widget]:
        with Horizontal(id="tiles"):
            for level in LETTERS:
                yield Tile(level)
        yield Bar(id="totals")
        with Horizontal(id="middle"):
            with Vertical(id="rate"):
                yield Bar(id="rate-label", classes="label")
                yield RateChart()
            with Vertical(id="sources"):
                yield Bar(id="sources-label", classes="label")
                yield Table(
                    lists.SOURCES_AT_A_GLANCE, empty="No file is followed. :watch PATH follows one.", id="files"
                )
        with Vertical(id="latest"):
            yield self.label("Latest alerts")
            yield Table(lists.LATEST, empty="No alerts yet.", id="alerts")

    @property
    def latest(self) -> Table[AlertRow]:
        return self.query_one("#alerts", Table)

    @property
    def alert(self) -> AlertRow | None:
        return self.latest.selected

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#rate-label", Bar).show([span(" Events/s", "section")])
        self.query_one("#sources-label", Bar).show([span(" Sources", "section")])
        self.latest.focus()

    def version(self, report: LinkReport) -> object:
        status = report.status
        # The chart moves on although nothing comes in.
        return status and (status.alerts_seq, status.audit_seq, status.now // 1_000_000, self._zoom)

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="overview", exclusive=True)

    async def _ask(self) -> None:
        buckets, bucket_s = SPANS[self._zoom]
        try:
            overview = await self.shell.link.ask(GetOverview(buckets=buckets, bucket_s=bucket_s))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        self._show(overview)

    def _show(self, overview: Overview) -> None:
        for tile, level in zip(self.query(Tile), LETTERS, strict=True):
            tile.show(overview.open_by_level.get(level, 0))
        self.query_one("#totals", Bar).show(totals(overview))
        rate = [span(" Events/s", "section"), span(f"  {figures.rate(overview.events_per_s)} now", "quiet")]
        legend = [Span("▲", "level.high"), span(f" alerts · {_span_name(overview)} ", "quiet")]
        self.query_one("#rate-label", Bar).show(rate, legend)
        self.query_one(RateChart).show(overview.rate, overview.bucket_s)
        dead = overview.dead_letters
        lost = [span(f"{figures.count(dead)} dead letters ", "warn")] if dead else []
        self.query_one("#sources-label", Bar).show([span(" Sources", "section")], lost)
        files: Table[SourceRow] = self.query_one("#files", Table)
        files.show(sorted(overview.sources, key=lambda row: (-row.alerts, -row.events, row.path)))
        self.latest.show(overview.latest, self._kept_cursor(overview.latest))
        self.show_bars()

    def _kept_cursor(self, rows: Sequence[AlertRow]) -> int:
        """The cursor stays on its alert, so that a key never acts on another one."""
        chosen = self.latest.selected
        ids = [row.alert_id for row in rows]
        return ids.index(chosen.alert_id) if chosen is not None and chosen.alert_id in ids else 0

    def is_idle(self, action: str) -> bool:
        return action != "zoom" and self.alert is None

    @on(Table.Chosen, "#alerts")
    def _chosen(self, event: Table.Chosen) -> None:
        event.stop()
        self.action_open()

    def action_zoom(self) -> None:
        self._zoom = (self._zoom + 1) % len(SPANS)
        self.ask_again()

    def action_open(self) -> None:
        if self.latest.has_focus:
            if self.alert is not None:
                self.shell.open_alert(self.alert, "")
        else:
            self.shell.action_sources()

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if self.alert is None:
            return None
        detail = await self.shell.link.ask(GetAlert(alert_id=self.alert.alert_id))
        return f"alert-{self.alert.alert_id}", {"alert": detail}


def totals(overview: Overview) -> list[Span]:
    """What is not open, and how much there is of everything."""
    return [
        *desk(overview),
        span(f" {figures.count(overview.acknowledged)} acknowledged", "quiet"),
        span(f" · {figures.count(overview.dismissed)} dismissed", "quiet"),
        *([span(f" · {figures.count(overview.withdrawn)} withdrawn", "quiet")] if overview.withdrawn else []),
        *([span(f" · {figures.count(overview.suppressed)} suppressed", "quiet")] if overview.suppressed else []),
        span(f" · {figures.count(overview.events)} events", "quiet"),
        span(f" · {figures.count(overview.conversations)} conversations", "quiet"),
    ]


def desk(overview: Overview) -> list[Span]:
    """How the incidents stand; nothing when there are none."""
    number = overview.incidents_open
    if not number:
        return []
    late, nobodys = overview.incidents_breached, overview.incidents_unowned
    return [
        span(f" {figures.count(number)} incident{'s' if number != 1 else ''} open", "strong"),
        *([span(f", ! {figures.count(late)} late", "bad.strong")] if late else []),
        *([span(f", {figures.count(nobodys)} nobody's", "warn")] if nobodys else []),
        span(" ·", "faint"),
    ]


def _span_name(overview: Overview) -> str:
    return figures.duration(overview.bucket_s * len(overview.rate))
