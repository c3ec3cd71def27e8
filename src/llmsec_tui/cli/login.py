"""Log in and out from the shell. The password is typed or piped in, and never an argument."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from msgspec import to_builtins

from llmsec_tui.cli.asking import ask, prove
from llmsec_tui.cli.diagnostics import say
from llmsec_tui.cli.output import FormatOption, iso, record
from llmsec_tui.cli.passwords import ask_secret
from llmsec_tui.paths import Home
from llmsec_tui.service.access.api import LockSession, LoggedIn, Login, Logout, Me, WhoAmI
from llmsec_tui.service.tokens import TokenFile

if TYPE_CHECKING:
    from llmsec_tui.service.client import Client

R = TypeVar("R")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("login")(login)
    app.command("logout")(logout)
    app.command("lock")(lock)
    app.command("whoami")(whoami)


def login(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The account; without it, a locked session.")] = "",
    code: Annotated[
        bool, typer.Option("--code", help="Ask for a code too, as accounts with an authenticator need.")
    ] = False,
) -> None:
    """Log in, or open a locked session. The password is typed, or the first line of standard input (the code is the
    second)."""
    if not name:
        me = _connected(context.obj, prove)
        say(f"The session of {me.user} is open.")
        return
    password = ask_secret(f"Password of {name}")
    question = Login(account=name, password=password, totp=ask_secret("Code") if code else "")

    async def log_in(client: "Client") -> LoggedIn:
        return await client.ask(question)

    done = _connected(context.obj, log_in)
    TokenFile.of(context.obj).keep(done.token)
    say(f"{done.me.user} is logged in as {done.me.role} until {iso(done.me.expires_at)}.")


def logout(context: typer.Context) -> None:
    """End the session, on all its connections."""
    ask(context.obj, Logout())
    TokenFile.of(context.obj).drop()
    say("Nobody is logged in here any more.")


def lock(context: typer.Context) -> None:
    """Lock the session; the password opens it."""
    me = ask(context.obj, LockSession())
    say(f"The session of {me.user} is locked.")


def whoami(context: typer.Context, chosen: FormatOption = None) -> None:
    """Who this is to the collector, what they may, and what that protects."""
    me = ask(context.obj, WhoAmI())
    record(_row(me), chosen)


def _row(me: Me) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(me)
    return {**fields, "expires_at": iso(me.expires_at or None)}


def _connected(home: Home, act: Callable[["Client"], Awaitable[R]]) -> R:
    from llmsec_tui.service.launch import attach

    async def connected() -> R:
        async with await attach(home, [], active=True) as client:
            return await act(client)

    return asyncio.run(connected())
