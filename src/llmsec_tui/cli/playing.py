"""The demo: play the story, then show it in the console or say what was caught."""

import asyncio
import time
from collections import Counter
from typing import Any

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.errors import ExitCode, ServiceError
from llmsec_tui.probes.expected import Judgement, judge
from llmsec_tui.probes.stage import Stage
from llmsec_tui.probes.story import load_story
from llmsec_tui.service.api import PAGE_LIMIT, GetAlert, ListAlerts, ListSources
from llmsec_tui.service.client import Client
from llmsec_tui.text import visible

_SETTLE_S = 10.0


def play_in_console(seconds: float, *, slow_link: bool, mouse: bool) -> int:
    """Open the console on the story while it is being written."""
    from llmsec_tui.console.app import run

    with Stage(load_story(), seconds) as stage:
        stage.begin()
        code = run(stage.home, [str(stage.logs)], from_start=True, slow_link=slow_link, mouse=mouse)
        if stage.trouble is not None:
            raise stage.trouble
    return code


def play_headless(seconds: float) -> int:
    """Play the story through a real collector and print what was caught; 1 when people see no alert of some act."""
    story = load_story()
    with Stage(story, seconds) as stage:
        say(f"Playing {len(story.lines)} log lines of an hour in {seconds:g} s …")
        alerts = asyncio.run(_watch(stage))
        judgement = judge(alerts, stage.logs)
        missed = judge([alert for alert in alerts if alert["suppressed_by"] is None], stage.logs).missed
    _print(judgement, alerts)
    return ExitCode.FINDINGS if missed else ExitCode.FINE


async def _watch(stage: Stage) -> list[dict[str, Any]]:
    from llmsec_tui.service.launch import attach

    client = await attach(stage.home, [str(stage.logs)], from_start=True)
    try:
        stage.begin()
        while stage.playing:
            await asyncio.sleep(0.05)
        if stage.trouble is not None:
            raise stage.trouble
        await _caught_up(client, stage.written)
        # What was caught is the question here, whether or not people are shown it.
        page = await client.ask(ListAlerts(filter="suppressed:any", limit=PAGE_LIMIT))
        return [await _detail(client, row.alert_id) for row in page.rows]
    finally:
        await client.close()


async def _caught_up(client: Client, lines: int) -> None:
    """Wait until the collector has committed as many records as there are lines."""
    end = time.monotonic() + _SETTLE_S
    while sum(source.records for source in (await client.ask(ListSources())).rows) < lines:
        if time.monotonic() > end:
            raise ServiceError(f"The collector has not read all {lines} lines of the story {_SETTLE_S:g} s after it.")
        await asyncio.sleep(0.1)


async def _detail(client: Client, alert_id: str) -> dict[str, Any]:
    detail = await client.ask(GetAlert(alert_id=alert_id))
    row = detail.row
    return {
        "title": row.title,
        "level": row.level,
        "role": row.role,
        "tags": detail.tags,
        "source_path": row.source_path,
        "source_offset": detail.source_offset,
        "source_len": detail.source_len,
        "excerpt": row.excerpt,
        "suppressed_by": row.suppressed_by,
        "incident_id": row.incident_id,
    }


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
