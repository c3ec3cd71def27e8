"""Two responders, each on a socket of their own, who go for the same incidents."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import Struct
from tests.service.incident_parts import act, arrive, journal, row
from tests.service.parts import actor

from llmsec_tui.errors import ServiceError
from llmsec_tui.service.access.visitor import Visitor
from llmsec_tui.service.api import AnyAsk, Done
from llmsec_tui.service.client import Client
from llmsec_tui.service.context import Context
from llmsec_tui.service.dispatch import Dispatch
from llmsec_tui.service.incidents.api import LookAt
from llmsec_tui.service.server import Reply, Server
from llmsec_tui.service.sockets import listening

ROUNDS = 12


@pytest.fixture
async def dispatch(context: Context) -> AsyncIterator[Dispatch]:
    for number in range(1, ROUNDS + 1):
        arrive(context, number)
    made = Dispatch(context)
    yield made
    await asyncio.to_thread(made.close)


@pytest.fixture
async def two(dispatch: Dispatch, tmp_path: Path) -> AsyncIterator[tuple[Client, Client]]:
    """Ada's and Eve's connection: the kernel knows one user here, so each has a door that knows who comes in."""
    until = asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.callback(until.set)
        clients = []
        for user in ("ada", "eve"):
            path = tmp_path / user
            sock = stack.enter_context(listening(path, 0o600))
            serving = asyncio.create_task(Server(_door(dispatch, user)).serve(sock, until))
            clients.append(await Client.connect(path))
            stack.push_async_callback(_ended, clients[-1], serving, until)
        yield clients[0], clients[1]


def _door(dispatch: Dispatch, user: str) -> Reply:
    async def reply(caller: Visitor, ask: AnyAsk) -> Struct:
        return await dispatch.reply(replace(actor(user=user), pid=caller.peer.pid, tty=f"pts/{user}"), ask)

    return reply


async def _ended(client: Client, serving: "asyncio.Task[None]", until: asyncio.Event) -> None:
    await client.close()
    until.set()
    await serving


async def test_of_two_who_take_an_incident_one_has_it_and_the_other_is_told_who(
    two: tuple[Client, Client], dispatch: Dispatch, context: Context
) -> None:
    """One winner a round, whoever it is; nobody's act is lost and nobody's is done twice."""
    ada, eve = two
    for number in range(1, ROUNDS + 1):
        name = f"INC-{number}"
        tries = await asyncio.gather(
            ada.ask(act("acknowledge", 1, name)), eve.ask(act("acknowledge", 1, name)), return_exceptions=True
        )
        won = [one for one in tries if isinstance(one, Done)]
        lost = [one for one in tries if isinstance(one, ServiceError)]
        assert (len(won), len(lost)) == (1, 1)
        owner = (await row(dispatch, actor(), name)).owner
        assert owner == ("ada" if isinstance(tries[0], Done) else "eve")
        assert owner in str(lost[0])
    results = [one[2] for one in journal(context)]
    assert (results.count("done"), results.count("failed")) == (ROUNDS, ROUNDS)


async def test_two_who_add_at_once_both_get_through(two: tuple[Client, Client], dispatch: Dispatch) -> None:
    """Notes look at no version: what only adds is never refused for what somebody else added."""
    ada, eve = two
    await asyncio.gather(*(who.ask(act("note", 1, note=f"{n}")) for n in range(5) for who in (ada, eve)))
    assert (await row(dispatch, actor())).n_notes == 10


async def test_each_sees_who_else_looks(two: tuple[Client, Client]) -> None:
    ada, eve = two
    assert (await ada.ask(LookAt(incident_id="INC-1"))).others == []
    assert (await eve.ask(LookAt(incident_id="INC-1"))).others == ["ada@pts/ada"]
    assert (await ada.ask(LookAt(incident_id="INC-1"))).others == ["eve@pts/eve"]
