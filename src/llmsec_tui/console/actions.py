"""Everything that can be done in the console, as one table: keys, footer, help, palette and ``:`` are made from it."""

from collections.abc import Iterable

from textual.binding import Binding, BindingType

from llmsec_tui.console.access_actions import ACCESS_ACTIONS
from llmsec_tui.console.action import (
    ANYWHERE,
    ON_ALERT,
    ON_EVENT,
    ON_MARKED,
    ON_ONE,
    ON_RULE,
    ON_TEXT,
    ON_THING,
    OPENING,
    QUEUES,
)
from llmsec_tui.console.action import Action as Action
from llmsec_tui.console.action import Owner as Owner
from llmsec_tui.console.action import Place as Place
from llmsec_tui.console.behaviour_actions import BEHAVIOUR_ACTIONS
from llmsec_tui.console.incident_actions import INCIDENT_ACTIONS
from llmsec_tui.console.people_actions import PEOPLE_ACTIONS

ACTIONS = (
    Action("overview", ("1",), "Overview", "Go to the overview", owner=Owner.APP, names=("overview", "home")),
    Action("alerts", ("2",), "Alerts", "Go to the alert queue", owner=Owner.APP, names=("alerts",)),
    Action(
        *("incidents", ("3",), "Incidents", "Go to the incidents that somebody has to deal with"),
        owner=Owner.APP,
        capability="incidents.read",
        names=("incidents", "queue"),
    ),
    Action("events", ("4",), "Events", "Go to the events, newest first", owner=Owner.APP, names=("events", "tail")),
    Action("sources", ("5",), "Sources", "Go to the followed files", owner=Owner.APP, names=("sources", "files")),
    Action("audit", ("6",), "Audit", "Go to the audit trail", owner=Owner.APP, names=("audit",)),
    Action("rules", ("7",), "Rules", "Go to the rules", owner=Owner.APP, names=("rules",)),
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
        *("campaigns", ("K",), "Campaigns", "Go to attacks that came again: in variants, or to others"),
        owner=Owner.APP,
        names=("campaigns",),
    ),
    Action(
        *("campaign", ("J",), "Campaign", "Open the campaign that the alert belongs to", ON_ALERT),
        names=("campaign",),
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
    *INCIDENT_ACTIONS,
    *ACCESS_ACTIONS,
    *PEOPLE_ACTIONS,
    *BEHAVIOUR_ACTIONS,
    Action("next", ("n",), "Next", "The next one down the list", ON_ONE, names=("next",), footer=4),
    Action("previous", ("p",), "Previous", "The one above in the list", ON_ONE, names=("previous", "prev")),
    Action("match", ("m",), "Match", "Scroll to the text that matched", frozenset({Place.ALERT}), footer=6),
    Action("event", ("e",), "Event", "Open the event of this alert", ON_ALERT, names=("event",)),
    Action(
        *("incident", ("i",), "Incident", "Go to the incident of this alert, or open one", ON_ALERT),
        capability="incidents.read",
        names=("incident",),
        footer=4,
    ),
    Action(
        *("mark", ("t",), "Mark", "Mark it: acts are then on all that is marked", ON_MARKED),
        names=("mark",),
    ),
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
        footer_places=ON_TEXT | {Place.SILENCES, Place.NOTIFICATIONS, Place.PEOPLE, Place.COMPARISON, Place.BASELINES},
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
NAMES = sorted({name for action in ACTIONS for name in action.names})

_KEY_NAMES = {
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "shift+tab": "shift-tab",
    "left": "←",
    "right": "→",
}
_KEY_NAMES |= {f"shift+{key}": f"shift-{_KEY_NAMES[key]}" for key in ("left", "right")}


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


def named(name: str, place: Place | None = None) -> Action | None:
    """The action that is called so after ``:``, on this screen if it is there, else anywhere."""
    found = [action for action in ACTIONS if name in action.names]
    return next((action for action in found if place in action.places), found[0] if found else None)


def search(words: str) -> list[Action]:
    """Actions whose keys, label, names or help contain every word."""
    wanted = words.casefold().split()
    return [action for action in ACTIONS if all(word in _text(action) for word in wanted)]


def _text(action: Action) -> str:
    keys = (*action.keys, *(key_name(key) for key in action.keys))
    return " ".join((*keys, *action.names, action.label, action.help, *sorted(action.places))).casefold()
