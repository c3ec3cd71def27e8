"""What the doctor says of keyrings, of the key and of anchors, with the way to mend it."""

import os
import socket
from pathlib import Path

import pytest

from llmsec_tui.cli.finding import Finding
from llmsec_tui.cli.finding_secrets import anchors, keyrings, signing_key
from llmsec_tui.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def _anchors(home: Home, *kinds: str) -> list[Finding]:
    home.anchors.write_text("anchors:\n" + "".join(f"  - {{{kind}}}\n" for kind in kinds))
    return list(anchors(home))


@pytest.mark.parametrize(
    ("backend", "verdict"),
    [
        ("keyrings.alt.file.PlaintextKeyring", "wrong"),
        ("keyring.backends.null.Keyring", "note"),
        ("keyring.backends.fail.Keyring", "note"),
    ],
)
def test_a_keyring_that_is_refused_is_named(
    backend: str, verdict: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    found = next(keyrings(home))
    assert (found.check, found.verdict) == ("keyring", verdict)
    assert backend in found.what
    assert "audit key init --place vault" in found.mend


def test_no_key_is_made_for_the_question(home: Home) -> None:
    (found,) = signing_key(home)
    assert (found.verdict, found.what) == ("note", "No key signs the journal yet.")
    assert list(home.root.iterdir()) == []


def test_a_key_that_is_gone_is_wrong(home: Home) -> None:
    home.signing.write_text('{"place":"vault","entry":"signing-key:1","public":"00","made_at":1}')
    (found,) = signing_key(home)
    assert found.verdict == "wrong"
    assert "There is no vault" in found.what or "there is no vault" in found.what


def test_without_anchors_it_says_what_cannot_be_shown(home: Home) -> None:
    (found,) = anchors(home)
    assert found.verdict == "note"
    assert "anchored nowhere" in found.what


def test_each_anchor_is_looked_at(home: Home, tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "log"))
        found = _anchors(
            home,
            f"name: own, kind: file, path: {tmp_path / 'kept'}",
            f"name: gone, kind: file, path: {tmp_path / 'gone'}",
            f"name: log, kind: syslog, target: {tmp_path / 'log'}",
            "name: far, kind: syslog, target: 'udp://log.example:514'",
            f"name: deaf, kind: journald, target: {tmp_path / 'deaf'}",
            "name: run, kind: command, command: [/bin/sh]",
            f"name: stuck, kind: command, command: [{tmp_path / 'kept'}]",
        )
    assert [(one.verdict, one.what.partition(":")[0]) for one in found] == [
        ("note", "own"),
        ("wrong", "gone"),
        ("ok", "log"),
        ("ok", "far"),
        ("wrong", "deaf"),
        ("ok", "run"),
        ("wrong", "stuck"),
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to other users")
def test_a_file_of_another_user_that_is_not_append_only_is_weak(home: Home, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.touch()
    os.chown(kept, 54_322, -1)
    (found,) = _anchors(home, f"name: other, kind: file, path: {kept}")
    assert found.verdict == "note"
    assert "may be overwritten" in found.what


def test_a_file_of_anchors_that_is_broken_is_wrong(home: Home) -> None:
    (found,) = _anchors(home, "name: a")
    assert found.verdict == "wrong"
    assert "audit.yml:2" in found.what
