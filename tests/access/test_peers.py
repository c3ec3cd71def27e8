"""Peers: named by the kernel."""

import os
import socket
import subprocess
import sys

import pytest

from llmsec_tui.access import identify, local_actor, this_process
from llmsec_tui.access.peers import terminal_name
from llmsec_tui.errors import AccessRefused

CONNECT = """
import os, socket, sys
name, uid = sys.argv[1], int(sys.argv[2])
if uid != os.geteuid():
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
peer = socket.socket(socket.AF_UNIX)
peer.connect("\\0" + name)
sys.stdin.read()
"""


def connect(uid: int) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """A connection from another process that runs under ``uid``, accepted, and that process."""
    name = f"llmsec-tui-test-{os.getpid()}-{uid}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0" + name)
        listener.listen(1)
        client = subprocess.Popen([sys.executable, "-c", CONNECT, name, str(uid)], stdin=subprocess.PIPE)
        connection, _ = listener.accept()
    return connection, client


def test_a_client_is_named_by_the_kernel() -> None:
    """The pid is the client's, not ours; its groups are those that it connected with."""
    connection, client = connect(os.geteuid())
    with connection:
        peer = identify(connection)
    assert (peer.uid, peer.gid, peer.pid) == (os.geteuid(), os.getegid(), client.pid)
    assert (peer.os_user, peer.groups) == (this_process().os_user, frozenset(os.getgroups()))
    client.communicate()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_client_of_another_uid_is_named_too() -> None:
    """A uid without an account is named by its number."""
    connection, client = connect(54321)
    with connection:
        peer = identify(connection)
    assert (peer.uid, peer.gid, peer.os_user) == (54321, 54321, "54321")
    client.communicate()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_client_whose_user_the_kernel_cannot_name_is_refused() -> None:
    """65534 is what every uid of a foreign user namespace looks like."""
    connection, client = connect(65534)
    with connection, pytest.raises(AccessRefused, match="cannot be named"):
        identify(connection)
    client.communicate()


def test_a_client_that_has_gone_is_still_named() -> None:
    """Uid and pid were fixed when it connected; the terminal is then unknown."""
    connection, client = connect(os.geteuid())
    client.communicate()
    with connection:
        peer = identify(connection)
    assert (peer.uid, peer.pid, peer.tty, peer.loginuid) == (os.geteuid(), client.pid, "", None)


def test_this_process_acts_as_the_owner() -> None:
    """Acts that no client asked for are the collector's own."""
    actor = local_actor()
    assert (actor.uid, actor.pid, actor.role) == (os.geteuid(), os.getpid(), "owner")
    assert actor.loginuid is None or actor.loginuid >= 0


def test_where_somebody_says_to_come_from_is_kept_as_their_claim() -> None:
    """The environment is the client's own; nothing is decided by it."""
    script = "from llmsec_tui.access import this_process; print(repr(this_process().ssh_client))"
    claim = "203.0.113.7 50022 22"
    environment = {"PYTHONPATH": os.pathsep.join(["src", *sys.path]), "SSH_CLIENT": claim}
    said = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == repr(claim)


@pytest.mark.parametrize(
    ("major", "minor", "name"),
    [
        (136, 3, "pts/3"),
        (137, 1, "pts/257"),
        (4, 1, "tty1"),
        (4, 64, "ttyS0"),
        (204, 64, "204:64"),
    ],
)
def test_terminals_are_named_by_their_device_numbers(major: int, minor: int, name: str) -> None:
    """As they appear under /dev."""
    assert terminal_name(major, minor) == name


def test_the_terminal_of_a_session_is_seen() -> None:
    """A process in a pseudo-terminal says which."""
    import pty

    script = "from llmsec_tui.access import local_actor; print('at', local_actor().tty, 'end')"
    child, terminal = pty.fork()
    if child == 0:
        os.environ["PYTHONPATH"] = os.pathsep.join(["src", *sys.path])
        os.execv(sys.executable, [sys.executable, "-c", script])
    shown = b""
    while b"end" not in shown:
        shown += os.read(terminal, 1024)
    os.waitpid(child, 0)
    os.close(terminal)
    assert shown.split()[1].startswith(b"pts/"), shown
