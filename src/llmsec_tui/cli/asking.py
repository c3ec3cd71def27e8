"""Ask the collector from the shell: find or start it, put one question, leave."""

import asyncio
from typing import TypeVar
from uuid import uuid4

from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home
from llmsec_tui.service.api import Ask

R = TypeVar("R")


def ask(home: Home, question: Ask[R], deadline_ms: int | None = None) -> R:
    """The reply. A stored but unattended collector is woken for the question."""
    if not (home.store.exists() or home.socket.exists()):
        raise ConfigError(
            f"There is no store in {home.root} yet.",
            hint="Start one with: llmsec-tui watch PATH  (or name another with --home).",
        )
    return asyncio.run(_ask(home, question, deadline_ms))


async def _ask(home: Home, question: Ask[R], deadline_ms: int | None) -> R:
    from llmsec_tui.service.launch import attach

    client = await attach(home, [], from_start=False)
    try:
        return await client.ask(question, deadline_ms)
    finally:
        await client.close()


def command_id() -> str:
    """A new id for a command, so that a repeat of it is recognised."""
    return uuid4().hex
