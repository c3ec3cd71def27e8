"""What the capability check and masking add to a pane's query: the same query with and without them, in turn.

usage: masking.py [LINES]      (default 45,000, which are about 100,000 events)

Each pair is measured in CPU time of this process, in the same run, on pages as panes ask for them. The first figure of
a role is with nothing remembered of texts that were masked before, the second as panes ask: for the same page again.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import msgspec

from llmsec_tui.access import Actor, acting, this_process
from llmsec_tui.access.role_file import shipped
from llmsec_tui.paths import Home
from llmsec_tui.service.api import AnyAsk, GetConversation, ListAlerts, ListEvents
from llmsec_tui.service.content import words
from llmsec_tui.service.content.showing import shown
from llmsec_tui.service.content.view import view_of
from llmsec_tui.service.context import Context
from llmsec_tui.service.handlers import answer
from llmsec_tui.service.permission import lack
from llmsec_tui.store.queries import Reader
from llmsec_tui.store.store import Store
from logs import made

TIMES = 40
NO_CONTEXT = cast(Context, None)
"""These queries are answered by the store alone."""


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 45_000
    log = made(lines)
    with tempfile.TemporaryDirectory(dir=log.parent) as scratch:
        home = Home(Path(scratch) / "home")
        program = [sys.executable, "-m", "llmsec_tui", "--home", str(home.root)]
        subprocess.run([*program, "collect", "--once", str(log)], check=True)
        store = Store.open(home.store)
        try:
            measure(store)
        finally:
            store.close()


def measure(store: Store) -> None:
    """Print a line for each question and role."""
    reader = store.reader()
    roles = shipped().roles
    event = reader.events(limit=1)[0][0]["event_id"]
    questions: dict[str, AnyAsk] = {
        "alerts, 100 rows": ListAlerts(),
        "events, 100 rows of 200 characters": ListEvents(),
        "events, 500 rows of 200 characters": ListEvents(limit=500),
        "conversation, 100 rows of 16,384": GetConversation(event_id=event),
    }
    for name, ask in questions.items():
        for role in ("owner", "viewer", "analyst"):
            actor = acting(this_process(), roles[role])
            one, other = partial(bare, reader, ask, actor), partial(whole, store, reader, ask, actor)
            said = []
            for fresh in (True, False):
                plain, made = in_turn(one, other, fresh=fresh)
                said.append(f"{plain * 1000:6.2f} ms, with it {made * 1000:6.2f} ms ({made / plain - 1:+6.1%})")
            print(f"{name:<36} {role:<8} {said[0]}; the same page again {said[1]}")


def bare(reader: Reader, ask: AnyAsk, actor: Actor) -> bytes:
    """The query, and the bytes that go out."""
    return msgspec.msgpack.encode(answer(NO_CONTEXT, reader, ask, actor))


def whole(store: Store, reader: Reader, ask: AnyAsk, actor: Actor) -> bytes:
    """As a collector answers it: checked, within the asker's sight, and masked."""
    assert lack(actor, ask, lambda _: []) is None
    view = view_of(actor)
    within = reader.within(view.sight)
    return msgspec.msgpack.encode(shown(answer(NO_CONTEXT, within, ask, actor), view, within, store.pseudonyms))


def in_turn(one: Callable[[], bytes], other: Callable[[], bytes], *, fresh: bool) -> tuple[float, float]:
    """Median CPU seconds of each."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(TIMES + 2):
        for ask, into in zip((one, other), taken, strict=True):
            if fresh:
                words.forget()
            began = time.process_time()
            ask()
            if number >= 2:
                into.append(time.process_time() - began)
    return statistics.median(taken[0]), statistics.median(taken[1])


if __name__ == "__main__":
    main()
