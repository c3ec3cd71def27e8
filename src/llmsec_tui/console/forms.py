"""A window that asks for a few things at once: texts, choices, and one of many found by typing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from llmsec_tui.console.choice import Choice
from llmsec_tui.console.columns import Column
from llmsec_tui.console.masked_input import MaskedInput
from llmsec_tui.console.safe_text import content, preview
from llmsec_tui.console.table import Table


@dataclass(frozen=True, slots=True)
class Option:
    """A value, and what people are shown for it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to give. With ``options`` it is one of these; with ``free`` too, these are only proposals."""

    name: str
    label: str
    hint: str = ""
    """What stands in it while it is empty."""
    required: bool = False
    complaint: str = ""
    """What to say when it is required and missing."""
    options: Sequence[Option] = ()
    free: bool = False
    """Typed, with the options beneath it to choose from."""
    value: str = ""
    """What it begins with."""
    only_with: tuple[str, str] | None = None
    """Asked only while the field of this name has this value."""
    refuse: Callable[[str], str] | None = None
    """Why what was typed will not do, or nothing."""
    secret: bool = False
    """Not shown while it is typed, taken with the spaces around it, and gone when the window closes."""


Given = Mapping[str, str]
"""What was given, by the fields' names, without spaces around it."""
Check = Callable[[Given], str]
"""A warning to be confirmed by another enter, or nothing; or why it will not do together."""

_OPTIONS: tuple[Column[Option], ...] = (Column("", 20, lambda row: preview(row.label), grow=1),)
_HINT = "tab moves · enter {} · esc leaves everything as it is"


class Form(ModalScreen[Given | None]):
    """Gives back what was given, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]

    def __init__(
        self,
        title: str,
        subject: str,
        fields: Sequence[Field],
        *,
        does: str,
        told: str = "",
        check: Check | None = None,
        refuse: Check | None = None,
    ) -> None:
        """``does`` is what enter does, in a word; ``told`` stands beneath the fields. What ``check`` warns of can be
        confirmed, what ``refuse`` says cannot.
        """
        super().__init__()
        self._title = title
        self._subject = subject
        self._fields = fields
        self._does = does
        self._told = told
        self._check = check
        self._refuse = refuse
        self._warned = ""
        """The warning that another enter confirms."""
        self._options = {field.name: list(field.options) for field in fields}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(content(self._title), classes="title")
            yield Static(content(self._subject), classes="subject")
            for field in self._fields:
                with Horizontal(classes="row", id=f"row-{field.name}"):
                    yield Static(content(field.label), classes="name")
                    yield _entry(field)
                if field.free:
                    yield Table(_OPTIONS, empty="Nothing like this is known.", id=f"options-{field.name}")
            if self._told:
                yield Static(content(self._told), classes="preview")
            yield Static("", classes="warning", markup=False)
            yield Static(content(_HINT.format(self._does)), classes="hint")

    def on_mount(self) -> None:
        for field in self._fields:
            if field.free:
                self._table(field).can_focus = False
                self._narrow(field, field.value)
        self._arrange()
        entries = [self._entry(field) for field in self._fields]
        unanswered = [one for one in entries if not (isinstance(one, Input) and one.value)]
        if entries:
            (unanswered or entries)[0].focus()

    def on_descendant_focus(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Fields that are not asked for are hidden; proposals are shown for the field that is typed into."""
        proposing = self._proposing()
        for field in self._fields:
            self.query_one(f"#row-{field.name}").display = self._asked(field)
            if field.free:
                self._table(field).display = field is proposing

    def _asked(self, field: Field) -> bool:
        if field.only_with is None:
            return True
        name, value = field.only_with
        return any(self._value(one) == value for one in self._fields if one.name == name)

    # Fields

    def _entry(self, field: Field) -> Widget:
        return self.query_one(f"#field-{field.name}")

    def _table(self, field: Field) -> Table[Option]:
        return self.query_one(f"#options-{field.name}", Table)

    def _proposing(self) -> Field | None:
        """The field with proposals that is typed into."""
        focused = self.focused
        return next((field for field in self._fields if field.free and focused is self._entry(field)), None)

    def propose(self, name: str, options: Sequence[Option]) -> None:
        """What has been looked up meanwhile for a field that is typed; these come after what it has."""
        self._options[name] += [one for one in options if one not in self._options[name]]
        for field in self._fields:
            if field.name == name and field.free and self.is_mounted:
                entry = self._entry(field)
                assert isinstance(entry, Input)
                self._narrow(field, entry.value)

    def _narrow(self, field: Field, typed: str) -> None:
        words = typed.casefold().split()
        known = self._options[field.name]
        table = self._table(field)
        table.show([one for one in known if all(word in one.label.casefold() for word in words)], 0)
        table.styles.height = min(max(len(known), 1), 6) + 1

    def given(self) -> dict[str, str]:
        """What stands in the fields now."""
        return {field.name: self._value(field) for field in self._fields if self._asked(field)}

    def _value(self, field: Field) -> str:
        entry = self._entry(field)
        if isinstance(entry, Choice):
            return field.options[entry.index].value
        assert isinstance(entry, Input)
        if field.secret:
            return entry.value
        typed = entry.value.strip()
        if field.free and typed:
            known = self._options[field.name]
            exact = [one for one in known if typed.casefold() in (one.value.casefold(), one.label.casefold())]
            return exact[0].value if exact else typed
        return typed

    # What people do

    def action_move(self, by: int) -> None:
        if (field := self._proposing()) is not None:
            self._table(field).move(by)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._calm()
        for field in self._fields:
            if field.free and event.input is self._entry(field):
                self._narrow(field, event.value)

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self._calm()
        self._arrange()

    @on(Table.Chosen)
    def _clicked(self, event: Table.Chosen) -> None:
        event.stop()
        for field in self._fields:
            if field.free and event.table is self._table(field):
                self._take(field)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._confirm()

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter" and isinstance(self.focused, Choice):
            event.stop()
            self._confirm()

    def _take(self, field: Field) -> bool:
        """Put the proposal under the cursor into its field; False when there is none or it stands there."""
        entry, chosen = self._entry(field), self._table(field).selected
        assert isinstance(entry, Input)
        if chosen is None or self._value(field) == chosen.value:
            return False
        entry.value = chosen.value
        entry.cursor_position = len(entry.value)
        return True

    def _confirm(self) -> None:
        """Give back what stands there, unless something is missing or has to be confirmed."""
        proposing = self._proposing()
        if proposing is not None and self._take(proposing):
            self._next_missing()
            return
        given = self.given()
        for field in self._fields:
            if field.name in given and (wrong := _wrong(field, given[field.name])) != "":
                self._complain(wrong)
                self._entry(field).focus()
                return
        if self._refuse is not None and (wrong := self._refuse(given)):
            self._complain(wrong)
            return
        warning = self._check(given) if self._check is not None else ""
        if warning and warning != self._warned:
            self._warned = warning
            self.add_class("-warned")
            self.query_one(".warning", Static).update(content(f"! {warning}"))
            self.query_one(".hint", Static).update(content(f"enter again {self._does} all the same · esc cancels"))
            return
        self._forget_secrets()
        self.dismiss(given)

    def action_leave(self) -> None:
        self._forget_secrets()
        self.dismiss(None)

    def _forget_secrets(self) -> None:
        for entry in self.query(MaskedInput):
            entry.forget()

    def _next_missing(self) -> None:
        for field in self._fields:
            if self._asked(field) and not self._value(field):
                self._entry(field).focus()
                return

    def _complain(self, message: str) -> None:
        self.query_one(".hint", Static).update(content(message))
        self.add_class("-wrong")

    def _calm(self) -> None:
        self._warned = ""
        self.remove_class("-wrong", "-warned")
        self.query_one(".warning", Static).update("")
        self.query_one(".hint", Static).update(content(_HINT.format(self._does)))


def _wrong(field: Field, value: str) -> str:
    if field.required and not value:
        return field.complaint or f"{field.label.capitalize()} is required."
    return field.refuse(value) if field.refuse is not None and value else ""


def _entry(field: Field) -> Widget:
    if field.options and not field.free:
        values = [one.value for one in field.options]
        index = values.index(field.value) if field.value in values else 0
        return Choice([one.label for one in field.options], index, id=f"field-{field.name}")
    if field.secret:
        return MaskedInput(id=f"field-{field.name}")
    return Input(field.value, placeholder=field.hint, max_length=2_000, compact=True, id=f"field-{field.name}")
