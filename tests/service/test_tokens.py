"""Where a login is kept between commands: for one socket, for oneself alone."""

import os
from pathlib import Path

import pytest

from llmsec_tui.errors import ConfigError
from llmsec_tui.paths import Home
from llmsec_tui.service.tokens import TokenFile


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def test_a_login_is_kept_for_oneself_alone(home: Home) -> None:
    """Until it is dropped; a new one takes the place of the old."""
    kept = TokenFile.of(home)
    assert kept.read() == ""
    kept.keep("one")
    kept.keep("two")
    assert kept.read() == "two"
    assert (kept.path.stat().st_mode & 0o777, kept.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [path.name for path in kept.path.parent.iterdir()] == [kept.path.name]
    kept.drop()
    kept.drop()
    assert kept.read() == ""


def test_each_socket_has_a_login_of_its_own(home: Home, tmp_path: Path) -> None:
    """By where it really is: a link to another collector's socket means that one."""
    elsewhere = tmp_path / "run" / "collector.sock"
    before = TokenFile.of(home)
    home.socket.symlink_to(elsewhere)
    assert TokenFile.of(home) != before
    twin = Home(tmp_path / "twin")
    twin.create()
    twin.socket.symlink_to(elsewhere)
    assert TokenFile.of(twin).path.name == TokenFile.of(home).path.name


@pytest.mark.parametrize("wrong", ["mode", "link", "folder"])
def test_what_others_could_have_put_there_is_not_taken(home: Home, tmp_path: Path, wrong: str) -> None:
    """Said, with what to do."""
    kept = TokenFile.of(home)
    kept.keep("token")
    if wrong == "mode":
        kept.path.chmod(0o640)
    else:
        kept.drop()
        if wrong == "link":
            (tmp_path / "other").write_text("token")
            kept.path.symlink_to(tmp_path / "other")
        else:
            kept.path.mkdir()
    with pytest.raises(ConfigError, match="log in again"):
        kept.read()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_in_somebody_elses_folder_nothing_is_kept(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login to a collector of another user is in one's own state directory."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    os.chown(home.root, 54_321, 54_321)
    kept = TokenFile.of(home)
    assert kept.path.parent == tmp_path / "state" / "llmsec-tui" / "sessions"
    kept.keep("token")
    os.chown(kept.path, 54_321, 54_321)
    with pytest.raises(ConfigError, match="not ours alone"):
        kept.read()


def test_a_disk_that_takes_nothing_is_said(home: Home) -> None:
    """And leaves nothing behind."""
    (home.root / "sessions").write_text("a file")
    with pytest.raises(ConfigError, match="cannot be written"):
        TokenFile.of(home).keep("token")
