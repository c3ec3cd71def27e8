"""The rules: what each raised, and whether it runs."""

from collections.abc import Mapping, Sequence

from llmsec_tui.console import lists
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.rows import Reach
from llmsec_tui.console.screens.queue import Queue
from llmsec_tui.console.screens.rule_acts import RuleActs
from llmsec_tui.service.rules.api import GetRule, ListRules, RuleRow


class RulesPane(Queue[RuleRow], RuleActs):
    """The highest level first, then by title."""

    place = Place.RULES
    columns = lists.RULES
    empty = "No rules."
    tail = False

    @property
    def rule(self) -> RuleRow | None:
        row = self.rows.selected
        return row if row is not None and row.rule_id else None

    async def fetch(self, reach: Reach, filter_text: str) -> tuple[Sequence[RuleRow], int]:
        page = await self.shell.link.ask(
            ListRules(filter=filter_text, before=reach.before, after=reach.after, limit=reach.limit)
        )
        return page.rows, page.total

    def version(self, report: LinkReport) -> object:
        status = report.status
        return status and (
            *(status.rules_version, status.rules_off, status.problem),
            *(status.alerts_seq, status.audit_seq),
        )

    def is_idle(self, action: str) -> bool:
        if action == "open":
            return self.rows.selected is None
        return self.is_idle_on(action, self.rule)

    def action_open(self) -> None:
        if (rule := self.rule) is not None:
            self.shell.open_rule(rule, self.filter_bar.text)
        elif (broken := self.rows.selected) is not None:
            self.say(broken.why, bad=True)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if (rule := self.rule) is None:
            return None
        return f"rule-{rule.rule_id}", {"rule": await self.shell.link.ask(GetRule(rule_id=rule.rule_id))}
