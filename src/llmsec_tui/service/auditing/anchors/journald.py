"""Lines to the journal of systemd, by its own protocol: one datagram of ``NAME=value`` lines."""

import os
import socket

LOCAL = "/run/systemd/journal/socket"


def send(target: str, line: bytes, timeout_s: float) -> None:
    """Hand it over. Raises OSError."""
    fields = [b"PRIORITY=5", b"SYSLOG_IDENTIFIER=llmsec-tui", b"SYSLOG_PID=%d" % os.getpid(), b"MESSAGE=" + line]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(timeout_s)
        datagrams.connect(target)
        datagrams.send(b"\n".join(fields) + b"\n")
