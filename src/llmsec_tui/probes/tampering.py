"""The probe of the journal: copies of a real one are changed in ten ways, and each has to be called what it is."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from llmsec_tui.audit.anchors import Anchored
from llmsec_tui.audit.checkpoints import EVERY, origin
from llmsec_tui.audit.note import Verifier
from llmsec_tui.audit.verdicts import Code, Verification
from llmsec_tui.audit.verify import verify
from llmsec_tui.errors import ServiceError
from llmsec_tui.probes.spoiling import SPOILINGS
from llmsec_tui.probes.stage import Stage
from llmsec_tui.probes.step import Probe, Step
from llmsec_tui.service.auditing.api import GetHead
from llmsec_tui.service.incidents.api import AddMarker
from llmsec_tui.service.launch import attach

_NAME = "tampering"
_ACTS = EVERY + 8
"""So many that there is a seal between those of start and end."""


class Tampering:
    """Needs a collector that signs, acts, and ends; what it wrote is copied for each change."""

    probes = (
        Probe(_NAME, "Copies of a collector's journal are changed in ten ways; each gets the verdict it has to get."),
    )

    def run(self, names: frozenset[str]) -> Iterator[Step]:
        with Stage() as stage:
            trusted = Verifier.parse(asyncio.run(_acted(stage)))
            stage.stop_collector()
            yield from _spoiled(stage.home.journal, stage.logs, trusted)


async def _acted(stage: Stage) -> str:
    """Have a collector write a journal; the key that it signs with."""
    async with await attach(stage.home, [], deadline_s=60) as client:
        for number in range(_ACTS):
            await client.ask(AddMarker(command_id=uuid4().hex, kind="other", text=f"probe {number}"))
        head = await client.ask(GetHead())
    if not head.vkey:
        raise ServiceError(f"The journal of the probe is not signed: {head.signing}")
    return head.vkey


def _spoiled(journal: Path, room: Path, trusted: Verifier) -> Iterator[Step]:
    whole = verify(journal, key=trusted)
    yield _step("nothing is changed", Code.VERIFIED, whole)
    anchor = Anchored(
        origin=origin(whole.log_id),
        size=whole.verified_seq,
        root=bytes.fromhex(whole.root),
        head=bytes.fromhex(whole.head),
        at=0,
        note=b"",
    )
    for number, spoiling in enumerate(SPOILINGS):
        copy = shutil.copytree(journal, room / f"copy-{number}", ignore=shutil.ignore_patterns("lock"))
        spoiling.change(copy)
        found = verify(copy, key=trusted, anchors=[anchor] if spoiling.anchored else [])
        told = f"{spoiling.what}; an anchor was kept" if spoiling.anchored else spoiling.what
        yield _step(told, spoiling.verdict, found)


def _step(step: str, expected: Code, found: Verification) -> Step:
    seen = [row.name for row in found.verdicts]
    ok = expected.words in seen and found.ok is expected.ok
    return Step(probe=_NAME, step=step, expected=expected.words, seen=", ".join(seen), ok=ok)
