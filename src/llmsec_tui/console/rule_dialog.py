"""A small window to choose a rule in: typing narrows the list."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from llmsec_tui.console.lists import CHOICE_OF_RULES
from llmsec_tui.console.safe_text import content
from llmsec_tui.console.table import Table
from llmsec_tui.service.rules.api import RuleRow


class RuleDialog(ModalScreen[str | None]):
    """Gives back the id of a rule, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
    ]

    def __init__(self, title: str, subject: str, rules: Sequence[RuleRow]) -> None:
        super().__init__()
        self._title = title
        self._subject = subject
        self._rules = rules

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(content(self._title), classes="title")
            yield Static(content(self._subject), classes="subject")
            yield Input(placeholder="Type to search titles, tags and ids", compact=True)
            yield Table(CHOICE_OF_RULES, empty="No rule has all of these words.")
            yield Static("↑ ↓ choose · enter explains · esc closes", classes="hint", markup=False)

    @property
    def _table(self) -> Table[RuleRow]:
        return self.query_one(Table)

    def on_mount(self) -> None:
        self._table.can_focus = False
        self._show("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted)
    def _entered(self) -> None:
        if (rule := self._table.selected) is not None:
            self.dismiss(rule.rule_id)

    @on(Table.Chosen)
    def _clicked(self, event: Table.Chosen) -> None:
        event.stop()
        self._entered()

    def action_move(self, by: int) -> None:
        self._table.move(by)

    def _show(self, typed: str) -> None:
        words = typed.casefold().split()
        self._table.show([rule for rule in self._rules if all(word in _text(rule) for word in words)], 0)


def _text(rule: RuleRow) -> str:
    return " ".join((rule.title, rule.rule_id, rule.level, rule.kind, *rule.tags)).casefold()
