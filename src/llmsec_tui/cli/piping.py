"""Standard input for a console: its lines go to the collector through a named pipe, its keys come from the terminal."""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home

STDIN = "-"
_PIECE = 64 * 1024


@contextmanager
def piped_stdin(home: Home, paths: Sequence[str]) -> Iterator[list[str]]:
    """The paths with standard input replaced by a pipe that a collector of this state directory can follow.

    The pipe is there for as long as the console. Raises ConfigError when there is nothing piped in, or no terminal.
    """
    if STDIN not in paths:
        yield list(paths)
        return
    if sys.stdin.isatty():
        raise ConfigError("Nothing is piped into standard input.", hint="Use: COMMAND | llmsec-tui watch -")
    pipe = home.root / f"stdin-{os.getpid()}"
    source = os.dup(0)
    try:
        _keys_from_terminal()
        os.mkfifo(pipe, 0o600)
        # It ends with the process: a writer that never ends must not keep a console that was left.
        threading.Thread(target=_copy, args=(source, pipe), daemon=True).start()
        yield [str(pipe) if path == STDIN else path for path in paths]
    finally:
        pipe.unlink(missing_ok=True)


def _keys_from_terminal() -> None:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError as error:
        raise ConfigError(
            "A console needs a terminal for its keys, and there is none.", hint="Use: COMMAND | llmsec-tui collect -"
        ) from error
    os.dup2(terminal, 0)
    os.close(terminal)


def _copy(source: int, pipe: Path) -> None:
    """Until the input ends or nobody reads any more; the writer waits while nobody does."""
    with suppress(BrokenPipeError), pipe.open("wb", buffering=0) as out:
        while data := os.read(source, _PIECE):
            out.write(data)
