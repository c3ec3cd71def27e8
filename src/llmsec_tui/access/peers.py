"""Name the process at the other end of a socket: what the kernel fixed when it connected, and what ``/proc`` says."""

import errno
import os
import pwd
import socket
import struct
from pathlib import Path

from llmsec_tui.access.actor import Peer
from llmsec_tui.errors import AccessRefused

_UNSET = 0xFFFFFFFF
"""The login uid of processes that no login started, such as services."""
_OVERFLOW_UID = 65534
"""What the kernel shows for a uid that our user namespace does not know."""
_PEERCRED = struct.Struct("iII")
_SO_PEERGROUPS = 59
"""``asm-generic/socket.h``; Python has no name for it."""
_GROUP = struct.Struct("I")
_MOST_BYTES = 1024
"""No longer an answer does Python take from ``getsockopt``."""
_PTS_MAJORS = range(136, 144)
_CONSOLE_MAJOR = 4
_FIRST_SERIAL = 64
_CLAIM_CHARS = 100


def identify(connection: socket.socket) -> Peer:
    """Name the process that connected to a Unix socket.

    The kernel fixes pid, uid and groups when the peer connects. Login uid, terminal and the rest are read from
    ``/proc`` afterwards, so they are evidence and no proof: a pid can be reused once its process has ended.
    Raises AccessRefused for a peer of another pid or user namespace, which the kernel cannot name.
    """
    pid, uid, gid = _PEERCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEERCRED.size))
    if pid == 0 or uid in (_OVERFLOW_UID, _UNSET):
        raise AccessRefused(
            f"The process at the socket cannot be named (pid {pid}, uid {uid}); nothing was done.",
            hint="Connect from the same host and outside of containers that hide the user.",
        )
    return _peer(uid, gid, _groups(connection, uid, gid), pid)


def this_process() -> Peer:
    """This process itself, for acts that no client asked for."""
    return _peer(os.geteuid(), os.getegid(), frozenset(os.getgroups()), os.getpid())


def user_name(uid: int) -> str:
    """The account's name, or the number where there is no account."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def terminal_name(major: int, minor: int) -> str:
    """The name under ``/dev`` of a terminal's device numbers; ``major:minor`` for kinds without a fixed name."""
    if major in _PTS_MAJORS:
        return f"pts/{(major - _PTS_MAJORS.start) * 256 + minor}"
    if major == _CONSOLE_MAJOR:
        return f"tty{minor}" if minor < _FIRST_SERIAL else f"ttyS{minor - _FIRST_SERIAL}"
    return f"{major}:{minor}"


def _peer(uid: int, gid: int, groups: frozenset[int], pid: int) -> Peer:
    return Peer(
        uid=uid,
        gid=gid,
        groups=groups,
        loginuid=_loginuid(pid),
        pid=pid,
        os_user=user_name(uid),
        tty=_tty(pid),
        ssh_client=_ssh_client(pid),
    )


def _groups(connection: socket.socket, uid: int, gid: int) -> frozenset[int]:
    try:
        data = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _MOST_BYTES)
    except OSError as error:
        if error.errno != errno.ERANGE:
            raise
        # Of somebody in more groups than fit, the system's own list is asked.
        return frozenset(os.getgrouplist(user_name(uid), gid))
    return frozenset(number for (number,) in _GROUP.iter_unpack(data))


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


def _ssh_client(pid: int) -> str:
    for entry in _proc(pid, "environ").split("\0"):
        if entry.startswith("SSH_CLIENT="):
            return entry.partition("=")[2][:_CLAIM_CHARS]
    return ""


def _proc(pid: int, name: str) -> str:
    """A file of ``/proc/PID``, or nothing when the process is gone or hidden from us."""
    try:
        return Path("/proc", str(pid), name).read_text(errors="replace").strip()
    except OSError:
        return ""
