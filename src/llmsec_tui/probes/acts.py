"""The acts of the demo's story as probes: each has to be caught, on the way that live traffic takes."""

import asyncio
from collections.abc import Iterator

from llmsec_tui.probes.expected import EXPECTED, Caught, judge
from llmsec_tui.probes.stage import Stage
from llmsec_tui.probes.step import Probe, Step
from llmsec_tui.probes.story import load_story
from llmsec_tui.probes.watching import caught

_SECONDS = 3.0
"""How long the hour of the story takes."""
_NAMES = {act: act.replace(" ", "-") for act in dict.fromkeys(expected.act for expected in EXPECTED)}


class Acts:
    """Plays the whole story once, whichever of its acts are asked for: what is ordinary in it belongs to each."""

    probes = tuple(
        Probe(name, f"In the demo's story: {'; '.join(dict.fromkeys(e.what for e in EXPECTED if e.act == act))}.")
        for act, name in _NAMES.items()
    )

    def run(self, names: frozenset[str]) -> Iterator[Step]:
        with Stage(load_story(), _SECONDS) as stage:
            alerts = asyncio.run(caught(stage))
            # An alert that nobody is shown does not count as seen.
            things = judge([alert for alert in alerts if alert["suppressed_by"] is None], stage.logs).things
        yield from (_step(thing) for thing in things if _NAMES[thing.expected.act] in names)


def _step(thing: Caught) -> Step:
    expected = thing.expected
    return Step(
        probe=_NAMES[expected.act],
        step=expected.what,
        expected=f"an alert tagged {' or '.join(expected.tags)}",
        seen="; ".join(thing.rules) or "no alert",
        ok=bool(thing.rules),
    )
