"""A line reaches each kind of anchor whole, and one that cannot take it says why."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.patience import PATIENCE_S

from llmsec_tui.patience import Patience
from llmsec_tui.service.auditing.anchors import Anchor, AnchorFailed, put
from llmsec_tui.service.auditing.anchors.kept_file import weakness

LINE = b'{"anchor":1,"origin":"llmsec-tui/ab"}'
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as other users")
_USER, _OTHER = 54_321, 54_322


@pytest.fixture
def datagrams(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "log"))
        listening.settimeout(PATIENCE_S)
        yield listening


def _put(anchor: Anchor, timeout_s: float = PATIENCE_S) -> None:
    put(anchor, LINE, timeout_s, Patience(), threading.Event())


def _refusal(anchor: Anchor, timeout_s: float = PATIENCE_S) -> str:
    with pytest.raises(AnchorFailed) as refused:
        _put(anchor, timeout_s)
    return refused.value.message


def test_a_file_grows_by_one_line_each_time(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"before\n")
    for _ in range(2):
        _put(Anchor("kept", "file", str(kept)))
    assert kept.read_bytes() == b"before\n" + LINE + b"\n" + LINE + b"\n"


def test_a_file_is_never_made_because_it_would_be_our_own(tmp_path: Path) -> None:
    assert _refusal(Anchor("kept", "file", str(tmp_path / "kept"))) == f"{tmp_path}/kept: No such file or directory."
    assert not (tmp_path / "kept").exists()


def test_links_pipes_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    os.mkfifo(tmp_path / "pipe")
    assert "symbolic links" in _refusal(Anchor("kept", "file", str(tmp_path / "link")))
    assert "No such device" in _refusal(Anchor("kept", "file", str(tmp_path / "pipe")))
    assert "Is a directory" in _refusal(Anchor("kept", "file", str(tmp_path)))
    assert "it is not a regular file" in _refusal(Anchor("kept", "file", "/dev/null"))


def test_a_full_disk_is_told_about() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no device that is always full")
    assert _refusal(Anchor("kept", "file", "/dev/full")) == "/dev/full: it is not a regular file."


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can get at, which those that pytest makes are not."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@root_only
def test_a_file_of_another_user_can_be_appended_to_and_neither_read_nor_changed(open_folder: Path) -> None:
    kept = open_folder / "kept"
    kept.write_bytes(b"before\n")
    os.chown(kept, _OTHER, _USER)
    kept.chmod(0o620)
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.setgroups([])
        os.setresgid(_USER, _USER, _USER)
        os.setresuid(_USER, _USER, _USER)
        seen = []
        try:
            _put(Anchor("kept", "file", str(kept)))
            seen.append(weakness(str(kept)).partition(" may ")[0])
            kept.read_bytes()
        except (AnchorFailed, OSError) as error:
            seen.append(type(error).__name__)
        os.write(writer, " ".join(seen).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    said = os.read(reader, 10_000).decode()
    os.close(reader)
    assert said == f"{kept} PermissionError"
    assert kept.read_bytes() == b"before\n" + LINE + b"\n"


@root_only
def test_the_kernel_keeps_an_append_only_file_from_everything_but_new_lines(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.touch()
    os.chown(kept, _OTHER, -1)
    if shutil.which("chattr") is None or subprocess.run(["chattr", "+a", kept], check=False).returncode:
        pytest.skip("this file system has no append-only files")
    try:
        _put(Anchor("kept", "file", str(kept)))
        assert weakness(str(kept)) == ""
        with pytest.raises(PermissionError):
            kept.write_bytes(b"")
        with pytest.raises(PermissionError):
            kept.unlink()
        assert kept.read_bytes() == LINE + b"\n"
    finally:
        subprocess.run(["chattr", "-a", kept], check=True)


def test_a_file_of_our_own_is_said_to_prove_little(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    assert "belongs to the collector's own user" in weakness(str(tmp_path / "kept"))


def test_syslog_gets_a_whole_record_of_rfc_5424(tmp_path: Path, datagrams: socket.socket) -> None:
    _put(Anchor("log", "syslog", str(tmp_path / "log")))
    received = datagrams.recv(65_536)
    assert received.startswith(b"<109>1 20")
    assert received.endswith(b" anchor - " + LINE)


def test_journald_gets_its_fields(tmp_path: Path, datagrams: socket.socket) -> None:
    _put(Anchor("journal", "journald", str(tmp_path / "log")))
    assert datagrams.recv(65_536).splitlines() == [
        b"PRIORITY=5",
        b"SYSLOG_IDENTIFIER=llmsec-tui",
        b"SYSLOG_PID=%d" % os.getpid(),
        b"MESSAGE=" + LINE,
    ]


@pytest.mark.parametrize("kind", ["syslog", "journald"])
def test_a_log_that_is_not_there_is_told_about(kind: str, tmp_path: Path) -> None:
    assert _refusal(Anchor("log", kind, str(tmp_path / "none"))) == f"{tmp_path}/none: No such file or directory."


def test_a_syslog_without_a_port_that_can_be_is_told_about() -> None:
    assert "is no address of a syslog" in _refusal(Anchor("log", "syslog", "udp://localhost:99999"))


def test_a_command_gets_the_line_on_its_input_and_little_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "of somebody")
    script = "import os,sys; open(sys.argv[1],'w').write(sys.stdin.read() + str('TOKEN' in os.environ))"
    _put(Anchor("mine", "command", "", (sys.executable, "-c", script, str(tmp_path / "got"))))
    assert (tmp_path / "got").read_text() == LINE.decode() + "\nFalse"


def test_a_command_that_fails_hangs_or_is_missing_is_told_about(tmp_path: Path) -> None:
    assert _refusal(Anchor("mine", "command", "", ("/bin/sh", "-c", "exit 3"))) == "It ended with 3."
    assert "it took more than 0.2 s" in _refusal(Anchor("mine", "command", "", ("/bin/sleep", "60")), 0.2)
    assert "there is no such program" in _refusal(Anchor("mine", "command", "", (str(tmp_path / "none"),)))


def test_a_log_that_takes_nothing_is_given_up(tmp_path: Path, datagrams: socket.socket) -> None:
    """A datagram socket that nobody reads blocks its senders once it is full."""
    anchor = Anchor("log", "journald", str(tmp_path / "log"))
    told = ""
    for _ in range(2_000):
        try:
            _put(anchor, 0.2)
        except AnchorFailed as error:
            told = error.message
            break
    assert "took more than 0.2 s" in told or "timed out" in told
