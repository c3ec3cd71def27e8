"""The demo: play the story, then show it in the console or say what was caught."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.errors import ExitCode
from llmsec_tui.probes.desks import CREEP, SWAP
from llmsec_tui.probes.drifting import behaviour
from llmsec_tui.probes.expected import Judgement, judge
from llmsec_tui.probes.shifts import Sight
from llmsec_tui.probes.stage import Stage
from llmsec_tui.probes.story import load_story
from llmsec_tui.probes.watching import caught
from llmsec_tui.text import visible

_DESKS = (SWAP, CREEP)


def play_in_console(seconds: float, *, slow_link: bool, mouse: bool) -> int:
    """Open the console on the story while it is being written."""
    from llmsec_tui.console.app import run

    with Stage(load_story(), seconds, _DESKS) as stage:
        stage.begin()
        code = run(stage.home, [str(stage.logs)], from_start=True, slow_link=slow_link, mouse=mouse)
        if stage.trouble is not None:
            raise stage.trouble
    return code


def play_headless(seconds: float) -> int:
    """Play the story through a real collector and print what was caught; 1 when people see no alert of some act."""
    story = load_story()
    with Stage(story, seconds, _DESKS) as stage:
        say(f"Reading the days before, then playing {len(story.lines)} log lines of an hour in {seconds:g} s …")
        alerts = asyncio.run(caught(stage))
        shifts = asyncio.run(behaviour(stage))
        judgement = judge(alerts, stage.logs)
        missed = judge([alert for alert in alerts if alert["suppressed_by"] is None], stage.logs).missed
    _print(judgement, alerts)
    _print_shifts(shifts)
    is_all = not missed and all(one.is_caught for one in shifts)
    return ExitCode.FINE if is_all else ExitCode.FINDINGS


def _print(judgement: Judgement, alerts: list[dict[str, Any]]) -> None:
    act = ""
    for thing in judgement.things:
        if thing.expected.act != act:
            act = thing.expected.act
            print(act)
        verdict = "caught" if thing.rules else "MISSED"
        print(f"  {verdict}  {visible(thing.expected.what)}")
        for title in thing.rules:
            print(f"          {visible(title)}")
    if judgement.others:
        print("on ordinary traffic")
        for alert in judgement.others:
            print(f"  {alert['level']:<8}{visible(alert['title'])}: {visible(alert['excerpt'])[:80]}")
    levels = Counter(alert["level"] for alert in alerts)
    suppressed = sum(alert["suppressed_by"] is not None for alert in alerts)
    incidents = len({alert["incident_id"] for alert in alerts} - {""})
    caught = len(judgement.things) - len(judgement.missed)
    print(
        f"{caught} of {len(judgement.things)} acts caught; {len(alerts)} alerts "
        f"({', '.join(f'{count} {level}' for level, count in levels.most_common())}), "
        f"{len(judgement.others)} of them on ordinary traffic; {suppressed} not shown, as others say the same. "
        f"{incidents} incidents are open."
    )


def _print_shifts(shifts: Sequence[Sight]) -> None:
    print("how models behave, held against what was pinned as usual")
    for one in shifts:
        print(f"  {'caught' if one.is_caught else 'MISSED'}  {visible(one.shift.what)}")
        titles = sorted({alert.title for alert in one.alerts})
        for told in (f"{one.row.title}: {one.on_board}", *one.causes, one.opened, *titles):
            print(f"          {visible(told)}")
