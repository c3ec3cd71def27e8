"""Sockets at real paths: long ones, dead ones, and who may use them."""

import socket
from pathlib import Path

import pytest

from llmsec_tui.errors import CollectorGone, ConfigError
from llmsec_tui.service.sockets import connect, listening, signpost


def _long(folder: Path) -> Path:
    deep = folder / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    return deep / "collector.sock"


@pytest.mark.parametrize("long", [False, True])
def test_a_socket_can_be_reached_however_long_its_path_is(tmp_path: Path, long: bool) -> None:
    """The kernel's 108 bytes bind nobody's choice of a state directory."""
    path = _long(tmp_path) if long else tmp_path / "collector.sock"
    with listening(path, 0o600) as server:
        with connect(path, 1.0) as client:
            accepted, _ = server.accept()
            client.sendall(b"hello")
            assert accepted.recv(5) == b"hello"
            accepted.close()
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()


def test_a_dead_socket_is_replaced(tmp_path: Path) -> None:
    """What a killed collector left behind is in nobody's way."""
    path = tmp_path / "collector.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(CollectorGone):
        connect(path, 1.0)
    with listening(path, 0o600):
        connect(path, 1.0).close()
    assert sorted(tmp_path.iterdir()) == []


def test_a_socket_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """A collector that ends removes its own socket and not the one of its successor."""
    path = tmp_path / "collector.sock"
    with listening(path, 0o600):
        with listening(path, 0o600):
            pass
        path.touch()
    assert path.exists()


def test_nobody_there_is_said_so(tmp_path: Path) -> None:
    """A missing socket means that no collector runs."""
    with pytest.raises(CollectorGone, match="No collector answers"):
        connect(tmp_path / "collector.sock", 1.0)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error says which socket cannot be made."""
    with (
        pytest.raises(ConfigError, match=r"missing/collector\.sock"),
        listening(tmp_path / "missing" / "collector.sock", 0o600),
    ):
        pass


def test_no_file_descriptor_is_lost_on_long_paths(tmp_path: Path) -> None:
    """The folder that is opened on the way is closed again."""
    path = _long(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with listening(path, 0o600):
        connect(path, 1.0).close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_socket_elsewhere_is_found_where_consoles_look(tmp_path: Path) -> None:
    """A link leads from the state directory to a socket that a group may use."""
    home, run = _long(tmp_path), tmp_path / "run.sock"
    home.touch()
    with listening(run, 0o660), signpost(home, run):
        connect(home, 1.0).close()
    assert not home.is_symlink()
