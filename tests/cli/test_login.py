"""Accounts, logins and roles from the shell; passwords come by standard input, as without a terminal."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from tests.cli.parts import Said, run
from tests.end_to_end.collectors import collecting

PASSWORD, OTHER = "correct horse battery", "staple of another kind"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    with collecting(folder):
        yield folder


def typed(home: Path, lines: str, *arguments: str, expect: int = 0) -> Said:
    """A command that reads these lines."""
    with patch("sys.stdin", StringIO(lines)):
        return run(home, *arguments, expect=expect)


def me(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(home, "whoami").stdout)
    return found


def test_from_the_first_account_to_the_last_command(home: Path) -> None:
    """One collector, one story: nobody, an admin, an analyst, a lock, a wrong password, a new one, and out."""
    assert (me(home)["role"], me(home)["login_required"]) == ("owner", False)
    added = typed(home, PASSWORD + "\n", "users", "add", "ada", "--role", "admin")
    assert "From now on, everybody logs in" in added.stderr
    assert "Log in: llmsec-tui login NAME" in run(home, "alerts", "list", expect=4).stderr
    assert "is wrong, or the account" in typed(home, OTHER + "\n", "login", "ada", expect=4).stderr
    assert "ada is logged in as admin until" in typed(home, PASSWORD, "login", "ada").stderr
    assert me(home)["user"] == "ada"
    run(home, "alerts", "list")

    typed(home, OTHER, "users", "add", "bob", "--role", "analyst", "--note", "new here")
    run(home, "users", "role", "bob", "viewer", "--note", "for now")
    users = [json.loads(line) for line in run(home, "users", "list").stdout.splitlines()]
    assert [(row["name"], row["role"], row["created_by"]) for row in users] == [
        ("ada", "admin", users[0]["created_by"]),
        ("bob", "viewer", "ada"),
    ]

    run(home, "lock")
    assert me(home)["locked"]
    assert "locked" in typed(home, "", "alerts", "list", expect=3).stderr
    typed(home, PASSWORD, "alerts", "list")
    assert not me(home)["locked"]
    run(home, "lock")
    assert "is open" in typed(home, PASSWORD, "login").stderr

    typed(home, f"{PASSWORD}\n{PASSWORD} anew\n", "users", "passwd")
    run(home, "logout")
    typed(home, PASSWORD, "login", "ada", expect=4)
    typed(home, PASSWORD + " anew", "login", "ada")

    roles = {row["name"]: row for row in map(json.loads, run(home, "roles", "list").stdout.splitlines())}
    assert (roles["viewer"]["users"], roles["viewer"]["content"]) == (["bob"], "hidden")
    (home / "roles.yml").write_text("four_eyes: [collector.stop]\nlogin: required\nrolls: {}\n")
    assert "did you mean 'roles'" in run(home, "roles", "reload", expect=3).stderr
    (home / "roles.yml").write_text("four_eyes: [sources.watch]\n")
    run(home, "roles", "reload")
    assert "Takes a second person: sources.watch" in run(home, "roles", "list").stderr
    assert run(home, "approvals", "list").stdout == ""
    assert "no approval 'A-1'" in run(home, "approvals", "approve", "A-1", expect=3).stderr
    assert "no approval 'A-1'" in run(home, "approvals", "refuse", "A-1", "--note", "n", expect=3).stderr

    uri = json.loads(run(home, "users", "totp", "enrol").stdout)["uri"]
    assert uri.startswith("otpauth://totp/llmsec-tui:ada?secret=")
    assert "not the code" in typed(home, "1", "users", "totp", "confirm", expect=3).stderr
    run(home, "users", "totp", "drop", "ada")
    run(home, "users", "disable", "bob", "--note", "left")
    assert "is wrong, or" in typed(home, OTHER, "login", "bob", expect=4).stderr
    run(home, "users", "enable", "bob")
    run(home, "users", "unlock", "bob")
    run(home, "logout")
    run(home, "users", "list", expect=4)
    assert not list((home / "sessions").iterdir())
    _nothing_is_left_of(home, PASSWORD, OTHER)


def _nothing_is_left_of(home: Path, *secrets: str) -> None:
    for file in home.rglob("*"):
        if file.is_file():
            assert not any(secret.encode() in file.read_bytes() for secret in secrets), file
