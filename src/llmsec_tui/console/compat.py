"""The private parts of Textual that we must touch: what happens when the app itself fails.

Textual prints a traceback with all local variables to the terminal, prompts and escapes of the log included.
"""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from textual.app import App
from textual.worker import WorkerFailed

from llmsec_tui.text import visible, visible_lines


class QuietCrash(App[int]):
    """On a fault of ours: one sentence on the terminal, the details without variables in a file of mode 0600."""

    crash_folder: Path = Path()

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 3
        if self._exception is None:
            self._exception = error
            self._exit_renderables.append(self._sentence(_cause(error)))
            self._exception_event.set()
        self._close_messages_no_wait()

    def _sentence(self, error: BaseException) -> str:
        try:
            where = f"Details are in {write_crash(self.crash_folder, error)}."
        except OSError as problem:
            where = f"Details could not be written: {problem.strerror}."
        return visible(
            f"The console failed ({type(error).__name__}); the collector goes on and nothing is lost. {where} "
            "Open it again with: llmsec-tui console"
        )

    def _print_error_renderables(self) -> None:
        if self._exit_renderables:
            self.error_console.print(self._exit_renderables[0], markup=False, highlight=False, soft_wrap=True)
            self._exit_renderables.clear()


def _cause(error: BaseException) -> BaseException:
    """What went wrong in a worker, and not only that something did."""
    return error.error if isinstance(error, WorkerFailed) else error


def write_crash(folder: Path, error: BaseException) -> Path:
    """Write the traceback, without variables and made visible, to a new file; raises OSError."""
    path = folder / f"console-crash-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.log"
    text = visible_lines("".join(traceback.format_exception(error)))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path
