"""Notice that rule files were changed, and have the collector run the new ones."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from llmsec_tui.access import local_actor
from llmsec_tui.audit.journal import Journal
from llmsec_tui.audit.record import Act, Result
from llmsec_tui.service.judging import DEFECTS
from llmsec_tui.service.narration import told
from llmsec_tui.service.rules.change import summary
from llmsec_tui.service.rules.rulebook import Rulebook, RulesRefused

log = logging.getLogger(__name__)

LOOK_S = 1.0
SETTLE_S = 0.5
"""So long must the files stay as they are: editors and git write several times."""
REASON_CHARS = 1_000
"""Of a reason on record; file names in it may be long."""

Signature = frozenset[tuple[str, int, int, int]]


def signature(paths: Sequence[Path]) -> Signature:
    """What changes whenever a rule file does: path, inode, size and time of each. Looking costs 20 µs a file."""
    seen = set()
    for file in (file for path in paths for file in _files(path)):
        # A file that went away between two looks is a change that the next look sees.
        with suppress(OSError):
            found = file.stat()
            seen.add((str(file), found.st_ino, found.st_size, found.st_mtime_ns))
    return frozenset(seen)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
    else:
        for suffix in ("yml", "yaml"):
            yield from path.rglob(f"*.{suffix}")


class Watcher:
    """Does something when files change and when it is told to, for as long as its task runs."""

    def __init__(self, look: Callable[[], Signature], reload: Callable[[], None], seen: Signature) -> None:
        """``seen`` was taken before what is in force was read. Both callables are called on threads."""
        self._look_at = look
        self._reload = reload
        self._seen = seen
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Reload now, changed or not."""
        self._asked.set()

    async def run(self) -> None:
        """Look every second."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), LOOK_S)
            if self._asked.is_set():
                self._asked.clear()
                self._seen = await self._look()
            elif not await self._has_changed():
                continue
            await asyncio.to_thread(self._reload)

    async def _has_changed(self) -> bool:
        now = await self._look()
        if now == self._seen:
            return False
        while True:
            await asyncio.sleep(SETTLE_S)
            before, now = now, await self._look()
            if now == before:
                break
        self._seen = now
        return True

    async def _look(self) -> Signature:
        return await asyncio.to_thread(self._look_at)


class Reloader(Watcher):
    """Keeps the rules as their files are."""

    def __init__(self, rulebook: Rulebook, journal: Journal, seen: Signature) -> None:
        """``seen`` was taken before the rules were loaded."""
        super().__init__(partial(signature, rulebook.paths), partial(_reload, rulebook, journal), seen)


def _reload(rulebook: Rulebook, journal: Journal) -> None:
    try:
        reload(rulebook, journal)
    except DEFECTS as error:
        # The rules that run go on running; nothing else may end because of a rule file.
        log.error("the rules could not be reloaded: %s", told(error))


def reload(rulebook: Rulebook, journal: Journal) -> None:
    """Run the rules that are on disk, if they are all in order, and put on record what became of it."""
    before = summary(rulebook.loaded)
    try:
        change = rulebook.read()
    except RulesRefused as error:
        log.error("%s", error)
        reason = error.message[:REASON_CHARS]
        journal.append(Act(local_actor(), "rules.reload", "rules", Result.REFUSED, before, before, reason))
        return
    if change or rulebook.problem:
        journal.append(Act(local_actor(), "rules.reload", "rules", Result.DONE, before, change.facts()))
        rulebook.accept(change)
    log.info("%s", change)
