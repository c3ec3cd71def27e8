"""The window in which alerts like one of them are silenced, once it was seen what that would have hidden."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from llmsec_tui.console import figures
from llmsec_tui.console.choice import Choice
from llmsec_tui.console.safe_text import content
from llmsec_tui.errors import LlmsecError
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.silences.api import AddSilence, Demand, PreviewSilence, SilencePreview

LASTING = (
    *(("30 minutes", 1_800), ("2 hours", 7_200), ("8 hours", 28_800)),
    *(("1 day", 86_400), ("7 days", 604_800), ("30 days", 2_592_000)),
)
_USUAL = 1
_HINT = "tab moves · ← → change · enter silences · esc leaves all as it is"


@dataclass(frozen=True, slots=True)
class Scope:
    """What could be silenced."""

    label: str
    demands: list[Demand]


def scopes(alert: AlertRow) -> list[Scope]:
    """What an alert can be an example of: its rule with one more thing that it has, the rule alone being the last."""
    rule = Demand(field="rule_id", value=alert.rule_id)
    things = (
        ("user", "user_id", alert.user_id),
        ("conversation", "conversation_id", alert.conversation_id),
        ("tool", "tool_name", alert.tool_name),
        ("app", "app", alert.app),
        ("file", "source_path", alert.source_path),
    )
    named = [
        Scope(f"this rule, {name} {value}", [rule, Demand(field=field, value=value)])
        for name, field, value in things
        if value
    ]
    return [*named, Scope("this rule, everywhere", [rule])]


class SilenceDialog(ModalScreen[AddSilence | None]):
    """Asks what, for how long and why; gives back the command, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(self, alert: AlertRow, ask: Callable[[PreviewSilence], Awaitable[Any]]) -> None:
        super().__init__()
        self._alert = alert
        self._scopes = scopes(alert)
        self._ask = ask
        self._preview: SilencePreview | None = None
        """Of what is chosen, once it is known."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Silence alerts like this", classes="title", markup=False)
            yield Static(content(self._alert.title), classes="subject")
            with Horizontal(classes="row"):
                yield Static("what", classes="name", markup=False)
                yield Choice([scope.label for scope in self._scopes], id="scope")
            with Horizontal(classes="row"):
                yield Static("for", classes="name", markup=False)
                yield Choice([name for name, _ in LASTING], _USUAL, id="lasting")
            with Horizontal(classes="row"):
                yield Static("because", classes="name", markup=False)
                yield Input(placeholder="Why?", max_length=1_000, compact=True)
            yield Static("", classes="preview", markup=False)
            yield Static(content(_HINT), classes="hint", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._look()

    @on(Choice.Changed, "#scope")
    def _other_scope(self) -> None:
        self._look()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        self._confirm()

    def on_key(self, event: Key) -> None:
        if event.key == "enter" and isinstance(self.focused, Choice):
            event.stop()
            self._confirm()

    def _confirm(self) -> None:
        """Give the command back, unless something is missing."""
        note = self.query_one(Input).value.strip()
        if self._preview is None:
            self._complain("What it would have hidden is not known yet.")
        elif self._preview.refusal:
            self._complain("It is too broad. Choose less.")
        elif not note:
            self._complain("A reason is required: say why.")
            self.query_one(Input).focus()
        else:
            until = time.time_ns() // 1000 + LASTING[self._chosen("#lasting")][1] * 1_000_000
            demands = self._scopes[self._chosen("#scope")].demands
            self.dismiss(AddSilence(command_id=uuid4().hex, demands=demands, until=until, note=note))

    def _chosen(self, which: str) -> int:
        return self.query_one(which, Choice).index

    def _complain(self, message: str) -> None:
        self.query_one(".hint", Static).update(content(message))
        self.add_class("-wrong")

    def _look(self) -> None:
        self._preview = None
        self.remove_class("-refused", "-wrong")
        self.query_one(".hint", Static).update(content(_HINT))
        self.query_one(".preview", Static).update("Looking what it would have hidden…")
        self.run_worker(self._ask_for_preview(self._chosen("#scope")), group="preview", exclusive=True)

    async def _ask_for_preview(self, scope: int) -> None:
        try:
            found: SilencePreview = await self._ask(PreviewSilence(demands=self._scopes[scope].demands))
        except LlmsecError as error:
            self._show(str(error), refused=True)
            return
        self._preview = found
        self._show(found.refusal or told(found), refused=bool(found.refusal))

    def _show(self, text: str, *, refused: bool) -> None:
        self.set_class(refused, "-refused")
        self.query_one(".preview", Static).update(content(text))


def told(found: SilencePreview) -> str:
    """A preview in a sentence."""
    share = figures.percent(found.hidden, found.total)
    alerts = "alert" if found.total == 1 else "alerts"
    return (
        f"It would have hidden {figures.count(found.hidden)} of the {figures.count(found.total)} {alerts} ({share}) of "
        f"the last {found.days} days. They are stored and counted all the same."
    )
