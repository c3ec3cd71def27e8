"""The probe of behaviour: a silent swap of models, a slow drift, and twins that change for reasons of their own."""

import asyncio
import time
from collections.abc import Iterator
from threading import Event
from uuid import uuid4

from llmsec_tui.probes.days import Days
from llmsec_tui.probes.desk_log import HOUR
from llmsec_tui.probes.desks import CREEP, OTHER_USERS, RELEASE, STILL, SWAP, SWAPPED
from llmsec_tui.probes.pinning import pin_usual
from llmsec_tui.probes.shifts import (
    CREEP_SEEN,
    OTHER_USERS_SEEN,
    RELEASE_SEEN,
    SWAP_SEEN,
    Sight,
    alerts_since,
    seen,
    slice_of,
)
from llmsec_tui.probes.stage import Stage
from llmsec_tui.probes.step import Probe, Step
from llmsec_tui.service.behaviour.api import ListBehaviour
from llmsec_tui.service.client import Client
from llmsec_tui.service.incidents.api import AddMarker
from llmsec_tui.service.launch import attach

_NAME = "drift"
_OVER = HOUR // 10
"""An hour is judged a twelfth of an hour after its end; so the logs go on a little longer than that."""
_TOLD_S = 30.0
_MARKER = "answers 2.0"


class Drift:
    """A collector that reads five desks' days: two change in silence, two for good reasons, one does not."""

    probes = (
        Probe(
            _NAME,
            "A model is swapped in silence, and answers grow slowly; both are caught, attributed and opened down to "
            "conversations. Twins that change because of other users or of a noted release are called that.",
        ),
    )

    def run(self, names: frozenset[str]) -> Iterator[Step]:
        with Stage() as stage:
            steps = asyncio.run(_steps(stage))
        yield from steps


async def behaviour(stage: Stage) -> list[Sight]:
    """What is seen of both changes on a stage whose player lived through the days of these desks."""
    if stage.days is None:
        return []
    async with await attach(stage.home, [str(stage.logs)]) as client:
        return await told(client, stage.days)


async def _steps(stage: Stage) -> list[Step]:
    async with await attach(stage.home, [str(stage.logs)], from_start=True, deadline_s=60) as client:
        days = await _lived(stage, client)
        changes = await told(client, days)
        twins = [await seen(client, shift, days.hour(shift.since)) for shift in (OTHER_USERS_SEEN, RELEASE_SEEN)]
        steps = [step for sight in changes for step in _of_change(sight)]
        return [*steps, *map(_of_twin, twins), await _of_still(client, days)]


async def _lived(stage: Stage, client: Client) -> Days:
    """Have a collector read the desks' days, with the release noted, and pin what is usual."""
    days = Days.until((SWAP, CREEP, OTHER_USERS, RELEASE, STILL), time.time_ns() // 1000 - _OVER)
    end = days.last + _OVER
    days.write(stage.logs, end)
    at = days.hour(SWAPPED)
    await client.ask(AddMarker(command_id=uuid4().hex, kind="deploy", text=_MARKER, app=RELEASE.app, at=at))
    await asyncio.to_thread(pin_usual, stage.home.socket, days, end, Event())
    return days


async def told(client: Client, days: Days) -> list[Sight]:
    """What is seen of both changes, as soon as both are caught, and after a while that they are not.

    The hours since the baseline are judged again one after the other: there are alerts on the first of them while the
    last, which the board goes by, is not judged yet.
    """
    end = time.monotonic() + _TOLD_S
    while True:
        sights = [await seen(client, shift, days.hour(shift.since)) for shift in (SWAP_SEEN, CREEP_SEEN)]
        if all(sight.is_caught for sight in sights) or time.monotonic() > end:
            return sights
        await asyncio.sleep(0.5)


def _of_change(sight: Sight) -> Iterator[Step]:
    what = sight.shift.what
    alerts = f"{len(sight.alerts)} alerts" if sight.alerts else "no alert"
    kind = "slow drift" if sight.shift.is_slow else "drift"
    yield Step(_NAME, what, f"{kind} on the board, and an alert", f"{sight.on_board} {alerts}", sight.is_told)
    causes = "; ".join(sight.causes) or "no cause"
    yield Step(_NAME, "its cause", f"{sight.shift.cause}, for most of it", causes, sight.is_attributed)
    expected = f"conversations with {sight.shift.model}" if sight.shift.model else "conversations"
    yield Step(_NAME, "what it is made of", expected, sight.opened, sight.is_opened)


def _of_twin(sight: Sight) -> Step:
    """The board is right to see it; what matters is that nobody is sent after the provider."""
    causes = "; ".join(sight.causes) or "no cause"
    return Step(_NAME, sight.shift.what, f"{sight.shift.cause}, for most of it", causes, sight.is_attributed)


async def _of_still(client: Client, days: Days) -> Step:
    board = await client.ask(ListBehaviour(filter=f"slice:{slice_of(STILL)} verdict:drift"))
    loud = [f"{row.title} drifts" for row in board.rows if row.slice == slice_of(STILL)]
    alerts = await alerts_since(client, days.quiet_until)
    loud += [one.source_path for one in alerts if one.source_path.endswith(f" of {slice_of(STILL)}")]
    return Step(_NAME, "a desk at which nothing changes", "no drift and no alert", "; ".join(loud) or "none", not loud)
