"""Have a real collector read the story while it is written, and gather what it raised."""

import asyncio
import time
from typing import Any

from llmsec_tui.errors import ServiceError
from llmsec_tui.probes.stage import Stage
from llmsec_tui.service.api import PAGE_LIMIT, GetAlert, ListAlerts, ListSources
from llmsec_tui.service.client import Client
from llmsec_tui.service.launch import attach

_SETTLE_S = 10.0


async def caught(stage: Stage) -> list[dict[str, Any]]:
    """The alerts on the logs, whether or not people are shown them, by the columns of ``schema.ALERTS`` and their fate.

    Raises LlmsecError when the story could not be written or was not read.
    """
    client = await attach(stage.home, [str(stage.logs)], from_start=True, deadline_s=60)
    try:
        stage.begin()
        while stage.playing:
            await asyncio.sleep(0.05)
        if stage.trouble is not None:
            raise stage.trouble
        await caught_up(client, stage.written)
        # What was caught is the question here, whether or not people are shown it.
        page = await client.ask(ListAlerts(filter="suppressed:any", limit=PAGE_LIMIT))
        logs = str(stage.logs)
        return [await _detail(client, row.alert_id) for row in page.rows if row.source_path.startswith(logs)]
    finally:
        await client.close()


async def caught_up(client: Client, lines: int) -> None:
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
