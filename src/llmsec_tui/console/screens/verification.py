"""What a verification of the audit journal found."""

from collections.abc import Mapping
from functools import partial

from llmsec_tui.console import audit_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.auditing.api import GetHead, Head, Verification, VerifyJournal


class VerificationPane(TextPane):
    """Verifies when it is opened, and again when it is asked to."""

    place = Place.VERIFICATION
    deeper = "verification"

    def __init__(self, home: Place) -> None:
        super().__init__(home)
        self._found: Verification | None = None
        self._head: Head | None = None

    def version(self, report: LinkReport) -> object:
        return report.connections

    def look_again(self) -> None:
        self.run_worker(self._verify(), group="verify", exclusive=True)

    def action_verify_journal(self) -> None:
        self.say("Verifying …")
        self.ask_again()

    async def _verify(self) -> None:
        ask = self.shell.link.ask
        try:
            self._found = await ask(VerifyJournal())
            capabilities = self.shell.capabilities
            if capabilities is None or GetHead.capability in capabilities:
                self._head = await ask(GetHead())
        except CollectorGone:
            return
        except LlmsecError as error:
            self.say(str(error), bad=True)
            return
        self.pager.show(partial(audit_text.verification, self._found, self._head), from_top=True)
        self.show_bars()

    def is_idle(self, action: str) -> bool:
        return self._found is None and action != "back"

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        if self._found is None:
            return None
        return "verification", {"verification": self._found, "head": self._head}
