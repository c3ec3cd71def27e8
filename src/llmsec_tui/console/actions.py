"""Everything that can be done in the console, as one table: keys, footer, help, palette and ``:`` are made from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType


class Place(StrEnum):
    """A screen that an action belongs to; its value is what the help calls it."""

    OVERVIEW = "overview"
    ALERTS = "alerts"
    EVENTS = "events"
    SOURCES = "sources"
    AUDIT = "audit"
    RULES = "rules"
    SILENCES = "silences"
    ALERT = "one alert"
    EVENT = "one event"
    RULE = "one rule"
    EXPLANATION = "an explanation"


ANYWHERE = frozenset(Place)
QUEUES = frozenset({Place.ALERTS, Place.EVENTS, Place.AUDIT, Place.RULES, Place.SILENCES})
OPENING = frozenset({Place.OVERVIEW, Place.ALERTS, Place.EVENTS, Place.RULES, Place.ALERT, Place.SILENCES})
ON_ALERT = frozenset({Place.OVERVIEW, Place.ALERTS, Place.ALERT})
ON_RULE = frozenset({Place.RULES, Place.RULE})
ON_ONE = frozenset({Place.ALERT, Place.EVENT, Place.RULE})
ON_TEXT = ON_ONE | {Place.EXPLANATION}
ON_EVENT = frozenset({Place.ALERT, Place.EVENT, Place.EXPLANATION})
ON_THING = ON_RULE | ON_EVENT | {Place.OVERVIEW, Place.ALERTS, Place.EVENTS, Place.SILENCES}


class Owner(StrEnum):
    """Who has the ``action_…`` method."""

    APP = "app"
    SCREEN = "screen"
    LINES = ""
    """The focused list or text."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do."""

    id: str
    keys: tuple[str, ...]
    label: str
    """A word or two, for the footer."""
    help: str
    places: frozenset[Place] = ANYWHERE
    owner: Owner = Owner.SCREEN
    capability: str = ""
    """What the service will ask for; without it the action is hidden here."""
    names: tuple[str, ...] = ()
    """What it is called after ``:``, the first being the usual one; without names it cannot be."""
    argument: str = ""
    """What may follow the name."""
    footer: int = 0
    """Rank in the footer, 1 first; 0 is not shown."""
    footer_places: frozenset[Place] = ANYWHERE
    """Screens whose footer it is in."""

    @property
    def target(self) -> str:
        """As Textual writes an action."""
        return f"{self.owner}.{self.id}" if self.owner else self.id


ACTIONS = (
    Action("overview", ("1",), "Overview", "Go to the overview", owner=Owner.APP, names=("overview", "home")),
    Action("alerts", ("2",), "Alerts", "Go to the alert queue", owner=Owner.APP, names=("alerts",)),
    Action("events", ("3",), "Events", "Go to the events, newest first", owner=Owner.APP, names=("events", "tail")),
    Action("sources", ("4",), "Sources", "Go to the followed files", owner=Owner.APP, names=("sources", "files")),
    Action("audit", ("5",), "Audit", "Go to the audit trail", owner=Owner.APP, names=("audit",)),
    Action("rules", ("6",), "Rules", "Go to the rules", owner=Owner.APP, names=("rules",)),
    Action("open", ("enter",), "Open", "Open what the cursor is on", OPENING, footer=1),
    Action(
        *("acknowledge", ("a",), "Ack", "Take the alert: you become its owner", ON_ALERT),
        capability="alerts.acknowledge",
        names=("ack", "acknowledge", "take"),
        argument="[NOTE]",
        footer=2,
    ),
    Action(
        *("acknowledge_with_note", ("A",), "Ack+note", "Take the alert and say something about it", ON_ALERT),
        capability="alerts.acknowledge",
    ),
    Action(
        *("dismiss_alert", ("d",), "Dismiss", "Put the alert away; a note must say why", ON_ALERT),
        capability="alerts.dismiss",
        names=("dismiss",),
        argument="[NOTE]",
        footer=3,
    ),
    Action(
        *("silence", ("s",), "Silence", "Show no alerts like this one for a while; a note must say why", ON_ALERT),
        capability="alerts.silence",
        names=("silence",),
        footer=5,
        footer_places=frozenset({Place.ALERTS}),
    ),
    Action(
        *("behind", ("b",), "Behind", "List its group, with what is not shown because of it", ON_ALERT),
        names=("behind",),
    ),
    Action(
        *("group", ("v",), "Group", "One line for each group of alerts, or for each alert", frozenset({Place.ALERTS})),
        names=("group",),
        footer=6,
    ),
    Action(
        *("silences", ("S",), "Silences", "Go to what is silenced, by whom and until when"),
        owner=Owner.APP,
        names=("silences",),
    ),
    Action(
        *("end_silence", ("x",), "End", "End the silence; a note may say why", frozenset({Place.SILENCES})),
        capability="alerts.silence",
        names=("end",),
        argument="[NOTE]",
        footer=2,
    ),
    Action(
        *("disable_rule", ("d",), "Turn off", "Let the rule raise no alerts; a note must say why", ON_RULE),
        capability="rules.switch",
        names=("disable",),
        argument="[NOTE]",
        footer=2,
    ),
    Action(
        *("enable_rule", ("e",), "Turn on", "Let the rule raise alerts again; a note must say why", ON_RULE),
        capability="rules.switch",
        names=("enable",),
        argument="[NOTE]",
        footer=3,
    ),
    Action(
        *("reload_rules", ("r",), "Reload", "Read the rule files again; broken ones change nothing", ON_RULE),
        capability="rules.reload",
        names=("reload",),
        footer=6,
    ),
    Action("next", ("n",), "Next", "The next one down the list", ON_ONE, names=("next",), footer=4),
    Action("previous", ("p",), "Previous", "The one above in the list", ON_ONE, names=("previous", "prev"), footer=5),
    Action("match", ("m",), "Match", "Scroll to the text that matched", frozenset({Place.ALERT}), footer=6),
    Action("event", ("e",), "Event", "Open the event of this alert", ON_ALERT, names=("event",)),
    Action(
        *("explain", ("x",), "Explain", "Say why a rule fired on this event or did not, part by part", ON_EVENT),
        capability="events.read",
        names=("explain", "why"),
        argument="[RULE]",
        footer=6,
    ),
    Action("next_section", ("]",), "Section", "Scroll to the next section", ON_TEXT),
    Action("previous_section", ("[",), "Section", "Scroll to the section before", ON_TEXT),
    Action(
        *("filter", ("/",), "Filter", "Narrow the list; an empty filter shows all", QUEUES),
        names=("filter",),
        argument="[EXPRESSION]",
        footer=4,
    ),
    Action(
        "zoom", ("z",), "Time span", "Chart the last 10 minutes, hour or day", frozenset({Place.OVERVIEW}), footer=5
    ),
    Action(
        *("pause", ("space",), "Pause", "Freeze the screen; nothing is lost meanwhile"),
        owner=Owner.APP,
        names=("pause",),
        footer=8,
        footer_places=ANYWHERE - ON_TEXT,
    ),
    Action("copy", ("y",), "Copy", "Copy it as JSON to the terminal's clipboard (OSC 52)", ON_THING, names=("copy",)),
    Action("write", ("w",), "Write", "Write it as JSON to a file", ON_THING, names=("write",), footer=7),
    Action(
        *("watch", (), "Watch", "Follow another file, folder or glob"),
        owner=Owner.APP,
        capability="sources.watch",
        names=("watch",),
        argument="PATH",
    ),
    Action("command", (":",), "Command", "Type a command; tab completes", owner=Owner.APP),
    Action("command_palette", ("ctrl+p",), "Palette", "Find an action by its name", owner=Owner.APP),
    Action("help", ("?",), "Help", "Show all keys; type to search", owner=Owner.APP, names=("help",)),
    Action(
        *("back", ("escape",), "Back", "Leave the filter, then the panel, then the screen"),
        footer=9,
        footer_places=ON_TEXT | {Place.SILENCES},
    ),
    Action("quit", ("q",), "Quit", "Leave the console; the collector goes on", owner=Owner.APP, names=("quit", "q")),
    Action("focus_next", ("tab",), "Panel", "Go to the next panel", owner=Owner.APP),
    Action("focus_previous", ("shift+tab",), "Panel", "Go to the panel before", owner=Owner.APP),
    Action("down", ("j", "down"), "Down", "One line down", owner=Owner.LINES),
    Action("up", ("k", "up"), "Up", "One line up", owner=Owner.LINES),
    Action("half_down", ("ctrl+d",), "Half down", "Half a page down", owner=Owner.LINES),
    Action("half_up", ("ctrl+u",), "Half up", "Half a page up", owner=Owner.LINES),
    Action("page_down", ("pagedown", "ctrl+f"), "Page down", "A page down", owner=Owner.LINES),
    Action("page_up", ("pageup", "ctrl+b"), "Page up", "A page up", owner=Owner.LINES),
    Action("first", ("g", "home"), "First", "To the beginning; live lists follow again", owner=Owner.LINES),
    Action("last", ("G", "end"), "Last", "To the end", owner=Owner.LINES),
)

BY_ID = {action.id: action for action in ACTIONS}
BY_NAME = {name: action for action in ACTIONS for name in action.names}

_KEY_NAMES = {"escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "shift+tab": "shift-tab"}


def key_name(key: str) -> str:
    """A key as people write it."""
    return _KEY_NAMES.get(key, key.replace("ctrl+", "^"))


def _bindings(actions: Iterable[Action]) -> list[BindingType]:
    return [
        Binding(key, action.target, action.label, show=False, id=f"{action.id}.{key}")
        for action in actions
        for key in action.keys
    ]


def app_bindings() -> list[BindingType]:
    """Keys that work on every screen. Textual binds the palette's by itself."""
    return _bindings(a for a in ACTIONS if a.owner is Owner.APP and a.id != "command_palette")


def screen_bindings(place: Place) -> list[BindingType]:
    """Keys of one screen."""
    return _bindings(a for a in ACTIONS if a.owner is Owner.SCREEN and place in a.places)


def line_bindings() -> list[BindingType]:
    """Keys that move in lists and texts."""
    return _bindings(a for a in ACTIONS if a.owner is Owner.LINES)


def footer(place: Place) -> list[Action]:
    """What the footer of a screen offers, most wanted first."""
    return sorted(
        (a for a in ACTIONS if a.footer and place in a.places & a.footer_places), key=lambda action: action.footer
    )


def permitted(action: Action, capabilities: Iterable[str] | None) -> bool:
    """Whether the role may do it, as far as is known; the service has the last word."""
    return not action.capability or capabilities is None or action.capability in capabilities


def search(words: str) -> list[Action]:
    """Actions whose keys, label, names or help contain every word."""
    wanted = words.casefold().split()
    return [action for action in ACTIONS if all(word in _text(action) for word in wanted)]


def _text(action: Action) -> str:
    keys = (*action.keys, *(key_name(key) for key in action.keys))
    return " ".join((*keys, *action.names, action.label, action.help, *sorted(action.places))).casefold()
