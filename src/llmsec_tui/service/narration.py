"""What a collector tells about itself: one line each on stderr, with nothing in it that a terminal obeys."""

import logging
import sys
import traceback
from pathlib import Path

from llmsec_tui.text import visible


class _Visible(logging.Formatter):
    """File names and messages come from outside."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record))


def narrate() -> None:
    """Send this process's log to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Visible("%(asctime)s %(levelname)s collector[%(process)d] %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def told(error: BaseException) -> str:
    """An error that nobody foresaw, in one line: its kind, what it says, and the place in the code."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
