"""What a person does with the audit journal, from whichever screen: verify it, prove a record, anchor it."""

from uuid import uuid4

from llmsec_tui.console import evidence
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.auditing.api import AnchorNow, ProveRecord


class JournalActs(Pane):
    """The actions of screens on the journal."""

    @property
    def seq(self) -> int | None:
        """The record that an action is about."""
        raise NotImplementedError

    def action_verify_journal(self) -> None:
        self.shell.open_verification()

    def action_prove(self) -> None:
        if (seq := self.seq) is not None:
            self.run_worker(self._prove(seq), group="keep", exclusive=True)

    def action_anchor(self) -> None:
        self.run_worker(self._anchor(), group="acts")

    async def _prove(self, seq: int) -> None:
        try:
            proof = await self.shell.link.ask(ProveRecord(command_id=uuid4().hex, seq=seq))
            path = evidence.write(f"proof-{seq}", evidence.as_json({"proof": proof}), evidence.folders(self.shell.home))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.say(f"Written to {path}; `llmsec-tui audit prove --script` gives the program that checks it.")

    async def _anchor(self) -> None:
        try:
            done = await self.shell.link.ask(AnchorNow(command_id=uuid4().hex))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.say(done.message)
        self.ask_again()
