"""One place outside that lines are handed to, and the one way to hand them over."""

import threading
from dataclasses import dataclass

from llmsec_tui.errors import ServiceError
from llmsec_tui.incidents.states import RunState
from llmsec_tui.patience import Patience
from llmsec_tui.service.auditing.anchors import journald, kept_file, syslog
from llmsec_tui.service.outward.remedies import environment
from llmsec_tui.service.outward.runner import run_command

KINDS = ("file", "syslog", "journald", "command")
PATIENCE_S = 10.0
"""For a line to be taken; commands have a limit of their own."""


class AnchorFailed(ServiceError):
    """A line was not taken; it is handed over again later."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place outside, as ``audit.yml`` describes it."""

    name: str
    kind: str
    """One of ``KINDS``."""
    target: str = ""
    """The path of a file or socket, or the address of a syslog."""
    command: tuple[str, ...] = ()
    timeout_s: float = PATIENCE_S


def put(anchor: Anchor, line: bytes, timeout_s: float, patience: Patience, stop: threading.Event) -> None:
    """Hand a line over. Raises AnchorFailed, in a sentence; ``stop`` ends a command that runs.

    ``patience`` is that of this anchor: a disk that is gone may keep a try waiting for days.
    """
    if anchor.kind == "command":
        ran = run_command(anchor.command, line + b"\n", environment(), timeout_s, stop)
        if ran.state is not RunState.DONE:
            raise AnchorFailed(ran.told)
        return
    way = {"file": kept_file.append, "syslog": syslog.send, "journald": journald.send}[anchor.kind]
    try:
        patience.within(timeout_s, lambda: way(anchor.target, line, timeout_s))
    except TimeoutError:
        raise AnchorFailed(f"{anchor.target} took more than {timeout_s:g} s.") from None
    except OSError as error:
        raise AnchorFailed(f"{anchor.target}: {error.strerror or type(error).__name__}.") from error
    except ValueError as error:
        raise AnchorFailed(f"{anchor.target} is no address of a syslog.") from error
