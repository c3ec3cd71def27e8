"""How fast the desk is, and how right the rules are."""

from collections.abc import Mapping
from functools import partial

from llmsec_tui.console import report_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.incidents.api import GetMetrics
from llmsec_tui.service.incidents.report_rows import Metrics

SPANS = (7, 30, 90)
"""Days to choose from."""


class MetricsPane(TextPane):
    """Tables in one text."""

    place = Place.METRICS
    deeper = "figures"

    def __init__(self, home: Place) -> None:
        super().__init__(home)
        self._days = SPANS[1]
        self._found: Metrics | None = None

    def version(self, report: LinkReport) -> object:
        status = report.status
        return self._days, status and (status.audit_seq, status.now // (5 * self.shell.pulse_us))

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="metrics", exclusive=True)

    async def _ask(self) -> None:
        try:
            found = await self.shell.link.ask(GetMetrics(days=self._days))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        fresh = self._found is None
        self._found = found
        self.pager.show(partial(report_text.metrics, found, self._days), from_top=fresh)
        self.show_bars()

    def is_idle(self, action: str) -> bool:
        return self._found is None and action != "back"

    def action_days(self) -> None:
        self._days = SPANS[(SPANS.index(self._days) + 1) % len(SPANS)]
        self.ask_again()

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return ("figures", {"metrics": self._found}) if self._found is not None else None
