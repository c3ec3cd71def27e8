"""What a person does with a rule, from whichever screen: turn it off or on, have all read again."""

from typing import Literal
from uuid import uuid4

from llmsec_tui.console.dialogs import NoteDialog
from llmsec_tui.console.screens.acts import Keeping
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.asks import Command, Done
from llmsec_tui.service.rules.api import DisableRule, EnableRule, ReloadRules, RuleRow

_COMMANDS: dict[str, type[DisableRule] | type[EnableRule]] = {"off": DisableRule, "on": EnableRule}


class RuleActs(Keeping):
    """The actions of screens on which a rule is under the cursor."""

    @property
    def rule(self) -> RuleRow | None:
        """The rule that an action is about; None too for a file that holds none."""
        raise NotImplementedError

    def is_idle_on(self, action: str, rule: RuleRow | None) -> bool:
        """Whether an action on this rule would do nothing."""
        if action == "disable_rule":
            return rule is None or rule.state == "off"
        if action == "enable_rule":
            return rule is None or rule.state != "off"
        return rule is None and action not in ("filter", "back", "reload_rules")

    def action_disable_rule(self, note: str = "") -> None:
        self._turn("off", note)

    def action_enable_rule(self, note: str = "") -> None:
        self._turn("on", note)

    def action_reload_rules(self) -> None:
        self._send(ReloadRules(command_id=uuid4().hex))

    def _turn(self, to: Literal["off", "on"], note: str) -> None:
        rule = self.rule
        if rule is None:
            return

        def noted(reason: str | None) -> None:
            if reason is not None:
                self._send(_COMMANDS[to](command_id=uuid4().hex, rule_id=rule.rule_id, note=reason))

        if note:
            noted(note)
        else:
            self.app.push_screen(NoteDialog(f"Turn this rule {to}", rule.title, required=True), noted)

    def _send(self, command: Command[Done]) -> None:
        self.run_worker(self._carry_out(command), group="acts")

    async def _carry_out(self, command: Command[Done]) -> None:
        try:
            done = await self.shell.link.ask(command)
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.say(done.message)
        self.ask_again()
