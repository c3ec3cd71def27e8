"""Wake up when something is written. Only a hint: whoever waits looks for himself after a while in any case."""

import threading
from collections.abc import Iterable
from pathlib import Path

from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

STEP_MS = 10
"""How long writes are gathered, and how soon a wake-up call is heard. Shorter costs idle CPU, longer costs latency."""


class Notifier:
    """Watches directories, not what is below them."""

    def __init__(self) -> None:
        self.problem = ""
        """A sentence while the system gives no hints and new data is only found by looking."""
        self._watcher: RustNotify | None = None
        self._watched: frozenset[tuple[str, int]] = frozenset()
        self._wake = threading.Event()
        self._busy = threading.Lock()

    def watch(self, directories: Iterable[str]) -> None:
        """Watch exactly these directories; those that don't exist are left out."""
        # The inode tells a directory from its successor of the same name, which has to be watched anew.
        wanted = frozenset((directory, inode) for directory in directories if (inode := _inode(directory)))
        if wanted == self._watched:
            return
        if self._busy.locked():
            self.wake()
        with self._busy:
            self._close()
            self._watched = wanted
            self.problem = ""
            try:
                self._watcher = RustNotify(sorted(path for path, _ in wanted), False, False, 0, False, True)
            except (OSError, WatchfilesRustInternalError) as error:
                self.problem = f"The system does not report writes ({error}), so files are looked at every 250 ms."

    def wait(self, timeout_s: float) -> set[str]:
        """Paths that were written, made or removed; empty when the time is over or :meth:`wake` was called."""
        changes: object = None
        with self._busy:
            if self._watcher is None:
                self._wake.wait(timeout_s)
            else:
                changes = self._watcher.watch(STEP_MS, STEP_MS, max(int(timeout_s * 1000), 1), self._wake)
        self._wake.clear()
        return {path for _, path in changes} if isinstance(changes, set) else set()

    def wake(self) -> None:
        """End the wait that is under way, or the next one; from any thread."""
        self._wake.set()

    def close(self) -> None:
        """Stop watching; ends a wait that is under way."""
        self.wake()
        with self._busy:
            self._close()

    def _close(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
        self._watcher = None
        self._watched = frozenset()


def _inode(directory: str) -> int:
    try:
        return Path(directory).stat().st_ino
    except (OSError, ValueError):
        return 0
