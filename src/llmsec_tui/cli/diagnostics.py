"""What people read on stderr: narration and errors. Nothing else writes there."""

import sys

from llmsec_tui.errors import LlmsecError
from llmsec_tui.text import visible_lines


def say(line: str) -> None:
    """Narrate; stdout stays data."""
    print(visible_lines(line), file=sys.stderr, flush=True)


def complain(error: LlmsecError) -> None:
    """One error as a person reads it: what is wrong, then what to do."""
    say(f"llmsec-tui: {error.message}")
    if error.hint:
        say(f"  {error.hint}")
