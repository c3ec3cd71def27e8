"""The file of roles: read strictly, told apart by line, and never half in force."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.service.parts import peer

from llmsec_tui.access import CAPABILITIES, ContentLevel, Scope
from llmsec_tui.access.role_file import SHIPPED, RolesError, load, shipped


def of(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "roles.yml"
    file.write_text(text)
    return file


def test_a_file_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    """Comments at most, as in the shipped one's examples."""
    assert replace(load(of(tmp_path, "# nothing\n")), digest="") == replace(shipped(), digest="")


def test_a_role_is_like_another_with_and_without(tmp_path: Path) -> None:
    """What it says itself holds, the rest is that of the other; one like itself means the shipped one."""
    roles = load(
        of(
            tmp_path,
            """\
roles:
  night: {like: analyst, with: [incidents.assign, "audit.*"], without: [rules.switch], content: hidden, apps: [shop]}
  later: {like: night, identities: no, tenants: [acme]}
  analyst: {like: analyst, without: ["content.*"]}
""",
        )
    ).roles
    before = shipped().roles["analyst"]
    assert roles["analyst"].capabilities == before.capabilities - {"content.search", "content.reveal"}
    audit = {one for one in CAPABILITIES if one.startswith("audit.")}
    expected = (roles["analyst"].capabilities | {"incidents.assign"} | audit) - {"rules.switch"}
    assert roles["night"].capabilities == roles["later"].capabilities == expected
    assert (roles["night"].content, roles["night"].identities) == (ContentLevel.HIDDEN, True)
    assert (roles["later"].content, roles["later"].identities) == (ContentLevel.HIDDEN, False)
    assert roles["later"].scope == Scope(apps=("shop",), tenants=("acme",))
    assert roles["viewer"] == shipped().roles["viewer"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("roles: {a: {like: analist}}", "1:13: unknown: there is no role 'analist'; did you mean 'analyst'?"),
        (
            "roles: {a: {capabilities: [alerts.raed]}}",
            "there is no capability 'alerts.raed'; did you mean 'alerts.read'?",
        ),
        ("roles: {a: {capabilities: [nothing.*]}}", "there is no capability 'nothing.*'"),
        ("roles: {a: {}}", "either 'capabilities', or is 'like' another"),
        ("roles: {a: {like: viewer, capabilities: []}}", "either 'capabilities', or is 'like' another"),
        ("roles: {a: {like: b}, b: {like: a}}", "'b' would be like itself"),
        ("roles: {owner: {like: viewer}}", "the owner has everything"),
        ("roles: {'a b': {like: viewer}}", "a role's name is made of"),
        ("roles: {a: {like: viewer, content: most}}", "there is no 'most' for 'content'"),
        ("roles: {a: {like: viewer, identities: maybe}}", "'identities' is yes or no"),
        ("roles: {a: viewer}", "'a' is a mapping"),
        ("os_users: {ada: boss}", "there is no 'boss' for 'ada'"),
        ("login: never", "there is no 'never' for 'login'"),
        ("session: {hours: 0}", "'hours' is a whole number from 1"),
        ("session: {minutes: 5}", "there is no 'minutes' here"),
        ("step_up: [users.manag]", "did you mean 'users.manage'?"),
        ("four_eyes: ['incidents.close:critical ']", "there is no 'critical ' for 'four_eyes'"),
        ("four_eyes: ['alerts.read:low']", "alerts.read is about no incident"),
        ("rolls: {}", "there is no 'rolls' here; did you mean 'roles'?"),
        ("roles: [a", "roles.yml:"),
        ("login: optional\n---\nlogin: required", "there is another document"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, wrong: str) -> None:
    """With the name that was meant, where there is one near."""
    with pytest.raises(RolesError) as refused:
        load(of(tmp_path, text))
    assert wrong in refused.value.message
    assert "roles.yml:" in refused.value.message


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """In the order of the file."""
    with pytest.raises(RolesError) as refused:
        load(of(tmp_path, "login: never\nroles: {a: {like: b}}\nstep_up: [x]\n"))
    assert [issue.line for issue in refused.value.issues] == [1, 2, 3]


def test_the_examples_in_the_shipped_file_can_be_taken_over(tmp_path: Path) -> None:
    """With the marks of comments taken away from them."""
    empty = ("os_users: {}", "os_groups: {}", "four_eyes: []")
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    text = [line.removesuffix("{}").removesuffix("[]") if line in empty else line for line in lines]
    roles = load(of(tmp_path, "\n".join(line[1:] if line.startswith("#  ") else line for line in text)))
    assert (roles.os_users, roles.os_groups) == ({"alice": "analyst"}, {"soc": "responder"})
    assert roles.four_eyes == {"content.erase", "incidents.close:critical"}


def test_who_of_the_system_has_which_role(tmp_path: Path) -> None:
    """By name, by uid, by group in the file's order; who runs the collector owns it unless the file says otherwise."""
    text = "os_users: {ada: analyst, 1001: viewer, root: auditor}\nos_groups: {100: viewer, root: admin, nope: admin}\n"
    roles = load(of(tmp_path, text))

    def role(uid: int, user: str, gid: int = 4_000, owner: int = 900) -> str:
        found = roles.of_peer(peer(uid, user, gid=gid), owner)
        return "" if found is None else found.name

    assert role(1_000, "ada") == "analyst"
    assert role(1_001, "bob") == "viewer"
    assert role(1_002, "eve", gid=0) == "admin"
    assert role(1_002, "eve", gid=100) == "viewer"
    assert role(1_002, "eve") == ""
    assert role(900, "llmsec") == "owner"
    assert role(900, "llmsec", gid=100) == "owner"
    assert role(0, "root") == "auditor"
    assert role(0, "toor") == "owner"
