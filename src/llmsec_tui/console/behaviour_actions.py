"""What can be done about how models behave: the drift board, a chart, what calls cost, two models side by side."""

from llmsec_tui.console.action import Action, Owner, Place

_BOARD = frozenset({Place.BEHAVIOUR})
_CHART = frozenset({Place.BEHAVIOUR_CHART})
_TIMED = frozenset({Place.BEHAVIOUR, Place.BEHAVIOUR_CHART, Place.USAGE, Place.COMPARISON})
_COMPARED = frozenset({Place.COMPARISON})

BEHAVIOUR_ACTIONS = (
    Action(
        *("drift", ("8",), "Drift", "Go to how models behave, held against what is usual"),
        owner=Owner.APP,
        capability="behaviour.read",
        names=("drift", "behaviour"),
    ),
    Action(
        *("usage", ("9",), "Usage", "Go to what calls used and what they cost"),
        owner=Owner.APP,
        capability="behaviour.read",
        names=("usage", "cost"),
    ),
    Action(
        *("comparison", (), "Compare", "Put two models side by side; without names those with the most calls"),
        owner=Owner.APP,
        capability="behaviour.read",
        names=("compare",),
        argument="[MODEL OTHER]",
    ),
    Action(
        *("baselines", ("b",), "Baselines", "Show what was pinned as usual, by whom and why", _BOARD),
        capability="behaviour.read",
        names=("baselines",),
        footer=4,
    ),
    Action("time_window", ("z",), "Time span", "Look at a longer time, or at the shortest again", _TIMED, footer=2),
    Action(
        *("pin_baseline", ("P",), "Pin", "Freeze what is usual from now on; a note must say why", _BOARD),
        capability="baselines.pin",
        names=("pin",),
        footer=3,
    ),
    Action("earlier", ("left",), "Earlier", "Move the crosshair an hour back", _CHART),
    Action("later", ("right",), "Later", "Move the crosshair an hour on", _CHART),
    Action(
        *("this_hour", ("x",), "This hour", "Explain the hour under the crosshair; again, the newest time", _CHART),
        names=("hour",),
        footer=3,
    ),
    Action("day_earlier", ("shift+left",), "Day back", "Move the crosshair a day back", _CHART),
    Action("day_later", ("shift+right",), "Day on", "Move the crosshair a day on", _CHART),
    Action(
        *("next_change", ("c",), "Change", "Move the crosshair to the next change ◆", _CHART),
        names=("change",),
        footer=5,
    ),
    Action("zoom_in", ("+",), "Closer", "Chart fewer days", _CHART, footer=6),
    Action("zoom_out", ("-",), "Wider", "Chart more days", _CHART),
    Action(
        *("next_conversation", ("n",), "Next", "Choose the next conversation that takes part; enter opens it", _CHART),
        names=("next",),
        footer=4,
    ),
    Action(
        *("previous_conversation", ("p",), "Previous", "Choose the conversation above", _CHART),
        names=("previous", "prev"),
    ),
    Action(
        *("usage_by", ("v",), "By", "Tell it by model, app, user, key, tenant or agent", frozenset({Place.USAGE})),
        names=("by",),
        argument="[WHAT]",
        footer=1,
    ),
    Action("model_a", ("a",), "Model A", "Take the next model for column A", _COMPARED, footer=3),
    Action("model_b", ("b",), "Model B", "Take the next model for column B", _COMPARED, footer=4),
)
