"""Send a message to syslog as RFC 5424 says, to a local socket, over UDP or over TCP."""

import os
import socket
from datetime import UTC, datetime

from llmsec_tui.service.outward.message import Message

FACILITY = 13
"""log audit"""
_SEVERITIES = {"critical": 2, "high": 3, "medium": 4, "low": 5, "informational": 6}
_ENTERPRISE = "llmsec@32473"
"""32473 is the number that RFC 5612 keeps for those that have none of their own."""
_ESCAPED = str.maketrans({"\\": "\\\\", '"': '\\"', "]": "\\]"})
_HIGHEST_PORT = 65_535
_PORTS = {"udp": 514, "tcp": 601}


def send(target: str, message: Message, timeout_s: float) -> None:
    """Hand it over. Raises OSError, and ValueError for a target that is none.

    ``target`` is the path of a socket, ``host:port`` or ``udp://host:port`` for UDP, ``tcp://host:port`` for TCP. Over
    UDP nobody says whether it arrived.
    """
    deliver(target, rfc5424(message, socket.gethostname(), os.getpid()), timeout_s)


def deliver(target: str, record: bytes, timeout_s: float) -> None:
    """Hand over a record as :func:`send` does."""
    if target.startswith(("/", "unix:")):
        _send_locally(target.removeprefix("unix:"), record, timeout_s)
        return
    scheme, found, place = target.rpartition("://")
    scheme = scheme if found else "udp"
    if scheme not in _PORTS:
        raise ValueError(scheme)
    host, port = _parted(place, _PORTS[scheme])
    if scheme == "tcp":
        with socket.create_connection((host, port), timeout_s) as stream:
            # Counted, as RFC 6587 recommends: a message may hold line ends.
            stream.sendall(b"%d %b" % (len(record), record))
        return
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as datagrams:
        datagrams.settimeout(timeout_s)
        datagrams.sendto(record, address)


def rfc5424(message: Message, host: str, pid: int) -> bytes:
    """The whole record, in UTF-8."""
    priority = FACILITY * 8 + _SEVERITIES.get(message.level, 6)
    when = datetime.fromtimestamp(message.at / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fields = {
        "incident": message.incident_id,
        "level": message.level,
        "state": message.state,
        "owner": message.owner,
        "by": message.by,
        "alerts": str(message.n_alerts),
        "times": str(message.n),
    }
    data = " ".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in fields.items())
    head = f"<{priority}>1 {when} {token(host, 255)} llmsec-tui {pid} {token(message.about, 32)}"
    text = f"{message.subject}; {'; '.join(message.body.splitlines())}"
    return f"{head} [{_ENTERPRISE} {data}] \ufeff{text}".encode("utf-8", "replace")


def _send_locally(path: str, record: bytes, timeout_s: float) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(timeout_s)
        try:
            datagrams.connect(path)
        except OSError as error:
            if not isinstance(error, ConnectionError | FileNotFoundError | PermissionError):
                _send_in_stream(path, record, timeout_s)
                return
            raise
        datagrams.send(record)


def _send_in_stream(path: str, record: bytes, timeout_s: float) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.settimeout(timeout_s)
        stream.connect(path)
        stream.sendall(record + b"\n")


def _parted(place: str, port: int) -> tuple[str, int]:
    host, colon, digits = place.rpartition(":")
    if not colon or not digits.isdecimal():
        return place.strip("[]"), port
    if not 0 < int(digits) <= _HIGHEST_PORT:
        raise ValueError(digits)
    return host.strip("[]"), int(digits)


def token(text: str, most: int) -> str:
    """A name as a header can hold it."""
    return "".join(char if "!" <= char <= "~" else "_" for char in text)[:most] or "-"
