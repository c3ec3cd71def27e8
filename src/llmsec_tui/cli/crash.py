"""What nobody foresaw: one sentence for the user, the details in a file that only they can read."""

import os
import tempfile
import time
import traceback
from pathlib import Path

from llmsec_tui import __version__
from llmsec_tui.cli.diagnostics import say


def report(error: Exception) -> None:
    """Write the traceback, which holds no values of variables, to a private file and say where it is."""
    handle, name = tempfile.mkstemp(prefix=f"llmsec-tui-crash-{time.strftime('%Y%m%dT%H%M%S')}-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"llmsec-tui {__version__}\n")
        file.writelines(traceback.format_exception(error))
    say(f"llmsec-tui: This is a defect of ours: {type(error).__name__}. What was stored before is unharmed.")
    say(f"  The details are in {Path(name)}; look through them before you send them to anybody.")
