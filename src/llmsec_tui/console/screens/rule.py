"""One rule: what it looks for, what it raised, and what to do about its alerts."""

from collections.abc import Mapping
from functools import partial

from llmsec_tui.console import rule_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.screens.rule_acts import RuleActs
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.rules.api import GetRule, ListRules, RuleDetail, RuleRow


class RulePane(TextPane, RuleActs):
    """One text to scroll; ``n`` and ``p`` go along the list that it was opened from."""

    place = Place.RULE
    deeper = "rule"

    def __init__(self, row: RuleRow, filter_text: str, home: Place) -> None:
        super().__init__(home, filter_text)
        self._row = row
        self._detail: RuleDetail | None = None

    @property
    def rule(self) -> RuleRow | None:
        return self._detail.row if self._detail is not None else None

    def version(self, report: LinkReport) -> object:
        status = report.status
        return self._row.rule_id, status and (status.rules_version, status.alerts_seq, status.audit_seq)

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="rule", exclusive=True)

    async def _ask(self) -> None:
        try:
            detail = await self.shell.link.ask(GetRule(rule_id=self._row.rule_id))
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        fresh = self._detail is None or self._detail.row.rule_id != detail.row.rule_id
        self._detail, self._row = detail, detail.row
        self.pager.show(partial(rule_text.whole, detail), from_top=fresh)
        self.show_bars()

    def is_idle(self, action: str) -> bool:
        return self.is_idle_on(action, self.rule)

    def action_next(self) -> None:
        self._step(ListRules(filter=self._filter, before=self._row.seq, limit=1), "This is the last rule of the list.")

    def action_previous(self) -> None:
        self._step(ListRules(filter=self._filter, after=self._row.seq, limit=1), "This is the first rule of the list.")

    def _step(self, ask: ListRules, end: str) -> None:
        self.run_worker(self._go(ask, end), group="step", exclusive=True)

    async def _go(self, ask: ListRules, end: str) -> None:
        try:
            page = await self.shell.link.ask(ask)
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        if page.rows and page.rows[0].rule_id:
            self._row = page.rows[0]
            self.ask_again()
        else:
            self.say(end)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        return (f"rule-{self._row.rule_id}", {"rule": self._detail}) if self._detail is not None else None
