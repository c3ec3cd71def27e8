"""Why a rule fired on an event, or did not."""

from collections.abc import Mapping
from functools import partial

from llmsec_tui.console import explain_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.pager import Text
from llmsec_tui.console.safe_text import Span, preview
from llmsec_tui.console.screens.explaining import Explaining
from llmsec_tui.console.screens.text_pane import TextPane
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.rules.explain_api import Explain, Explained


class ExplainPane(TextPane, Explaining):
    """One text to scroll; asks again when the rules have changed."""

    place = Place.EXPLANATION
    deeper = "why"

    def __init__(self, event_id: str, rule: str, subject: str, home: Place) -> None:
        """``event_id`` may be an alert's, then an empty ``rule`` is the alert's own; ``subject`` says what it is."""
        super().__init__(home)
        self._event_id = event_id
        self._rule = rule
        self._subject = subject
        self._found: Explained | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self._tell(f"Looking at {self._subject} …")

    def version(self, report: LinkReport) -> object:
        return self._rule, report.status and (report.status.rules_version, report.status.rules_off)

    def look_again(self) -> None:
        self.run_worker(self._ask(), group="explain", exclusive=True)

    async def _ask(self) -> None:
        try:
            found = await self.shell.link.ask(Explain(event_id=self._event_id, rule=self._rule))
        except CollectorGone:
            return
        except LlmsecError as error:
            self._tell(str(error))
            return
        fresh = self._found is None or self._found.rule_id != found.rule_id
        self._found = found
        self.pager.show(partial(explain_text.whole, found), from_top=fresh)
        self.show_bars()

    def _tell(self, words: str) -> None:
        self.pager.show(lambda width: Text([[Span(" "), preview(words, "quiet")]]), from_top=True)

    def explained(self) -> tuple[str, str, list[str]] | None:
        found = self._found
        return (found.event_id, self._subject, [found.rule_id]) if found is not None else None

    def open_explanation(self, event_id: str, rule: str, subject: str) -> None:
        """In this place: the way back is to the alert or event, not through every rule that was looked at."""
        self._rule = rule
        self.ask_again()

    def is_idle(self, action: str) -> bool:
        return self._found is None and action != "back"

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        found = self._found
        return (f"why-{found.event_id}-{found.rule_id}", {"explanation": found}) if found is not None else None
