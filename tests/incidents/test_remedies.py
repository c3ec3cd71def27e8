"""Filling remedies: what comes out of a log stays a value, or is not filled in at all."""

import shlex
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.incidents.parts import HOUR, NOW, SECOND, after, ended, opened, rehearsal

from llmsec_tui.incidents.placeholders import FIELDS
from llmsec_tui.incidents.policy import Remedy
from llmsec_tui.incidents.remedies import Values, fill, rehearsed_at, summary
from llmsec_tui.incidents.states import RunState


def known(**values: Any) -> Values:
    return {name: [value] if isinstance(value := values.get(name, []), str) else value for name in FIELDS}


def block(*command: str, **fields: Any) -> Remedy:
    return Remedy(name="block", title="Block", command=command, **fields)


@given(st.text())
def test_a_value_is_one_argument_exactly_as_it_is_or_the_remedy_cannot_be_run(value: str) -> None:
    filled = fill(block("/bin/block", "--user={user_id}", "{user_id}"), known(user_id=value))
    if filled.missing:
        assert filled.command == ("/bin/block", "--user={user_id}", "{user_id}") or value.startswith("-")
    else:
        assert filled.command == ("/bin/block", f"--user={value}", value)
        assert not value.startswith("-")
        assert shlex.split(filled.what) == list(filled.command)


@given(st.text())
def test_a_value_in_an_address_leaves_its_host_and_its_parts_as_they_are(value: str) -> None:
    remedy = Remedy(name="revoke", title="Revoke", url="https://keys.example.org/users/{user_id}/keys?why={app}")
    filled = fill(remedy, known(user_id=value, app=value))
    if filled.missing:
        return
    parts = urlsplit(filled.url)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "keys.example.org", "")
    assert parts.path.split("/")[1::2] == ["users", "keys"]
    assert unquote(parts.path.split("/")[2]) == value == unquote(parts.query.removeprefix("why="))


@pytest.mark.parametrize(
    ("value", "argument", "why"),
    [
        ("--force", "{user_id}", "like an option"),
        ("a\nb", "x{user_id}", "cannot be seen"),
        ("a\0b", "x{user_id}", "cannot be seen"),
        ("admin\u202e", "x{user_id}", "cannot be seen"),
        ("\ud800", "x{user_id}", "cannot be seen"),
        ("../../etc/passwd", "/var/keys/{user_id}", "another path"),
        ("..", "/var/keys/{user_id}/", "another path"),
        ("x" * 5_000, "{user_id}", "more than 4096"),
    ],
)
def test_a_value_that_could_be_more_than_a_value_is_not_filled_in(value: str, argument: str, why: str) -> None:
    filled = fill(block("/bin/block", argument), known(user_id=value))
    [missing] = filled.missing
    assert missing.startswith("user_id (")
    assert why in missing


def test_an_option_with_its_value_in_one_argument_takes_a_value_that_begins_like_one() -> None:
    filled = fill(block("/bin/block", "--user={user_id}"), known(user_id="-x"))
    assert filled.command == ("/bin/block", "--user=-x")
    assert not filled.missing


def test_a_field_with_no_value_or_with_two_is_missing_and_named_once() -> None:
    filled = fill(block("/bin/block", "{user_id}", "{user_id}", "{app}"), known(app=["shop", "desk"]))
    assert filled.missing == ("user_id", "app (there is more than one)")
    assert filled.command == ("/bin/block", "{user_id}", "{user_id}", "{app}")


def test_an_empty_value_is_none() -> None:
    assert fill(block("/bin/block", "{user_id}"), known(user_id="")).missing == ("user_id",)


def test_braces_that_are_written_twice_are_braces() -> None:
    assert fill(block("/bin/block", "{{user_id}}"), known()).command == ("/bin/block", "{user_id}")


@pytest.mark.parametrize(
    "command",
    [
        ("sh", "-c", "block {user_id}"),
        ("/bin/bash", "-ec", "block {user_id}"),
        ("sudo", "-u", "gate", "sh", "-c", "block {user_id}"),
        ("{app}", "x"),
    ],
)
def test_neither_a_shell_nor_the_choice_of_program_is_given_to_a_log(command: tuple[str, ...]) -> None:
    assert fill(block(*command), known(user_id="mallory", app="reboot")).missing


def test_a_shell_may_be_given_a_value_as_an_argument_of_its_own() -> None:
    assert not fill(block("sh", "-c", 'block "$1"', "block", "{user_id}"), known(user_id="x")).missing


@pytest.mark.parametrize("url", ["https://{app}.example.org/x", "https://{app}/x", "https://a.example.org:{app}/x"])
def test_an_incident_never_names_the_host(url: str) -> None:
    [missing] = fill(Remedy(name="r", title="R", url=url), known(app="shop")).missing
    assert "host" in missing


def test_dots_lead_nowhere_in_an_address() -> None:
    remedy = Remedy(name="r", title="R", url="https://a.example.org/users/{user_id}/block")
    assert fill(remedy, known(user_id="..")).missing


def test_the_digest_is_that_of_exactly_what_is_run() -> None:
    def digest(user: str = "mallory", **fields: Any) -> str:
        return fill(block("/bin/block", "{user_id}", **fields), known(user_id=user)).digest

    assert digest() == digest()
    others = [digest("eve"), digest(timeout=1), digest(rehearsal=("/bin/true",))]
    assert len({digest(), *others}) == 4


def test_secrets_of_headers_are_neither_shown_nor_looked_up() -> None:
    headers = {"Authorization": "Bearer s3cr3t-token", "X-Key": "file:/etc/{app}", "X-App": "{app}"}
    remedy = Remedy(name="r", title="R", url="https://bob:s3cr3t-word@a.example.org/{app}", headers=headers)
    filled = fill(remedy, known(app="shop"))
    assert "s3cr3t" not in filled.what + filled.tried
    assert filled.what == "POST https://…@a.example.org/shop with Authorization, X-App, X-Key"
    assert filled.headers == {**headers, "X-App": "shop"}


def test_a_rehearsal_without_a_command_says_that_nothing_is_run() -> None:
    assert fill(block("/bin/block", "{user_id}"), known(user_id="eve")).tried.startswith("Nothing is run.")
    tried = fill(block("/bin/block", rehearsal=("/bin/block", "--dry-run", "{user_id}")), known(user_id="eve")).tried
    assert tried == "/bin/block --dry-run eve"


@given(st.dictionaries(st.sampled_from(["user_id", "app"]), st.lists(st.text())))
def test_whatever_a_log_says_can_be_written_as_json(found: dict[str, list[str]]) -> None:
    written = summary(opened(), {name: found.get(name, []) for name in FIELDS}, remedy="r", run=1, rehearsal=True)
    assert msgspec.json.decode(written)["rehearsal"] is True


def test_only_a_good_rehearsal_of_exactly_this_within_the_last_hour_counts() -> None:
    running = after(opened(), rehearsal(1, "d1"))
    assert rehearsed_at(running, "d1", NOW) is None
    assert rehearsed_at(after(running, ended(1, RunState.FAILED)), "d1", NOW) is None
    good = after(running, ended(1), at=NOW + SECOND)
    assert rehearsed_at(good, "d1", NOW + HOUR) == NOW + SECOND
    assert rehearsed_at(good, "d2", NOW + HOUR) is None
    assert rehearsed_at(good, "d1", NOW + HOUR + 2 * SECOND) is None
