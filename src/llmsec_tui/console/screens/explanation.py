"""Why a rule fired on an event, or did not."""

from collections.abc import Iterator, Mapping
from functools import partial

from textual.widget import Widget

from llmsec_tui.console import explain_text
from llmsec_tui.console.actions import Place
from llmsec_tui.console.link import LinkReport
from llmsec_tui.console.pager import Pager, Text
from llmsec_tui.console.safe_text import Span, preview, span
from llmsec_tui.console.screens.explaining import Explaining
from llmsec_tui.errors import CollectorGone, LlmsecError
from llmsec_tui.service.explain_api import Explain, Explained


class ExplainPane(Explaining):
    """One text to scroll; asks again when the rules have changed."""

    place = Place.EXPLANATION
    deeper = "why"

    def __init__(self, event_id: str, rule: str, subject: str, home: Place) -> None:
        """``event_id`` may be an alert's, then an empty ``rule`` is the alert's own; ``subject`` says what it is."""
        super().__init__()
        self._event_id = event_id
        self._rule = rule
        self._subject = subject
        self._home = home
        self._found: Explained | None = None

    def body(self) -> Iterator[Widget]:
        yield Pager()

    @property
    def home_place(self) -> Place:
        return self._home

    @property
    def pager(self) -> Pager:
        return self.query_one(Pager)

    def on_mount(self) -> None:
        super().on_mount()
        self._tell(f"Looking at {self._subject} …")
        self.pager.focus()

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

    def foot_note(self) -> list[Span]:
        return [span(self.pager.seen, "quiet")]

    def is_idle(self, action: str) -> bool:
        return self._found is None and action != "back"

    def on_pager_scrolled(self) -> None:
        self.show_bars()

    def action_next_section(self) -> None:
        self.pager.to_section(1)

    def action_previous_section(self) -> None:
        self.pager.to_section(-1)

    async def kept(self) -> tuple[str, Mapping[str, object]] | None:
        found = self._found
        return (f"why-{found.event_id}-{found.rule_id}", {"explanation": found}) if found is not None else None

    def action_back(self) -> None:
        self.app.pop_screen()
