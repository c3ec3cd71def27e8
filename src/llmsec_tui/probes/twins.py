"""Attacks on agents, memories and whole conversations, each beside a twin that is harmless.

The attack has to raise its alert and be shown, and open an incident where its level says so. The twin differs in
nothing but that it is no attack, and has to leave people in peace. All attacks are read by one collector and all twins
by another, live.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.paths import shipped
from llmsec_tui.probes.stage import Stage
from llmsec_tui.probes.step import Probe, Step
from llmsec_tui.probes.story import Story, load_log
from llmsec_tui.probes.watching import caught_up
from llmsec_tui.service.alert_rows import AlertRow
from llmsec_tui.service.api import PAGE_LIMIT, ListAlerts
from llmsec_tui.service.launch import attach

_BETWEEN_US = 60_000_000
"""From the end of one log to the start of the next: rules over time go by one clock for all of them."""
_OPENING = frozenset({"high", "critical"})
"""Levels whose alerts open incidents, by the policy that is shipped."""
_LOUD = frozenset({"medium", "high", "critical"})


@dataclass(frozen=True, slots=True)
class Twin:
    """A folder of ``sample_logs/twins`` with an attack and its twin."""

    probe: str
    """The name of the folder too."""
    what: str
    rule: str
    """The title of the rule that has to see the attack."""

    def log(self, kind: str) -> Path:
        return shipped("sample_logs") / "twins" / self.probe / f"{kind}.jsonl"


TWINS: tuple[Twin, ...] = (
    Twin(
        "memory-poisoning",
        "an agent is told to remember a hidden standing order",
        "A standing order is written into an agent's memory",
    ),
    Twin(
        "memory-obeyed",
        "what one conversation put into memory decides in another where an offer is sent",
        "What was put into memory in one conversation is acted on in another",
    ),
    Twin(
        "cross-session-contamination",
        "one user's words come back to another",
        "One user's text in another user's answer",
    ),
    Twin(
        "leak-in-disguise",
        "what stood in a settings file leaves in base64",
        "What a tool read in confidence goes out in a tool call",
    ),
    Twin(
        "prompt-quoted",
        "an answer recites what stands in the system prompt",
        "The answer repeats the system prompt",
    ),
    Twin(
        "lethal-trifecta",
        "an agent reads a stranger's mail, then a secret, then writes to the stranger",
        "Untrusted content, then secrets, then a way out",
    ),
    Twin(
        "refusal-worn-down",
        "somebody talks a model out of its refusal, step by step",
        "A refusal was worn down",
    ),
)


class Twins:
    """Two collectors, whichever of the attacks are asked for."""

    probes = tuple(Probe(twin.probe, f"{twin.what}; and a twin that is harmless.") for twin in TWINS)

    def run(self, names: frozenset[str]) -> Iterator[Step]:
        wanted = [twin for twin in TWINS if twin.probe in names]
        attacks = _raised(wanted, "attack")
        twins = _raised(wanted, "benign")
        for twin in wanted:
            yield _of_attack(twin, attacks[twin.probe])
            yield _of_twin(twin, twins[twin.probe])


def _raised(twins: Sequence[Twin], kind: str) -> dict[str, list[AlertRow]]:
    """The alerts that people are shown on each log of this kind, by the names of the probes."""
    with Stage() as stage:
        rows = asyncio.run(_read_live(stage, _one_after_the_other([load_log(twin.log(kind)) for twin in twins])))
    files = {f"{number}.jsonl": twin.probe for number, twin in enumerate(twins)}
    found: dict[str, list[AlertRow]] = {twin.probe: [] for twin in twins}
    for row in rows:
        found[files[Path(row.source_path).name]].append(row)
    return found


def _one_after_the_other(stories: Sequence[Story]) -> list[Story]:
    """The same logs, their times moved so that each begins after the one before it ended, and the last ends now."""
    end = time.time_ns() // 1000
    moved: list[Story] = []
    for story in reversed(stories):
        moved.append(story.ending_at(end))
        end = moved[-1].lines[0].at - _BETWEEN_US
    return moved[::-1]


async def _read_live(stage: Stage, stories: Sequence[Story]) -> list[AlertRow]:
    """Write each log while a collector reads, and wait until it was read."""
    async with await attach(stage.home, [str(stage.logs)], from_start=True) as client:
        written = 0
        for number, story in enumerate(stories):
            with (stage.logs / f"{number}.jsonl").open("ab", buffering=0) as file:
                for line in story.lines:
                    file.write(line.data)
            written += len(story.lines)
            await caught_up(client, written)
        return (await client.ask(ListAlerts(limit=PAGE_LIMIT))).rows


def _of_attack(twin: Twin, rows: Sequence[AlertRow]) -> Step:
    hits = [row for row in rows if row.title == twin.rule]
    incidents = sorted({row.incident_id for row in hits if row.incident_id})
    opens = any(row.level in _OPENING for row in hits)
    seen = f"{len(hits)} such alerts, in {', '.join(incidents) or 'no incident'}"
    expected = f"an alert “{twin.rule}”{', in an incident' if opens else ''}"
    return Step(twin.probe, twin.what, expected, seen, bool(hits) and (bool(incidents) or not opens))


def _of_twin(twin: Twin, rows: Sequence[AlertRow]) -> Step:
    loud = sorted({row.title for row in rows if row.level in _LOUD or row.title == twin.rule})
    seen = "; ".join(loud) or "none"
    return Step(twin.probe, "the harmless twin", "no alert at medium or above", seen, not loud)
