"""Every ask × every role, over a real socket: the table in the role file is what decides, and each refusal is kept."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.service.parts import actor

from llmsec_tui.access.role_file import load, shipped
from llmsec_tui.errors import AccessRefused, LlmsecError
from llmsec_tui.probes.asks import PERSONAL, every_ask
from llmsec_tui.service.access.door import Door
from llmsec_tui.service.api import Command
from llmsec_tui.service.client import Client
from llmsec_tui.service.context import Context
from llmsec_tui.service.permission import action, needed
from llmsec_tui.service.server import Server
from llmsec_tui.service.sockets import listening


@pytest.fixture
async def client(door: Door, tmp_path: Path) -> AsyncIterator[Client]:
    until = asyncio.Event()
    with listening(tmp_path / "sock", 0o600) as sock:
        serving = asyncio.create_task(Server(door.reply).serve(sock, until))
        async with await Client.connect(tmp_path / "sock") as made:
            yield made
        until.set()
        await serving


def _become(context: Context, tmp_path: Path, role: str) -> None:
    file = tmp_path / "roles.yml"
    file.write_text(f"os_users: {{{os.geteuid()}: {role}}}\n")
    context.access.roles.accept(load(file))


@pytest.mark.parametrize("role", sorted(shipped().roles))
async def test_a_role_opens_just_what_it_holds(client: Client, context: Context, tmp_path: Path, role: str) -> None:
    """What passes may still fail, as it makes no sense; it is not refused for want of a capability."""
    _become(context, tmp_path, role)
    for ask in every_ask():
        if isinstance(ask, PERSONAL):
            continue
        wanted = {capability for _, capability in needed(actor(role), ask)}
        lacking = wanted - shipped().roles[role].capabilities
        before = context.journal.last_seq
        refused = await _refusal(client, ask)
        assert (f"is {role} and lacks" in refused) is bool(lacking), (ask, refused)
        if lacking and isinstance(ask, Command):
            [row] = context.journal.page(after=before)[0]
            assert (row["result"], row["role"]) == ("refused", role), action(ask)


async def test_who_has_no_role_gets_nothing(client: Client, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they ask, but who they are."""
    monkeypatch.setattr(type(context.access.roles.now), "of_peer", lambda *_: None)
    for ask in every_ask():
        if not isinstance(ask, PERSONAL):
            assert "has no role here" in await _refusal(client, ask), ask


async def _refusal(client: Client, ask: Any) -> str:
    try:
        await client.ask(ask, 30_000)
    except AccessRefused as refused:
        return refused.message
    except LlmsecError:
        return ""
    return ""
