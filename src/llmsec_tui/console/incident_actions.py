"""What can be done about incidents: the part of the table of actions that is the incident desk's."""

from llmsec_tui.console.action import ON_INCIDENT, Action, Owner, Place

_QUEUE = frozenset({Place.INCIDENTS})
_ONE = frozenset({Place.INCIDENT})
_READ = "incidents.read"
_WORK = "incidents.work"


def _section(name: str, key: str, what: str) -> Action:
    return Action(f"see_{name}", (key,), name.capitalize(), f"Show {what}", _ONE, names=(f"see-{name}",))


def _saved(name: str, what: str) -> Action:
    return Action(
        f"show_{name}", (), name.capitalize(), f"List {what}", owner=Owner.APP, capability=_READ, names=(name,)
    )


INCIDENT_ACTIONS = (
    Action(
        *("ack_incident", ("a",), "Ack", "Take the incident: you become its owner", ON_INCIDENT),
        capability="incidents.acknowledge",
        names=("ack", "acknowledge", "take"),
        argument="[NOTE]",
        footer=2,
    ),
    Action(
        *("take_over", ("T",), "Take over", "Take the incident from its owner; a note must say why", ON_INCIDENT),
        capability="incidents.acknowledge",
        names=("take-over",),
        argument="[NOTE]",
    ),
    Action(
        *("assign", ("A",), "Assign", "Give the incident to somebody", ON_INCIDENT),
        capability=_WORK,
        names=("assign",),
        argument="[PERSON]",
    ),
    Action(
        *("investigate", ("i",), "Investigate", "Say that you look into it", ON_INCIDENT),
        capability=_WORK,
        names=("investigate",),
        argument="[NOTE]",
        footer=3,
    ),
    Action(
        *("contain", ("c",), "Contain", "Say that it does no more harm; a note must say how", ON_INCIDENT),
        capability=_WORK,
        names=("contain",),
        argument="[NOTE]",
        footer=3,
    ),
    Action(
        *("resolve", ("R",), "Resolve", "Say that it is mended; a note must say how", ON_INCIDENT),
        capability=_WORK,
        names=("resolve",),
        argument="[NOTE]",
        footer=5,
    ),
    Action(
        *("hold", ("h",), "Hold", "Wait for somebody outside, the clocks standing still; or go on", ON_INCIDENT),
        capability=_WORK,
        names=("hold", "resume"),
        argument="[NOTE]",
    ),
    Action(
        *("close", ("C",), "Close", "Close it: what it was, and why; open tasks are waived or refuse it", ON_INCIDENT),
        capability="incidents.close",
        names=("close",),
        footer=6,
    ),
    Action(
        *("reopen", ("O",), "Reopen", "Open it again with the alerts that its close closed", ON_INCIDENT),
        capability="incidents.reopen",
        names=("reopen",),
        argument="[NOTE]",
        footer=2,
    ),
    Action(
        *("merge", ("M",), "Merge", "Put its alerts into another incident", ON_INCIDENT),
        capability="incidents.merge",
        names=("merge",),
        argument="[INCIDENT]",
    ),
    Action(
        *("unmerge", ("u",), "Unmerge", "Take the merge back", ON_INCIDENT),
        capability="incidents.merge",
        names=("unmerge",),
        argument="[NOTE]",
        footer=2,
    ),
    Action(
        *("set_level", ("L",), "Level", "Say how bad it is; a note must say why", ON_INCIDENT),
        capability=_WORK,
        names=("level",),
    ),
    Action(
        *("note", ("N",), "Note", "Write a note", ON_INCIDENT),
        capability=_WORK,
        names=("note",),
        argument="[NOTE]",
        footer=7,
    ),
    Action(
        *("watching", ("W",), "Watch", "Be named as somebody who watches it, or no more", ON_INCIDENT),
        capability=_READ,
        names=("watch-incident",),
    ),
    Action(
        *("retitle", (), "Retitle", "Give it another title", ON_INCIDENT),
        capability=_WORK,
        names=("title",),
        argument="[TITLE]",
    ),
    Action(
        *("duty", (), "Duty", "Start, move or meet a clock by law", _ONE),
        capability=_WORK,
        names=("duty",),
    ),
    Action(
        *("export_incident", ("E",), "Export", "Write its file: report, data, evidence, hashes", ON_INCIDENT),
        capability="incidents.export",
        names=("export",),
    ),
    Action(
        *("order", ("o",), "Order", "What is due first, or the newest first", _QUEUE),
        names=("order",),
        footer=5,
    ),
    Action(
        *("cycle_filter", ("f",), "Saved", "The next saved filter: mine, unowned, missed, closed, all", _QUEUE),
        names=("saved",),
        footer=8,
    ),
    _section("about", "b", "clocks, people and what it is about"),
    _section("timeline", "m", "everything that happened, newest first"),
    _section("alerts", "l", "its alerts"),
    _section("conversation", "v", "what was said"),
    _section("tasks", "s", "the steps to take"),
    _section("remedies", "r", "what can be done about it from here, and what was"),
    _section("evidence", "e", "its pinned records"),
    _section("notes", "o", "what people wrote"),
    _section("related", "d", "other incidents, and what connects them"),
    Action(
        *("add", ("+",), "Add", "Add to this section: a task, a note, a mark, a link", _ONE),
        capability=_WORK,
        names=("add",),
        argument="[TEXT]",
        footer=2,
    ),
    Action(
        *("remove", ("x",), "Remove", "Waive the task, unpin the record, undo the link; a note says why", _ONE),
        capability=_WORK,
        names=("remove",),
        argument="[NOTE]",
        footer=8,
    ),
    Action(
        *("rehearse", ("D",), "Rehearse", "Try the remedy without doing it", _ONE),
        capability="incidents.run",
        names=("rehearse",),
    ),
    Action(
        *("run_remedy", ("!",), "Run", "Run the remedy, as it was rehearsed", _ONE),
        capability="incidents.run",
        names=("run",),
    ),
    Action(
        *("pin", ("P",), "Pin", "Keep the record under the cursor as evidence", _ONE),
        capability=_WORK,
        names=("pin",),
        argument="[NOTE]",
    ),
    Action(
        *("verify", ("V",), "Verify", "Read the pinned records again and compare their hashes", _ONE),
        capability=_READ,
        names=("verify",),
        footer=3,
    ),
    Action(
        *("split", ("X",), "Split", "Make the marked alerts an incident of their own", _ONE),
        capability="incidents.merge",
        names=("split",),
    ),
    Action(
        *("hand_over", ("H",), "Hand-over", "Show what the next shift has to know"),
        owner=Owner.APP,
        capability=_READ,
        names=("handover",),
    ),
    Action(
        *("give", ("A",), "Give", "Hand all your open incidents over to somebody", frozenset({Place.HAND_OVER})),
        capability=_WORK,
        names=("give",),
        argument="[PERSON]",
        footer=1,
    ),
    Action(
        *("everybody", ("v",), "Whose", "Of your incidents, or of everybody's", frozenset({Place.HAND_OVER})),
        footer=2,
    ),
    Action(
        *("metrics", ("F",), "Figures", "Show how fast the desk is, and how right the rules are"),
        owner=Owner.APP,
        capability=_READ,
        names=("metrics", "figures"),
    ),
    Action(
        *("days", ("z",), "Days", "Of the last 7, 30 or 90 days", frozenset({Place.METRICS})),
        footer=1,
    ),
    Action(
        *("notifications", ("B",), "Notified", "List who was told, and who could not be"),
        owner=Owner.APP,
        capability=_READ,
        names=("notifications",),
    ),
    _saved("mine", "the open incidents that are yours"),
    _saved("unowned", "the open incidents that nobody has"),
    _saved("missed", "the open incidents that missed a clock"),
    _saved("pending", "the incidents that wait for somebody outside"),
    _saved("closed", "the incidents that are closed"),
    _saved("all", "all incidents, whatever their state"),
)
"""Only what an incident's state and the role allow is offered of these; see ``screens/incident_acts.py``."""
