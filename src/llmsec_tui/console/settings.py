"""Decide how to draw on this terminal, before Textual is imported: it reads its environment only then."""

import os
import sys
from dataclasses import dataclass

from llmsec_tui.errors import ConfigError

_PLAIN = "Use the plain command line instead: llmsec-tui alerts"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the terminal and the link to it can bear."""

    sixteen_colours: bool = False
    """Use the terminal's own palette: for NO_COLOR and for slow links."""
    poll_s: float = 0.25
    """How often the collector is asked whether anything changed."""
    mouse: bool = True


def require_terminal() -> None:
    """Refuse what is no terminal, or one that cannot place a cursor, with a pointer to the plain way."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ConfigError("The console needs a terminal, and this is a pipe or a file.", hint=_PLAIN)
    if os.environ.get("TERM", "dumb") in ("", "dumb"):
        raise ConfigError("The console needs a terminal that can place its cursor; TERM is 'dumb'.", hint=_PLAIN)


def prepare(*, slow_link: bool, mouse: bool) -> Settings:
    """Set what Textual reads at import. On a slow link: fewer frames, no animation, 16 colours, one poll a second."""
    if slow_link:
        os.environ.update(TEXTUAL_FPS="10", TEXTUAL_ANIMATIONS="none", TEXTUAL_SMOOTH_SCROLL="0")
    # Textual turns NO_COLOR into shades of grey unless it starts in the terminal's own palette.
    colourless = bool(os.environ.get("NO_COLOR"))
    return Settings(
        sixteen_colours=slow_link or colourless,
        poll_s=1.0 if slow_link else 0.25,
        mouse=mouse and not slow_link,
    )
