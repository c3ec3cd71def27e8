"""Lines to syslog, as RFC 5424 says."""

import os
import socket
from datetime import UTC, datetime

from llmsec_tui.service.outward.syslog import FACILITY, deliver, token

LOCAL = "/dev/log"
_NOTICE = 5


def send(target: str, line: bytes, timeout_s: float) -> None:
    """Hand it over; targets are those of channels. Raises OSError, and ValueError for a target that is none."""
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    host = token(socket.gethostname(), 255)
    head = f"<{FACILITY * 8 + _NOTICE}>1 {when} {host} llmsec-tui {os.getpid()} anchor - "
    deliver(target, head.encode() + line, timeout_s)
