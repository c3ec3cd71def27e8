"""Ask the collector from the shell: find or start it, take up the login, put one question, leave."""

import asyncio
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.passwords import ask_secret
from llmsec_tui.errors import ConfigError, SessionLocked, StepUpNeeded
from llmsec_tui.paths import Home
from llmsec_tui.service.access.api import Me, StepUp, WhoAmI
from llmsec_tui.service.api import Ask

if TYPE_CHECKING:
    from llmsec_tui.service.client import Client

R = TypeVar("R")


def ask(home: Home, question: Ask[R], deadline_ms: int | None = None) -> R:
    """The reply. A stored but unattended collector is woken for the question."""
    if not home.in_use:
        raise ConfigError(
            f"There is no store in {home.root} yet.",
            hint="Start one with: llmsec-tui watch PATH  (or name another with --home).",
        )
    return asyncio.run(_ask(home, question, deadline_ms))


async def _ask(home: Home, question: Ask[R], deadline_ms: int | None) -> R:
    from llmsec_tui.service.launch import attach

    client = await attach(home, [], from_start=False, active=True)
    try:
        try:
            return await client.ask(question, deadline_ms)
        except (SessionLocked, StepUpNeeded) as error:
            say(error.message)
            await prove(client)
            return await client.ask(question, deadline_ms)
    finally:
        await client.close()


async def prove(client: "Client") -> Me:
    """Give the password again, as typed on the terminal or read from standard input; who this is then."""
    me = await client.ask(WhoAmI())
    password = ask_secret(f"Password of {me.user}")
    return await client.ask(StepUp(password=password, totp=ask_secret("Code") if me.totp else ""))


def command_id() -> str:
    """A new id for a command, so that a repeat of it is recognised."""
    return uuid4().hex
