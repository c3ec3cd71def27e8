"""Ask why a rule fired on an event or did not, from the screens that are about one event."""

from llmsec_tui.console.rule_dialog import RuleDialog
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.asks import PAGE_LIMIT
from llmsec_tui.service.rules.api import ListRules, RuleRow


class Explaining(Keeping):
    """The action of these screens."""

    def explained(self) -> tuple[str, str, list[str]] | None:
        """The event, what it is called, and the ids of the rules that most likely matter; None before it is known."""
        raise NotImplementedError

    def open_explanation(self, event_id: str, rule: str, subject: str) -> None:
        """Show it."""
        self.shell.explain(event_id, rule, subject)

    def action_explain(self, rule: str = "") -> None:
        if (about := self.explained()) is None:
            return
        if rule:
            self.open_explanation(about[0], rule, about[1])
        else:
            self.run_worker(self._choose(*about), group="explain-choose", exclusive=True)

    async def _choose(self, event_id: str, subject: str, first: list[str]) -> None:
        try:
            rules = await self._rules()
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        rules.sort(key=lambda row: row.rule_id not in first)

        def chosen(rule_id: str | None) -> None:
            if rule_id is not None:
                self.open_explanation(event_id, rule_id, subject)

        self.app.push_screen(RuleDialog("Explain which rule?", subject, rules), chosen)

    async def _rules(self) -> list[RuleRow]:
        """All that can be run."""
        rows: list[RuleRow] = []
        before: int | None = None
        while page := (await self.shell.link.ask(ListRules(before=before, limit=PAGE_LIMIT))).rows:
            rows += page
            before = page[-1].seq
            if len(page) < PAGE_LIMIT:
                break
        return [row for row in rows if row.rule_id]
