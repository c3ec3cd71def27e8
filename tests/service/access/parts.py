"""People at the door: each with a user of the system, and perhaps with an account."""

import os
from dataclasses import replace
from typing import Any, TypeVar, cast
from uuid import uuid4

from tests.service.parts import peer

from llmsec_tui.service.access.api import AddUser, LoggedIn, Login
from llmsec_tui.service.access.door import Door
from llmsec_tui.service.access.visitor import Visitor
from llmsec_tui.service.api import Ask
from llmsec_tui.service.asks import Done
from llmsec_tui.service.context import Context

R = TypeVar("R")

PASSWORD = "correct horse battery"
OTHER = "staple of another kind"


class Person:
    """Somebody with a connection."""

    def __init__(self, door: Door, uid: int | None = None, *, loginuid: int | None = None) -> None:
        """Without a uid, whoever runs the collector."""
        self.door = door
        self.visitor = Visitor(peer(os.geteuid() if uid is None else uid, f"os{uid or ''}", loginuid=loginuid))
        self.token = ""

    async def ask(self, ask: Ask[R]) -> R:
        """The reply, typed; raises what the door refuses with."""
        return cast(R, await self.door.reply(self.visitor, cast(Any, ask)))

    async def login(self, account: str, password: str = PASSWORD, totp: str = "") -> LoggedIn:
        done = await self.ask(Login(account=account, password=password, totp=totp))
        self.token = done.token
        return done

    def elsewhere(self, uid: int | None = None) -> "Person":
        """The same person, or another user of the system, on another connection."""
        other = Person(self.door)
        other.visitor = Visitor(self.visitor.peer if uid is None else replace(self.visitor.peer, uid=uid))
        other.token = self.token
        return other


async def add(owner: Person, account: str, role: str, password: str = PASSWORD) -> Done:
    """Add an account."""
    return await owner.ask(AddUser(command_id=command(), account=account, role=role, password=password))


async def logged_in(door: Door, account: str, uid: int, password: str = PASSWORD) -> Person:
    """Somebody who has logged in, on a user of the system of their own."""
    person = Person(door, uid)
    await person.login(account, password)
    return person


async def team(door: Door, **roles: str) -> dict[str, Person]:
    """An admin called boss, and people with these roles, each logged in."""
    owner = Person(door)
    await add(owner, "boss", "admin")
    await owner.login("boss")
    for name, role in roles.items():
        await add(owner, name, role)
    return {"boss": owner} | {name: await logged_in(door, name, 2_000 + n) for n, name in enumerate(roles)}


def command() -> str:
    return uuid4().hex


def journal(context: Context) -> list[tuple[str, str, str, str]]:
    """Action, object, result and reason of each record, oldest first."""
    rows, _ = context.journal.page()
    return [(row["action"], row["object"], row["result"], row["reason"]) for row in reversed(rows)]
