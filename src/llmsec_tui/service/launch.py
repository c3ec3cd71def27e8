"""Find the collector of a state directory, or start one and attach to it.

Nobody decides who becomes the collector but the lock of the store: of two that start together, one opens it and the
other leaves with ``OWNED``, and both consoles attach to the first.
"""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from llmsec_tui.errors import CollectorGone, LoginNeeded, ServiceError
from llmsec_tui.paths import Home
from llmsec_tui.service.access.api import Resume
from llmsec_tui.service.api import GetStatus, Status, WatchPaths
from llmsec_tui.service.client import Client
from llmsec_tui.service.tokens import TokenFile
from llmsec_tui.service.wire import portable

OWNED = 75
"""The exit code of a collector that found another one in possession of the store."""

_LOOK_AGAIN_S = 0.05
_LET_WINNER_START_S = 2.0


async def attach(
    home: Home,
    paths: Sequence[str | Path],
    *,
    from_start: bool = False,
    active: bool = False,
    deadline_s: float = 20.0,
) -> Client:
    """A client of the collector of ``home``, which follows ``paths`` (files, directories, globs) among others.

    The login that is kept for it is taken up; ``active`` says that a person just did something. Where somebody has to
    log in first, the client comes all the same (``Status.login`` says so), and the paths are for :func:`follow` then.
    Raises ``ServiceError`` when a collector cannot be started, with the last thing that it said, or when none answers
    in time; ``AccessRefused`` when one runs and this user may not have it follow more files.
    """
    wanted = [str(Path(path).absolute()) for path in paths]
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        try:
            client = await _find(home)
            if client is None:
                _refuse_anothers(home)
                home.create()
                client = await _await_answer(home, _start(home, wanted, from_start), end)
            if client is not None:
                return await _ready(home, client, wanted, from_start, active)
        except CollectorGone:
            # It ended between two words of ours; the next one is already on its way or will be started.
            await asyncio.sleep(_LOOK_AGAIN_S)
    raise ServiceError(
        f"No collector answered at {home.socket} within {deadline_s:g} s.", hint=f"See {home.log} for what it said."
    )


def _refuse_anothers(home: Home) -> None:
    """Raise ServiceError where the collector that is meant is that of another user, and only they can start it."""
    if home.socket.is_symlink() and not home.store.exists():
        raise ServiceError(
            f"No collector answers at {home.socket.readlink()}, where {home.socket} leads.",
            hint="Whoever runs it has to start it; for one of your own, remove the link first.",
        )


async def _find(home: Home) -> Client | None:
    try:
        return await Client.connect(home.socket)
    except CollectorGone:
        return None


async def resume(home: Home, client: Client, *, active: bool = False) -> None:
    """Take up the login that is kept for the collector of ``home``; one that has ended is forgotten."""
    kept = TokenFile.of(home)
    if token := kept.read():
        try:
            await client.ask(Resume(token=token, active=active))
        except LoginNeeded:
            kept.drop()


async def follow(client: Client, paths: Sequence[str | Path], *, from_start: bool = False) -> Status:
    """Have the collector follow paths that it does not follow yet; its status before. Nothing without a login."""
    status = await client.ask(GetStatus())
    wanted = [str(Path(path).absolute()) for path in paths]
    new = [path for path in wanted if portable(path) not in status.watching]
    if new and not status.login:
        await client.ask(WatchPaths(command_id=uuid4().hex, paths=new, from_start=from_start))
    return status


async def _ready(home: Home, client: Client, wanted: list[str], from_start: bool, active: bool) -> Client:
    """The client, once its collector answers and follows the paths; who started it gave them to it already."""
    try:
        await resume(home, client, active=active)
        await follow(client, wanted, from_start=from_start)
    except BaseException:
        await client.close()
        raise
    return client


def _start(home: Home, wanted: list[str], from_start: bool) -> subprocess.Popen[bytes]:
    """A collector of its own session, so that it does not die with the terminal of whoever started it.

    With ``-P`` and in our own directory, or a file in the directory of the logs could pose as one of our modules.
    """
    home.log.touch(mode=0o600)
    options = ["--child", "--from-start"] if from_start else ["--child"]
    with home.log.open("ab") as said:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "llmsec_tui", "--home", str(home.root), "collect", *options, "--", *wanted],
            cwd=home.root,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    # Somebody has to wait for a child, or it stays a zombie for as long as the console runs.
    threading.Thread(target=child.wait, daemon=True).start()
    return child


async def _await_answer(home: Home, child: subprocess.Popen[bytes], end: float) -> Client | None:
    """A client once somebody answers; None when the child found the store owned and yet nobody answers."""
    owned = False
    while time.monotonic() < end:
        client = await _find(home)
        if client is not None:
            return client
        code = child.poll()
        if code == OWNED and not owned:
            owned, end = True, min(end, time.monotonic() + _LET_WINNER_START_S)
        elif code is not None and not owned:
            raise ServiceError(
                f"The collector could not start: {_last_words(home.log, child.pid)}", hint=f"Its log is {home.log}."
            )
        await asyncio.sleep(_LOOK_AGAIN_S)
    return None


def _last_words(log: Path, pid: int) -> str:
    lines = log.read_text(errors="replace").splitlines()
    said = [line.partition(f"[{pid}] ")[2] for line in lines if f"[{pid}] " in line] or lines
    return said[-1] if said else "it said nothing."
