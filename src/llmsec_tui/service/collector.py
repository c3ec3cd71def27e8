"""The collector process: it owns the store, reads the logs, and answers on the socket.

What rules look for is compiled by native code for a second. What the rest of the collector needs is imported meanwhile.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from llmsec_tui.access.signing import SigningKeys
from llmsec_tui.errors import LlmsecError, StoreLocked
from llmsec_tui.hardening import keep_memory_private
from llmsec_tui.paths import Home, shipped
from llmsec_tui.service.collection import collect_rarely, take_short_turns
from llmsec_tui.service.detector import Detector
from llmsec_tui.service.launch import OWNED
from llmsec_tui.service.narration import narrate
from llmsec_tui.service.rules.good_rules import load_good
from llmsec_tui.service.rules.reloading import signature
from llmsec_tui.service.rules.rulebook import Rulebook
from llmsec_tui.store.store import Store

log = logging.getLogger(__name__)


def run(
    home: Home,
    patterns: list[str],
    *,
    from_start: bool = False,
    rules: list[Path] | None = None,
    once: bool = False,
    socket: Path | None = None,
    child: bool = False,
) -> int:
    """Collect until told to stop; the exit code.

    ``once`` ends when everything is read. ``child`` ends when no console is connected any more, and tells with
    ``launch.OWNED`` that another collector has the store, which otherwise raises ``StoreLocked``.
    A socket of one's own choice can be used by the group of its file; who may do what is up to the roles.
    """
    keep_memory_private()
    narrate()
    collect_rarely()
    take_short_turns()
    try:
        return _run(home, patterns, from_start, [*(rules or [shipped("rules")]), home.canaries], once, socket, child)
    except LlmsecError as error:
        if not child:
            raise
        # Nobody reads this process's exit message; whoever started it quotes the last line of its log.
        log.error("%s", error)
        return OWNED if isinstance(error, StoreLocked) else error.exit_code


def _run(
    home: Home, patterns: list[str], from_start: bool, rules: list[Path], once: bool, socket: Path | None, child: bool
) -> int:
    with ExitStack() as rooms:
        store = Store.open(home.store)
        rooms.callback(store.close)
        keys = SigningKeys(home)
        # A keyring may take seconds to answer, or not to.
        finding = rooms.enter_context(ThreadPoolExecutor(1, "find-key")).submit(keys.open)
        seen = signature(rules)
        book = Rulebook(rules, *load_good(rules), store.rules_off())
        if book.problem:
            log.warning("%s", book.problem)
        detector = Detector(book.in_force, rules, book.off_now)
        rooms.callback(detector.close)
        if not once:
            detector.warm()
        from llmsec_tui.service.auditing.room import opened
        from llmsec_tui.service.collecting import Loaded, Wanted, collect

        journal = opened(home.journal, keys, finding.result())
        rooms.callback(journal.close)
        wanted = Wanted(home, patterns, from_start, once, socket, child)
        return collect(wanted, Loaded(store, journal, keys, book, detector, seen))
