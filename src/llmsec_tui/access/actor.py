"""Who acts: the operating system's answer, never the client's claim."""

import os
import pwd
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from llmsec_tui.access.capabilities import Role
from llmsec_tui.errors import AccessRefused

_UNSET = 0xFFFFFFFF
"""The login uid of processes that no login started, such as services."""
_OVERFLOW_UID = 65534
"""What the kernel shows for a uid that our user namespace does not know."""
_PEERCRED = struct.Struct("iII")
_PTS_MAJORS = range(136, 144)
_CONSOLE_MAJOR = 4
_FIRST_SERIAL = 64


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or service at the door, as the kernel names it."""

    uid: int
    loginuid: int | None
    """The uid that logged in; it survives sudo and su. None when no login started the process or it is gone."""
    pid: int
    user: str
    """The account name of ``uid``, or the number where there is no account."""
    role: Role
    tty: str
    """Such as ``pts/3``; empty without a terminal."""


def identify(connection: socket.socket) -> Actor:
    """Name the process that connected to a Unix socket.

    The kernel fixes pid and uid when the peer connects. Login uid and terminal are read from ``/proc`` afterwards, so
    they are evidence and no proof: a pid can be reused once its process has ended.
    Raises AccessRefused for a peer of another pid or user namespace, which the kernel cannot name.
    """
    pid, uid, _ = _PEERCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEERCRED.size))
    if pid == 0 or uid in (_OVERFLOW_UID, _UNSET):
        raise AccessRefused(
            f"The process at the socket cannot be named (pid {pid}, uid {uid}); nothing was done.",
            hint="Connect from the same host and outside of containers that hide the user.",
        )
    return _actor(uid, pid)


def local_actor() -> Actor:
    """This process itself, for acts that no client asked for."""
    return _actor(os.geteuid(), os.getpid())


def _actor(uid: int, pid: int) -> Actor:
    role = Role.ADMIN if uid == os.geteuid() else Role.VIEWER
    return Actor(uid=uid, loginuid=_loginuid(pid), pid=pid, user=_user(uid), role=role, tty=_tty(pid))


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _loginuid(pid: int) -> int | None:
    text = _proc(pid, "loginuid")
    uid = int(text) if text.isdigit() else _UNSET
    return None if uid == _UNSET else uid


def _tty(pid: int) -> str:
    # The command's name stands in parentheses and may itself hold spaces and parentheses.
    fields = _proc(pid, "stat").rpartition(")")[2].split()
    if len(fields) < 5 or (device := int(fields[4])) == 0:
        return ""
    return terminal_name(os.major(device), os.minor(device))


def terminal_name(major: int, minor: int) -> str:
    """The name under ``/dev`` of a terminal's device numbers; ``major:minor`` for kinds without a fixed name."""
    if major in _PTS_MAJORS:
        return f"pts/{(major - _PTS_MAJORS.start) * 256 + minor}"
    if major == _CONSOLE_MAJOR:
        return f"tty{minor}" if minor < _FIRST_SERIAL else f"ttyS{minor - _FIRST_SERIAL}"
    return f"{major}:{minor}"


def _proc(pid: int, name: str) -> str:
    """A file of ``/proc/PID``, or nothing when the process is gone or hidden from us."""
    try:
        return Path("/proc", str(pid), name).read_text(errors="replace").strip()
    except OSError:
        return ""
