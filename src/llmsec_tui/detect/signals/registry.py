"""All signals, by name."""

from llmsec_tui.detect.signals import destinations, pii, secrets, squeezed
from llmsec_tui.detect.signals.argument_signals import ARGUMENTS_KEY, ARGUMENTS_SHAPE
from llmsec_tui.detect.signals.fingerprints import FINGERPRINTS
from llmsec_tui.detect.signals.injection import INJECTION_SCORE
from llmsec_tui.detect.signals.manifests import TOOL_DESCRIPTION, TOOL_SCHEMA
from llmsec_tui.detect.signals.mention import MENTION
from llmsec_tui.detect.signals.of_events import OF_EVENTS
from llmsec_tui.detect.signals.openings import OPENING_KEY
from llmsec_tui.detect.signals.private_text import IS_PRIVATE
from llmsec_tui.detect.signals.shell.analysis import SHELL_ACTIONS, SHELL_HOSTS, SHELL_PROGRAMS
from llmsec_tui.detect.signals.signal import Signal

_OF_LEAKS = (secrets.SIGNAL, pii.SIGNAL, destinations.HOSTS, destinations.DATA, squeezed.SIGNAL, IS_PRIVATE)
_OF_TOOLS = (
    *(SHELL_PROGRAMS, SHELL_ACTIONS, SHELL_HOSTS),
    *(ARGUMENTS_SHAPE, ARGUMENTS_KEY, TOOL_DESCRIPTION, TOOL_SCHEMA),
)
_ALL: tuple[Signal, ...] = (INJECTION_SCORE, MENTION, FINGERPRINTS, *OF_EVENTS, OPENING_KEY, *_OF_LEAKS, *_OF_TOOLS)

SIGNALS: dict[str, Signal] = {signal.name: signal for signal in _ALL}
