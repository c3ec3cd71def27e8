"""Show masked text in full: for one item, for a while, with a reason that goes on record."""

from uuid import uuid4

from llmsec_tui.console import figures
from llmsec_tui.console.dialogs import NoteDialog
from llmsec_tui.console.screens.base import Pane
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.content.api import RevealContent


class Revealing(Pane):
    """The action of screens on which one item with text is open."""

    def revealable(self) -> tuple[str, str, str] | None:
        """(event or alert, its id, its title for people); None while nothing is known yet."""
        raise NotImplementedError

    def action_reveal(self, reason: str = "") -> None:
        if (item := self.revealable()) is None:
            return
        of, name, title = item
        if self.shell.sees_all:
            self.say("Nothing is masked here: you see all content.")
        elif reason:
            self._reveal(of, name, reason)
        else:

            def noted(note: str | None) -> None:
                if note is not None:
                    self._reveal(of, name, note)

            self.app.push_screen(NoteDialog(f"Show this {of} in full", title, required=True), noted)

    def _reveal(self, of: str, name: str, reason: str) -> None:
        self.run_worker(self._ask_to_reveal(of, name, reason), group="acts")

    async def _ask_to_reveal(self, of: str, name: str, reason: str) -> None:
        try:
            shown = await self.shell.link.ask(RevealContent(command_id=uuid4().hex, of=of, id=name, reason=reason))
        except LlmsecError as error:
            self.say(str(error), bad=True)
        else:
            self.say(f"Shown in full until {figures.moment(shown.until)}; that is on record.")
        self.ask_again()

    def is_over(self, until: int) -> bool:
        """Whether what is shown in full until then has to be masked again."""
        return 0 < until <= self.shell.now
