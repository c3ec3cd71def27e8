"""The probe of roles: people of each role try all that they may not, and every try has to be refused and on record."""

import asyncio
from collections.abc import Iterator, Sequence
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from llmsec_tui.access import acting
from llmsec_tui.access.peers import this_process
from llmsec_tui.access.role_file import shipped
from llmsec_tui.errors import AccessRefused, LlmsecError, LoginNeeded
from llmsec_tui.probes.asks import PERSONAL, every_ask
from llmsec_tui.probes.stage import Stage
from llmsec_tui.probes.step import Probe, Step
from llmsec_tui.service.access.api import AddUser, Login, Resume
from llmsec_tui.service.api import PAGE_LIMIT, Ask, GetStatus, ListAudit
from llmsec_tui.service.client import Client
from llmsec_tui.service.launch import attach
from llmsec_tui.service.permission import action, needed

_NAME = "forbidden-access"
_BOSS = "probe-boss"
# The owner of the system has to be let in to end it all.
_ROLES_FILE = "login: optional\n"


class ForbiddenAccess:
    """Needs a collector and an account for each role; nothing that is asked for here is ever allowed."""

    probes = (
        Probe(_NAME, "People of each role log in and try everything that they may not; all is refused and on record."),
    )

    def run(self, names: frozenset[str]) -> Iterator[Step]:
        with Stage() as stage:
            stage.home.roles.touch(mode=0o600)
            stage.home.roles.write_text(_ROLES_FILE)
            steps = asyncio.run(_tried(stage))
        yield from steps


def forbidden(role: str) -> list[Ask[Any]]:
    """One of each ask for which a shipped role lacks a capability."""
    holds = shipped().roles[role]
    actor = acting(this_process(), holds)
    asks = (ask for ask in every_ask() if not isinstance(ask, PERSONAL))
    return [ask for ask in asks if {capability for _, capability in needed(actor, ask)} - holds.capabilities]


async def _tried(stage: Stage) -> list[Step]:
    password = token_urlsafe()
    async with await attach(stage.home, [], deadline_s=60) as boss:
        await _add(boss, _BOSS, "admin", password)
        await boss.ask(Login(account=_BOSS, password=password))
        steps = await _strangers(stage)
        for role in sorted(shipped().roles):
            if asks := forbidden(role):
                await _add(boss, _account(role), role, password)
                async with await Client.connect(stage.home.socket) as client:
                    await client.ask(Login(account=_account(role), password=password))
                    steps += await _as(role, client, asks, boss)
    return steps


async def _as(role: str, client: Client, asks: Sequence[Ask[Any]], boss: Client) -> list[Step]:
    before = (await boss.ask(GetStatus())).audit_seq
    let_in = [action(ask) for ask in asks if await _outcome(client, ask) is not AccessRefused]
    page = await boss.ask(ListAudit(filter="result:refused", after=before, limit=PAGE_LIMIT))
    recorded = {row.action for row in page.rows if (row.actor, row.role) == (_account(role), role)}
    missing = sorted({action(ask) for ask in asks} - recorded)
    refused = len(asks) - len(let_in)
    return [
        _step(f"{role} tries {len(asks)} things", "all are refused", f"{refused} refused", "let in", let_in),
        _step(f"what {role} tried", "all is on record", f"{len(recorded)} kinds recorded", "not recorded", missing),
    ]


async def _strangers(stage: Stage) -> list[Step]:
    """Without a password or a token of one's own."""
    asks: dict[str, Ask[Any]] = {
        "a wrong password": Login(account=_BOSS, password=token_urlsafe()),
        "a name that does not exist": Login(account="probe-nobody", password=token_urlsafe()),
        "a made-up token": Resume(token=token_urlsafe()),
    }
    steps = []
    for what, ask in asks.items():
        async with await Client.connect(stage.home.socket) as client:
            outcome = await _outcome(client, ask)
        steps.append(_step(what, "refused", outcome.__name__, "let in", [] if outcome is LoginNeeded else [what]))
    return steps


def _step(step: str, expected: str, seen: str, wrong: str, which: Sequence[str]) -> Step:
    told = f"{seen}; {wrong}: {', '.join(which)}" if which else seen
    return Step(probe=_NAME, step=step, expected=expected, seen=told, ok=not which)


async def _outcome(client: Client, ask: Ask[Any]) -> type:
    """The kind of error that came of it, or NoneType."""
    try:
        await client.ask(ask)
    except LlmsecError as error:
        return type(error)
    return type(None)


async def _add(client: Client, account: str, role: str, password: str) -> None:
    await client.ask(AddUser(command_id=uuid4().hex, account=account, role=role, password=password))


def _account(role: str) -> str:
    return f"probe-{role}"
